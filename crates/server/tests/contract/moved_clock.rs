//! Time that the tests move.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use regain_server::ports::Clock;

/// Stands still until it is moved.
pub(crate) struct MovedClock(Mutex<Timestamp>);

impl MovedClock {
    /// At a time like any other.
    pub(crate) fn new() -> Self {
        Self(Mutex::new(start()))
    }

    /// Moves it on.
    pub(crate) fn advance(&self, by: SignedDuration) {
        *self.0.lock().expect("not poisoned") += by;
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("not poisoned")
    }
}

/// When every test begins.
pub(crate) fn start() -> Timestamp {
    "2026-11-23T14:00:00Z".parse().expect("a valid time")
}
