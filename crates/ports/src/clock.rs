//! The time, passed in so that expiry, cooldown and lockout can be tested by moving it.

use jiff::{SignedDuration, Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The difference that is tolerated between a stored time and the clock: processes on several machines never agree exactly,
/// and time services set a clock back by seconds.
pub const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// Tells if a stored deadline still lies ahead, where it is `whole` away when it is set. One that is farther away was set
/// by a clock that has been set back since: it is over, or it would last as much longer.
pub fn lies_ahead(deadline: Timestamp, whole: SignedDuration, now: Timestamp) -> bool {
    now < deadline && deadline.duration_since(now) <= whole.saturating_add(SKEW)
}

/// The time that has passed since a stored one. One in the future was noted by a clock that has been set back since: it is
/// long ago, or whatever waits for it would wait as much longer.
pub fn passed_since(at: Timestamp, now: Timestamp) -> SignedDuration {
    let passed = now.duration_since(at);
    if passed < -SKEW { SignedDuration::MAX } else { passed.max(SignedDuration::ZERO) }
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is to ask")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a7_nothing_from_the_future_is_trusted_beyond_its_time() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let whole = SignedDuration::from_secs(600);
        for (now, is_ahead) in
            [(0, true), (599, true), (600, false), (-59, true), (-60, true), (-61, false), (-3600, false)]
        {
            assert_eq!(lies_ahead(at(600), whole, at(now)), is_ahead, "{now}");
        }
        for (now, passed) in [(5, 5), (0, 0), (-60, 0), (-61, i64::MAX), (-3600, i64::MAX)] {
            assert_eq!(passed_since(at(0), at(now)).as_secs(), passed, "{now}");
        }
    }
}
