//! The page's time: the browser's, and as much later as the clock was moved on.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use regain_ports::Clock;

/// A clock that can be moved on.
#[derive(Debug)]
pub struct PageClock {
    now: fn() -> Timestamp,
    moved_by_s: AtomicI64,
}

impl PageClock {
    /// Goes by another clock.
    pub const fn new(now: fn() -> Timestamp) -> Self {
        Self { now, moved_by_s: AtomicI64::new(0) }
    }

    /// Moves it on by so many seconds.
    pub fn advance(&self, seconds: u32) {
        self.moved_by_s.fetch_add(seconds.into(), Ordering::Relaxed);
    }
}

impl Clock for PageClock {
    fn now(&self) -> Timestamp {
        let moved_by = SignedDuration::from_secs(self.moved_by_s.load(Ordering::Relaxed));
        (self.now)().saturating_add(moved_by).unwrap_or(Timestamp::MAX)
    }
}
