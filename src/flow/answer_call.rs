//! Answer the phone and press #. Begins when a call is on its way; ends when the proof has come by
//! the phone, which shows in what the server says the next time it is asked, or when the person asks
//! for another way.

use regain_protocol::{CallStatus, Method};

use super::{Announcement, Fault};
use crate::clock::Millis;
use crate::full::InFull;

/// How often the server is asked how the call goes.
const EVERY: Millis = 2_000;

/// So many questions without an answer are nobody's business; the next one is.
const FORGIVEN: u8 = 4;

/// A call on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerCall {
    /// Which phone.
    pub method: Method,
    /// How it goes.
    pub status: CallStatus,
    /// How many more calls may be asked for.
    pub calls_left: u8,
    /// When to ask how it goes; 0 for not planned yet.
    ask_at: Millis,
    lost: u8,
    /// It is in the full build only.
    pub(super) in_full: InFull,
}

impl AnswerCall {
    pub(super) fn new(method: Method, status: CallStatus, calls_left: u8) -> Option<Self> {
        Some(Self { method, status, calls_left, ask_at: 0, lost: 0, in_full: InFull::get()? })
    }

    /// The same step as the server has it now; what is to be said about it.
    pub(super) fn refresh(&mut self, new: Self) -> Option<Announcement> {
        let former = std::mem::replace(self, new).status;
        (former != self.status).then_some(Announcement::Call(self.status))
    }

    /// Nothing more happens in this call. After a wrong key the caller asks again.
    pub fn is_over(&self) -> bool {
        matches!(self.status, CallStatus::NoAnswer | CallStatus::Failed)
    }

    /// Another call may be asked for.
    pub fn can_call(&self) -> bool {
        self.calls_left > 0 && (self.is_over() || self.status == CallStatus::WrongKey)
    }

    /// Whether the server is to be asked now.
    pub(super) fn asks(&mut self, now: Millis) -> bool {
        if self.ask_at == 0 {
            self.ask_at = now + EVERY;
        }
        let due = !self.is_over() && self.ask_at <= now;
        if due {
            self.ask_at = now + EVERY;
        }
        due
    }

    /// A question got no answer; whether that is worth no word. `wait` is the server's own wish, in
    /// seconds.
    pub(super) fn forgives(&mut self, now: Millis, fault: Fault, wait: Option<u32>) -> bool {
        self.ask_at = now + wait.map_or(EVERY, |seconds| Millis::from(seconds) * 1000);
        self.lost = self.lost.saturating_add(1);
        fault == Fault::Busy || self.lost <= FORGIVEN
    }
}

#[cfg(all(test, feature = "full"))]
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
            let call = AnswerCall::new(method.clone(), status, 1).expect("in the full build");
            assert_eq!((call.is_over(), call.can_call()), (over, again), "{status:?}");
            assert!(!AnswerCall::new(method.clone(), status, 0).expect("in the full build").can_call());
        }
    }
}
