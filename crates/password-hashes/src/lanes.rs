//! Hashing off the async threads: a bounded number at a time, with bounded queues.

use std::{num::NonZero, sync::Arc, thread::available_parallelism};

use regain_ports::{DirectoryError, Standing};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// The number of hashes that may be asked for at a time, for each that is made at a time. The last of them waits some
/// two seconds; more would only wait until nobody wants the answer any more.
const ASKED_FOR_EACH: usize = 64;

/// Queues for hashing; cheap to clone.
#[derive(Debug, Clone)]
pub struct Lanes {
    /// As many hashes at a time as there are cores: more would only take their memory each and be slower.
    permits: Arc<Semaphore>,
    strangers: Lane,
    proved: Lane,
}

/// A queue for permits. Strangers take no place of those who have proved something, and no more turns than there are
/// permits, so that of those who have, each waits for one hash of a stranger at most.
#[derive(Debug, Clone)]
struct Lane {
    /// A place for each hash that is made or waits to be.
    places: Arc<Semaphore>,
    /// A turn for each that has a permit or is next.
    turns: Arc<Semaphore>,
}

impl Lane {
    fn new(places: usize, turns: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), turns: Arc::new(Semaphore::new(turns)) }
    }
}

impl Default for Lanes {
    fn default() -> Self {
        let at_a_time = available_parallelism().map_or(1, NonZero::get);
        let places = at_a_time * ASKED_FOR_EACH;
        Self {
            permits: Arc::new(Semaphore::new(at_a_time)),
            strangers: Lane::new(places, at_a_time),
            proved: Lane::new(places, places),
        }
    }
}

impl Lanes {
    /// Runs on a thread where blocking is allowed. The permit goes along, so that a request that is
    /// dropped does not make room for another hash while its own still runs.
    pub async fn run<T: Send + 'static>(
        &self,
        standing: Standing,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DirectoryError> {
        let closed = |error| DirectoryError::Unavailable(format!("hashing a password: {error}"));
        let lane = match standing {
            Standing::Stranger => &self.strangers,
            Standing::Proved => &self.proved,
        };
        let place = Arc::clone(&lane.places)
            .try_acquire_owned()
            .map_err(|_| DirectoryError::Unavailable("too many passwords wait to be hashed".into()))?;
        let turn = Arc::clone(&lane.turns).acquire_owned().await.map_err(closed)?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(closed)?;
        spawn_blocking(move || {
            let _held = (permit, turn, place);
            work()
        })
        .await
        .map_err(|error| DirectoryError::Unavailable(format!("hashing a password: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use regain_ports::OsRng;
    use regain_protocol::Secret;

    use super::*;
    use crate::{Costs, Memory, Scheme, StoredHash};

    /// A cost that is over in under a millisecond.
    const CHEAP: Costs = Costs { bcrypt: 4, argon2id: (64, 1, 1) };

    /// D17: strangers who fill their queue keep nobody waiting who has proved something.
    #[tokio::test]
    async fn d17_strangers_starve_nobody_who_has_proved_something() {
        let lanes = Lanes::default();
        // Every core is busy for a stranger, and their queue is full.
        let cores = lanes.permits.available_permits();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let released = Arc::new(std::sync::Mutex::new(released));
        let mut strangers: Vec<_> = (0..cores)
            .map(|_| {
                let (lanes, released) = (lanes.clone(), Arc::clone(&released));
                let work = move || {
                    let _ = released.lock().expect("not poisoned").recv();
                };
                tokio::spawn(async move { lanes.run(Standing::Stranger, work).await })
            })
            .collect();
        while lanes.permits.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let order: Arc<std::sync::Mutex<Vec<Standing>>> = Arc::default();
        let note = |standing: Standing| {
            let order = Arc::clone(&order);
            move || order.lock().expect("not poisoned").push(standing)
        };
        for _ in 0..cores * (ASKED_FOR_EACH - 1) {
            let (lanes, work) = (lanes.clone(), note(Standing::Stranger));
            strangers.push(tokio::spawn(async move { lanes.run(Standing::Stranger, work).await }));
        }
        while lanes.strangers.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = lanes.run(Standing::Stranger, || ()).await;
        assert!(matches!(refused, Err(DirectoryError::Unavailable(_))), "{refused:?}");
        let proved = tokio::spawn({
            let (lanes, work) = (lanes.clone(), note(Standing::Proved));
            async move { lanes.run(Standing::Proved, work).await }
        });
        while lanes.proved.places.available_permits() == cores * ASKED_FOR_EACH {
            tokio::task::yield_now().await;
        }
        for _ in 0..cores {
            release.send(()).expect("they wait");
        }
        proved.await.expect("no panic").expect("has a place");
        for stranger in strangers {
            stranger.await.expect("no panic").expect("had a place");
        }
        let order = order.lock().expect("not poisoned");
        let place = order.iter().position(|standing| *standing == Standing::Proved).expect("was done");
        assert!(place < cores, "behind {place} strangers of {}", order.len());
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_at_once() {
        let lanes = Lanes { proved: Lane::new(2, 2), ..Lanes::default() };
        let hash = || {
            // One at the server's own cost, which is not over before the third is asked for.
            let hash = || Scheme::Argon2id.hash(Costs::default(), &"p".into(), &OsRng, &Memory::default());
            lanes.run(Standing::Proved, hash)
        };
        let (first, second, third) = tokio::join!(hash(), hash(), hash());
        assert!(first.is_ok() && second.is_ok());
        assert!(matches!(third, Err(DirectoryError::Unavailable(_))), "{third:?}");
        assert!(hash().await.is_ok(), "there is room again");
    }

    /// As much memory is kept as hashes are made at a time, and nothing of a password is in it.
    #[tokio::test]
    async fn memory_is_kept_and_zeroed() {
        let (lanes, memory) = (Lanes::default(), Memory::default());
        let password = Secret::from("correct horse battery staple");
        let hash = Scheme::Argon2id.hash(CHEAP, &password, &OsRng, &memory).expect("makes");
        let hash = StoredHash::parse(&hash).expect("reads");
        let compared: Vec<_> = (0..20)
            .map(|_| {
                let (lanes, memory, password, hash) = (lanes.clone(), memory.clone(), password.clone(), hash.clone());
                let compare = move || hash.is_of(&password, &memory);
                tokio::spawn(async move { lanes.run(Standing::Stranger, compare).await })
            })
            .collect();
        for right in compared {
            assert!(right.await.expect("no panic").expect("verifies"));
        }
        let kept = memory.kept();
        assert!((1..=lanes.permits.available_permits()).contains(&kept.len()), "{}", kept.len());
        for blocks in kept {
            assert_eq!(blocks.len(), 64);
            assert!(blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0)));
        }
    }
}
