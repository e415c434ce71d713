//! Limits how often one client network asks for ranges. A browser that is turned away goes on without, so this need not
//! be exact, nor outlive the process: it keeps one client from having all the lookups to itself.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

/// After so long everybody's count begins anew.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// So many networks have a count of their own in a window, some 100 bytes each; those that come after them
/// have one together. Whoever has many networks cannot have the counts of others forgotten that way.
const MAX_NETWORKS: usize = 10_000;

/// The counts of a window.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    ends: Timestamp,
    counts: HashMap<String, u32>,
    others: u32,
}

impl Throttle {
    /// Counts a request of networks, each with its limit; where it is one more than one of them has, when to come back.
    pub(super) fn charge(&self, networks: &[(String, u32)], now: Timestamp) -> Result<(), Timestamp> {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back must not make a window longer.
        if now >= window.ends || window.ends.duration_since(now) > WINDOW {
            *window = Window { ends: now + WINDOW, ..Window::default() };
        }
        if networks.iter().any(|(network, limit)| *window.count(network) >= *limit) {
            return Err(window.ends);
        }
        for (network, _) in networks {
            *window.count(network) += 1;
        }
        Ok(())
    }
}

impl Window {
    fn count(&mut self, network: &str) -> &mut u32 {
        if self.counts.contains_key(network) || self.counts.len() < MAX_NETWORKS {
            self.counts.entry(network.to_owned()).or_default()
        } else {
            &mut self.others
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Charges one network.
    fn charge(throttle: &Throttle, network: &str, limit: u32, now: Timestamp) -> Result<(), Timestamp> {
        throttle.charge(&[(network.to_owned(), limit)], now)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_442_400 + second).expect("a valid time")
    }

    #[test]
    fn each_network_has_a_count_of_its_own_until_the_window_ends() {
        let throttle = Throttle::default();
        for second in 0..3 {
            assert_eq!(charge(&throttle, "192.0.2.1", 3, at(second)), Ok(()));
        }
        assert_eq!(charge(&throttle, "192.0.2.1", 3, at(599)), Err(at(600)));
        assert_eq!(charge(&throttle, "192.0.2.2", 3, at(599)), Ok(()));
        assert_eq!(charge(&throttle, "192.0.2.1", 3, at(600)), Ok(()));
    }

    #[test]
    fn a_clock_that_was_set_back_shuts_nobody_out() {
        let throttle = Throttle::default();
        assert_eq!(charge(&throttle, "192.0.2.1", 1, at(100_000)), Ok(()));
        assert_eq!(charge(&throttle, "192.0.2.1", 1, at(0)), Ok(()));
        assert_eq!(charge(&throttle, "192.0.2.1", 1, at(1)), Err(at(600)));
    }

    #[test]
    fn many_networks_take_no_more_memory_and_nobodys_count_away() {
        let throttle = Throttle::default();
        assert_eq!(charge(&throttle, "mine", 2, at(0)), Ok(()));
        for network in 1..MAX_NETWORKS {
            assert_eq!(charge(&throttle, &network.to_string(), 2, at(1)), Ok(()));
        }
        assert_eq!(charge(&throttle, "mine", 2, at(2)), Ok(()));
        assert_eq!(charge(&throttle, "late", 2, at(2)), Ok(()));
        assert_eq!(charge(&throttle, "later", 2, at(2)), Ok(()));
        assert_eq!(charge(&throttle, "latest", 2, at(2)), Err(at(600)), "one count for all of these");
        assert_eq!(charge(&throttle, "mine", 2, at(3)), Err(at(600)), "and its own for who was there before");
        assert_eq!(throttle.0.lock().expect("not poisoned").counts.len(), MAX_NETWORKS);
    }

    #[test]
    fn d12_who_has_many_narrow_networks_has_one_wide_one() {
        let throttle = Throttle::default();
        let charge = |narrow: u32| throttle.charge(&[(format!("{narrow}/64"), 3), ("all/48".to_owned(), 5)], at(0));
        assert_eq!(
            [1, 1, 1, 1, 2, 3, 4].map(|narrow| charge(narrow).is_ok()),
            [true, true, true, false, true, true, false]
        );
    }
}
