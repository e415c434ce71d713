//! Everything that can happen to a flow.

use regain_ports::CallEvent;

/// An act of a person, of a phone, or of time.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Identify(&'static str),
    Choose(usize),
    ChooseNonsense,
    VerifyRight,
    VerifyFormer,
    VerifyWrong,
    VerifyApp { seconds_ago: i64 },
    Resend,
    ChooseAnother,
    CallAgain,
    CallInstruction(CallEvent),
    HeardOfFormer(CallEvent),
    AnswerAll { right: bool },
    AnswerSome,
    Unlock,
    Reset,
    SetPassword(&'static str),
    Stale(Box<Act>),
    Cancel,
    Ask,
    GoBack,
    MoreTime,
    VerifySaved,
    SendRequest,
    Other,
    Wait(i64),
}
