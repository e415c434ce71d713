//! Course of a call in which nobody presses a key, for calls that are placed nowhere: what is seen of them is what is seen
//! of real ones, which end when the provider says so.

use regain_ports::{CALL_RINGS_FOR, CALL_VOICE_WAITS_FOR};
use regain_protocol::CallStatus;

/// Seconds in which the voice says all that it says to somebody who presses nothing: who calls and what to press, and
/// that once more, each followed by its wait for a key.
const VOICE_SPEAKS: i64 = 14 + 2 * CALL_VOICE_WAITS_FOR;

/// Most seconds that the provider adds to the ringing: Twilio documents "a 5-second buffer" (`Timeout` of a call).
const RINGS_ON: i64 = 5;

/// Moments of a call, in seconds after it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Course {
    ringing: i64,
    answered: Option<i64>,
    over: i64,
}

impl Course {
    /// The course of a call, drawn by its name, which is random and not told. Mostly nobody answers; some decline it;
    /// and a voice mailbox listens to the end, or somebody hangs up before.
    pub(super) fn drawn(call_id: &str) -> Self {
        let mut draws = call_id.bytes().map(|byte| i64::from(byte) % 16);
        let mut draw = || draws.next().unwrap_or_default();
        let ringing = 1 + draw() / 4;
        match draw() {
            0..=8 => Self { ringing, answered: None, over: ringing + CALL_RINGS_FOR + draw() * RINGS_ON / 15 },
            9 => Self { ringing, answered: None, over: ringing + 4 + draw() * 4 / 5 },
            mailbox => {
                let answered = ringing + 4 + draw() * 3 / 4;
                let listens = if mailbox < 14 { VOICE_SPEAKS + draw() / 4 } else { 3 + draw() };
                Self { ringing, answered: Some(answered), over: answered + listens }
            }
        }
    }

    /// The status after so many seconds, and the second since which it is that.
    pub(super) fn status(self, past: i64) -> (CallStatus, i64) {
        let Self { ringing, answered, over } = self;
        match answered {
            _ if past >= over => (CallStatus::NoAnswer, over),
            Some(answered) if past >= answered => (CallStatus::Answered, answered),
            _ if past >= ringing => (CallStatus::Ringing, ringing),
            _ => (CallStatus::Calling, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use regain_ports::{OsRng, random_id};

    use super::*;

    /// D2: a call to nobody that nobody answers rings as long as a real one, and no answer to it is heard to its end.
    #[test]
    fn d2_made_up_calls_ring_as_long_as_real_ones() {
        let courses: Vec<_> = (0..2000).map(|_| Course::drawn(&random_id(&OsRng))).collect();
        let rings_for = CALL_RINGS_FOR;
        let unanswered: Vec<_> = courses.iter().filter(|course| course.answered.is_none()).collect();
        let rung: Vec<_> = unanswered.iter().map(|course| course.over - course.ringing).collect();
        let to_the_end: Vec<_> = rung.iter().filter(|seconds| **seconds > 17).collect();
        assert!(to_the_end.len() * 10 > rung.len() * 8, "few decline");
        assert!(to_the_end.iter().all(|seconds| (rings_for..=rings_for + RINGS_ON).contains(*seconds)));
        for second in rings_for..=rings_for + RINGS_ON {
            assert!(to_the_end.contains(&&second), "{second}");
        }
        let answered = courses.iter().filter_map(|course| course.answered.map(|answered| course.over - answered));
        let (mailbox, hung_up): (Vec<i64>, Vec<i64>) = answered.partition(|seconds| *seconds >= VOICE_SPEAKS);
        assert!(!mailbox.is_empty() && !hung_up.is_empty());
        assert!(courses.iter().all(|course| course.over < 60), "a call that is never heard of is over by then");
    }
}
