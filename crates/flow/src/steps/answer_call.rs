//! Answer the call and press #: begins when a call is on its way; ends when the proof has come by the phone, which shows in
//! what the server says the next time it is polled, or when the person asks for another method.

use regain_protocol::{Answer, CallStatus, Method};

use crate::clock::{Millis, seconds_until};
use crate::effect::{Announcement, Fault};
use crate::step::{Context, Intent, Outcome, StepState, Surroundings};

/// The number of polls in a row that may get no answer before the person hears of it.
const LOST_POLLS: u8 = 4;

/// A call on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnswerCall {
    method: Method,
    status: CallStatus,
    /// The number of calls that may still be asked for.
    calls_left: u8,
    /// The time from which another may be asked for, at the server; 0 for any.
    again_at: Millis,
    /// The time before which the server does not want to be polled; 0 for none.
    poll_from: Millis,
    lost_polls: u8,
}

/// A call to draw.
#[expect(clippy::struct_excessive_bools, reason = "facts that hold each by itself, not states of one thing")]
#[derive(Debug, Clone)]
pub struct CallView {
    /// The phone, with most of its number hidden.
    pub masked: Option<String>,
    /// The status of the call.
    pub status: CallStatus,
    /// True where it is to show that a number to be registered is the person's.
    pub registers: bool,
    /// True once nothing more happens in it.
    pub is_over: bool,
    /// The number of calls that may still be asked for.
    pub calls_left: u8,
    /// True where another is the way on: once this one came to nothing.
    pub offers_call: bool,
    /// Seconds until another may be asked for.
    pub call_in: u32,
    /// True where another may be asked for now.
    pub can_call: bool,
}

impl AnswerCall {
    pub(crate) fn new(method: Method, status: CallStatus, calls_left: u8, again_at: Millis) -> Self {
        Self { method, status, calls_left, again_at, poll_from: 0, lost_polls: 0 }
    }

    /// Takes the wish for another call.
    pub(crate) fn call_again(&self, server_now: Millis) -> Outcome {
        if self.offers_call() && self.again_at <= server_now {
            Outcome::Complete(Intent::Other, Answer::CallAgain {})
        } else {
            Outcome::UNCHANGED
        }
    }

    /// Tells if nothing more happens in this call. After a wrong key the caller asks again.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.status, CallStatus::NoAnswer | CallStatus::Failed)
    }

    /// Tells if another call is the way on.
    fn offers_call(&self) -> bool {
        self.calls_left > 0 && (self.is_over() || self.status == CallStatus::WrongKey)
    }

    /// Tells if the server may be polled now.
    pub(crate) fn may_poll(&self, now: Millis) -> bool {
        !self.is_over() && self.poll_from <= now
    }

    /// Takes the loss of a poll; whether that is worth no word. `wait` is the server's own wish, in seconds.
    pub(crate) fn forgives(&mut self, now: Millis, fault: Fault, wait: Option<u32>) -> bool {
        self.poll_from = wait.map_or(0, |seconds| now + Millis::from(seconds) * 1000);
        self.lost_polls = self.lost_polls.saturating_add(1);
        fault == Fault::Busy || self.lost_polls <= LOST_POLLS
    }

    pub(crate) fn view(&self, surroundings: &Surroundings) -> CallView {
        let call_in = seconds_until(self.again_at, surroundings.server_now);
        CallView {
            masked: surroundings.shown(&self.method),
            status: self.status,
            registers: surroundings.registers,
            is_over: self.is_over(),
            calls_left: self.calls_left,
            offers_call: self.offers_call(),
            call_in,
            can_call: self.offers_call() && call_in == 0 && !surroundings.blocked,
        }
    }
}

impl StepState for AnswerCall {
    const NAME: &'static str = "answer_call";

    fn refresh(&mut self, new: Self, context: &mut Context) {
        let former = std::mem::replace(self, new).status;
        context.announce((former != self.status).then_some(Announcement::Call(self.status)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regain_protocol::{MethodKind, Role};

    #[test]
    fn another_call_is_for_when_this_one_came_to_nothing() {
        use CallStatus as Status;
        let method = Method {
            id: "m".into(),
            kind: MethodKind::Call,
            role: Some(Role::Office),
            masked: Some("+49 ••• 12".into()),
            confirm: false,
        };
        for (status, over, again) in [
            (Status::Calling, false, false),
            (Status::Ringing, false, false),
            (Status::Answered, false, false),
            (Status::WrongKey, false, true),
            (Status::NoAnswer, true, true),
            (Status::Failed, true, true),
        ] {
            let call = AnswerCall::new(method.clone(), status, 1, 0);
            assert_eq!((call.is_over(), call.offers_call()), (over, again), "{status:?}");
            assert!(!AnswerCall::new(method.clone(), status, 0, 0).offers_call());
        }
    }
}
