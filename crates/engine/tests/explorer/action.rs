//! Actions: everything that the person, the phone, time, another flow and the directory can do.

use std::fmt;

use regain_engine::{Applied, Stage, State, methods::Method};
use regain_ports::CallEvent;
use regain_protocol::{MethodKind, Role, Violation};

use crate::world::User;

/// A destination of codes and calls: of a method that is registered, or of one that is being added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) kind: MethodKind,
    pub(crate) role: Option<Role>,
    pub(crate) is_new: bool,
}

/// The code that is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Typed {
    /// The one that was sent last to a place.
    Newest(Place),
    /// The one before it.
    Former(Place),
    /// Of the registered app, so many time steps ago.
    App(u8),
    /// Of the app that is being added.
    NewApp,
    /// Of the sheet of saved codes.
    Saved(u8),
    /// None that there is.
    Wrong,
}

/// The destination that is typed where it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Confirmed {
    No,
    Right,
    Wrong,
}

/// The current password that comes along with a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Current {
    Missing,
    Right,
    Wrong,
}

/// Everything that can happen to a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Identify(User),
    NewCaptcha,
    SignIn(User, bool),
    /// The method at this place among those that the flow keeps, on offer or not.
    Choose(usize, Confirmed),
    ChooseNonsense,
    Verify(Typed),
    Resend,
    ChooseAnother,
    CallAgain,
    Answer(bool),
    AnswerSome,
    Unlock,
    Reset,
    SetPassword {
        good: bool,
        current: Current,
    },
    Add(MethodKind, Option<Role>),
    Remove(usize),
    SetQuestions,
    Finish,
    AskAdministrator(Option<User>),
    GoBack,
    SendRequest(Option<User>),
    MoreTime,
    /// An answer that names the step before.
    Replay(Box<Action>),
    Cancel,
    /// The phone, in the call that was placed last, or in the one before it.
    Phone {
        event: CallEvent,
        is_former: bool,
    },
    /// The account's tries of the day are used up by others when this is to be committed.
    OutOfTries(Box<Action>),
    /// Another flow of the account succeeds.
    Voided,
    /// The directory has answered to the change at this place among those under way.
    Directory(usize, Applied),
    Wait,
}

/// The events of a phone.
pub(crate) const EVENTS: [CallEvent; 7] = [
    CallEvent::Ringing,
    CallEvent::Answered,
    CallEvent::Key('#'),
    CallEvent::Key('5'),
    CallEvent::Over,
    CallEvent::Failed,
    CallEvent::Withheld,
];

/// The answers of the directory.
pub(crate) fn results() -> [Applied; 8] {
    [
        Applied::Done,
        Applied::NotLocked,
        Applied::NoAccount,
        Applied::WrongPassword,
        Applied::Refused(vec![Violation::Reused {}]),
        Applied::NotAllowed,
        Applied::Unavailable,
        Applied::Unknown,
    ]
}

/// The methods that a flow keeps, but for the one in use.
pub(crate) fn kept(state: &State) -> &[Method] {
    match &state.stage {
        Stage::ChooseMethod(step) => &step.subject.methods,
        stage => stage.subject().map_or(&[], |subject| &subject.methods),
    }
}

impl Action {
    /// The action in words. `state` is the one that it is taken in.
    pub(crate) fn words(&self, state: &State) -> String {
        match self {
            Self::Choose(index, confirmed) => {
                let method = kept(state).get(*index);
                let words = method.map(|method| words(method.kind(), method.role())).unwrap_or_default();
                match confirmed {
                    Confirmed::No => format!("choose {words}"),
                    Confirmed::Right => format!("choose {words}, typing where it goes"),
                    Confirmed::Wrong => format!("choose {words}, typing somewhere else"),
                }
            }
            Self::Replay(action) => format!("at the step before: {}", action.words(state)),
            Self::OutOfTries(action) => format!("{} (no tries left today)", action.words(state)),
            action => action.to_string(),
        }
    }
}

fn words(kind: MethodKind, role: Option<Role>) -> String {
    let role = role.map(|role| format!(" ({role:?})").to_lowercase()).unwrap_or_default();
    format!("{}{role}", format!("{kind:?}").to_lowercase())
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.is_new { "new " } else { "" }, words(self.kind, self.role))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identify(user) => write!(f, "identify as {user}"),
            Self::SignIn(user, true) => write!(f, "sign in as {user}"),
            Self::SignIn(user, false) => write!(f, "sign in as {user} with a wrong password"),
            Self::Verify(Typed::Newest(place)) => write!(f, "type the newest code that went to {place}"),
            Self::Verify(Typed::Former(place)) => write!(f, "type a former code that went to {place}"),
            Self::Verify(Typed::App(0)) => f.write_str("type the app's code"),
            Self::Verify(Typed::App(_)) => f.write_str("type the app's code of the time step before"),
            Self::Verify(Typed::NewApp) => f.write_str("type the new app's code"),
            Self::Verify(Typed::Saved(_)) => f.write_str("type a saved recovery code"),
            Self::Verify(Typed::Wrong) => f.write_str("type a wrong code"),
            Self::ChooseAnother => f.write_str("choose another way"),
            Self::Answer(true) => f.write_str("answer the questions"),
            Self::Answer(false) => f.write_str("answer the questions wrong"),
            Self::SetPassword { good: false, .. } => f.write_str("set a password that is refused"),
            Self::SetPassword { current: Current::Missing, .. } => f.write_str("set a new password"),
            Self::SetPassword { current: Current::Right, .. } => f.write_str("set a new password, giving the current"),
            Self::SetPassword { current: Current::Wrong, .. } => {
                f.write_str("set a new password, giving a wrong current one")
            }
            Self::AskAdministrator(_) => f.write_str("ask for the administrators"),
            Self::GoBack => f.write_str("go back"),
            Self::Phone { event, is_former: false } => write!(f, "the phone: {event:?}"),
            Self::Phone { event, is_former: true } => write!(f, "the phone, in a former call: {event:?}"),
            Self::Voided => f.write_str("another flow of the account succeeds"),
            Self::Directory(_, applied) => write!(f, "the directory answers: {applied:?}"),
            Self::Wait => f.write_str("30 seconds pass"),
            other => write!(f, "{other:?}"),
        }
    }
}
