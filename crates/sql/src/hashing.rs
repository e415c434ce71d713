//! Password hashes: Argon2id, off the async threads, a bounded number at a time, with a bounded queue.

mod memory;

use std::{num::NonZero, sync::Arc, thread::available_parallelism};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{
        self,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use memory::Memory;
use regain_protocol::Secret;
use tokio::{sync::Semaphore, task::spawn_blocking};

use regain_ports::{DirectoryError, Rng, Standing};
use regain_values::password_form::normalise;

/// The cost of a hash, with one lane.
#[derive(Debug, Clone, Copy)]
pub struct HashCost {
    memory_kib: u32,
    passes: u32,
}

impl HashCost {
    /// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, two passes. A server has no other.
    pub const OWASP: Self = Self { memory_kib: 19 * 1024, passes: 2 };
    /// For tests that are not about the cost: 64 KiB, one pass, under a millisecond. It protects nothing.
    pub const TEST: Self = Self { memory_kib: 64, passes: 1 };
}

const LANES: u32 = 1;

/// The bytes of a salt: 128 bits (RFC 9106 section 3.1).
const SALT_BYTES: usize = 16;

/// The number of hashes that may be asked for at a time, for each that is made at a time. The last of them waits some
/// two seconds; more would only wait until nobody wants the answer any more.
const ASKED_FOR_EACH: usize = 64;

/// A new salt.
pub(crate) fn salt(rng: &dyn Rng) -> [u8; SALT_BYTES] {
    let mut salt = [0; SALT_BYTES];
    rng.fill(&mut salt);
    salt
}

/// Hashes and verifies passwords.
#[derive(Debug, Clone)]
pub(crate) struct Hashing {
    argon2: Argon2<'static>,
    /// As many hashes at a time as there are cores: more would only take 19 MiB each and be slower.
    permits: Arc<Semaphore>,
    strangers: Lane,
    proved: Lane,
    memory: Memory,
    /// The number of comparisons with a hash.
    #[cfg(test)]
    pub(crate) verified: Arc<std::sync::atomic::AtomicUsize>,
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

impl Hashing {
    pub(crate) fn new(cost: HashCost) -> Self {
        let HashCost { memory_kib, passes } = cost;
        let params = Params::new(memory_kib, passes, LANES, None).expect("both costs are in Argon2's range");
        let at_a_time = available_parallelism().map_or(1, NonZero::get);
        let places = at_a_time * ASKED_FOR_EACH;
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            permits: Arc::new(Semaphore::new(at_a_time)),
            strangers: Lane::new(places, at_a_time),
            proved: Lane::new(places, places),
            memory: Memory::default(),
            #[cfg(test)]
            verified: Arc::default(),
        }
    }

    /// The hash of a password, as a PHC string. Nobody has one made who has not proved something.
    pub(crate) async fn hash(
        &self,
        password: &Secret<String>,
        salt: [u8; SALT_BYTES],
    ) -> Result<String, DirectoryError> {
        let (argon2, password, memory) = (self.argon2.clone(), normalise(password), self.memory.clone());
        self.run(Standing::Proved, move || {
            let hash = Salt::new(&salt).map_err(password_hash::Error::from).and_then(|salt| {
                let output_len = argon2.params().output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
                Ok(PasswordHash {
                    algorithm: Algorithm::Argon2id.ident(),
                    version: Some(Version::V0x13.into()),
                    params: ParamsString::try_from(argon2.params())?,
                    salt: Some(salt),
                    hash: Some(output(&argon2, &memory, &password, &salt, output_len)?),
                })
            });
            hash.map(|hash| hash.to_string())
                .map_err(|error| DirectoryError::Unavailable(format!("hashing a password: {error}")))
        })
        .await?
    }

    /// Tells if a password is that of a hash, for somebody of this standing.
    pub(crate) async fn verify(
        &self,
        standing: Standing,
        password: &Secret<String>,
        hash: &str,
    ) -> Result<bool, DirectoryError> {
        #[cfg(test)]
        self.verified.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (password, hash, memory) = (normalise(password), hash.to_owned(), self.memory.clone());
        self.run(standing, move || {
            matches(&memory, &password, &hash)
                .map_err(|error| DirectoryError::Unavailable(format!("a stored password hash: {error}")))
        })
        .await?
    }

    /// Runs on a thread where blocking is allowed. The permit goes along, so that a request that is
    /// dropped does not make room for another hash while its own still runs.
    async fn run<T: Send + 'static>(
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

/// Argon2's output.
fn output(
    argon2: &Argon2<'_>,
    memory: &Memory,
    password: &Secret<String>,
    salt: &[u8],
    length: usize,
) -> password_hash::Result<Output> {
    let mut buffer = zeroize::Zeroizing::new([0; Output::MAX_LENGTH]);
    let out = buffer.get_mut(..length).ok_or(password_hash::Error::OutputSize)?;
    let blocks = memory.take(argon2.params().block_count());
    argon2.hash_password_into_with_memory(password.expose().as_bytes(), salt, out, blocks)?;
    Ok(Output::new(out)?)
}

/// Tells if a password is that of a PHC string, which says by which algorithm and at which cost.
fn matches(memory: &Memory, password: &Secret<String>, hash: &str) -> password_hash::Result<bool> {
    let hash = PasswordHash::new(hash)?;
    let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else { return Ok(false) };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from)?;
    let argon2 = Argon2::new(algorithm, version, Params::try_from(&hash)?);
    // Compares in constant time.
    Ok(output(&argon2, memory, password, salt, expected.len())? == *expected)
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordHasher as _;

    use super::*;

    #[tokio::test]
    async fn hashes_carry_owasps_parameters() {
        let hashing = Hashing::new(HashCost::OWASP);
        let password = Secret::from("correct horse battery staple");
        let hash = hashing.hash(&password, [7; SALT_BYTES]).await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        for standing in [Standing::Stranger, Standing::Proved] {
            assert!(hashing.verify(standing, &password, &hash).await.expect("verifies"));
            assert!(!hashing.verify(standing, &"correct horse battery stapl".into(), &hash).await.expect("verifies"));
        }
    }

    /// Hashes that other software made with other costs, and a former version's, are read.
    #[tokio::test]
    async fn a_hash_says_its_own_cost() {
        let hashing = Hashing::new(HashCost::TEST);
        let password = Secret::from("correct horse battery staple");
        for (algorithm, cost) in
            [(Algorithm::Argon2id, HashCost { memory_kib: 256, passes: 3 }), (Algorithm::Argon2i, HashCost::TEST)]
        {
            let params = Params::new(cost.memory_kib, cost.passes, 2, None).expect("in range");
            let hash = Argon2::new(algorithm, Version::V0x13, params)
                .hash_password_with_salt(password.expose().as_bytes(), &[7; SALT_BYTES])
                .expect("hashes")
                .to_string();
            assert!(hashing.verify(Standing::Stranger, &password, &hash).await.expect("verifies"), "{hash}");
            assert!(!hashing.verify(Standing::Stranger, &"another".into(), &hash).await.expect("verifies"), "{hash}");
        }
        assert!(hashing.verify(Standing::Stranger, &password, "no hash").await.is_err());
    }

    /// As much memory is kept as hashes are made at a time, and nothing of a password is in it.
    #[tokio::test]
    async fn memory_is_kept_and_zeroed() {
        let hashing = Hashing::new(HashCost::TEST);
        let password = Secret::from("correct horse battery staple");
        let hash = hashing.hash(&password, [7; SALT_BYTES]).await.expect("hashes");
        let compared: Vec<_> = (0..20)
            .map(|_| {
                let (hashing, password, hash) = (hashing.clone(), password.clone(), hash.clone());
                tokio::spawn(async move { hashing.verify(Standing::Stranger, &password, &hash).await })
            })
            .collect();
        for right in compared {
            assert!(right.await.expect("no panic").expect("verifies"));
        }
        let kept = hashing.memory.kept();
        assert!((1..=hashing.permits.available_permits()).contains(&kept.len()), "{}", kept.len());
        for blocks in kept {
            assert_eq!(blocks.len(), 64);
            assert!(blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0)));
        }
    }

    /// D17: strangers who fill their queue keep nobody waiting who has proved something.
    #[tokio::test]
    async fn d17_strangers_starve_nobody_who_has_proved_something() {
        let hashing = Hashing::new(HashCost::TEST);
        let password = Secret::from("correct horse battery staple");
        let hash = hashing.hash(&password, [7; SALT_BYTES]).await.expect("hashes");
        // Every core is busy for a stranger, and their queue is full.
        let cores = hashing.permits.available_permits();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let released = Arc::new(std::sync::Mutex::new(released));
        let mut strangers: Vec<_> = (0..cores)
            .map(|_| {
                let (hashing, released) = (hashing.clone(), Arc::clone(&released));
                let work = move || {
                    let _ = released.lock().expect("not poisoned").recv();
                };
                tokio::spawn(async move { hashing.run(Standing::Stranger, work).await })
            })
            .collect();
        while hashing.permits.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let order: Arc<std::sync::Mutex<Vec<Standing>>> = Arc::default();
        let note = |standing: Standing| {
            let order = Arc::clone(&order);
            move || order.lock().expect("not poisoned").push(standing)
        };
        for _ in 0..cores * (ASKED_FOR_EACH - 1) {
            let (hashing, work) = (hashing.clone(), note(Standing::Stranger));
            strangers.push(tokio::spawn(async move { hashing.run(Standing::Stranger, work).await }));
        }
        while hashing.strangers.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = hashing.verify(Standing::Stranger, &password, &hash).await;
        assert!(matches!(refused, Err(DirectoryError::Unavailable(_))), "{refused:?}");
        let proved = tokio::spawn({
            let (hashing, work) = (hashing.clone(), note(Standing::Proved));
            async move { hashing.run(Standing::Proved, work).await }
        });
        while hashing.proved.places.available_permits() == cores * ASKED_FOR_EACH {
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
        let hashing = Hashing { proved: Lane::new(2, 2), ..Hashing::new(HashCost::OWASP) };
        let password = Secret::from("correct horse battery staple");
        let hash = || hashing.hash(&password, [7; SALT_BYTES]);
        let (first, second, third) = tokio::join!(hash(), hash(), hash());
        assert!(first.is_ok() && second.is_ok());
        assert!(matches!(third, Err(DirectoryError::Unavailable(_))), "{third:?}");
        assert!(hash().await.is_ok(), "there is room again");
    }
}
