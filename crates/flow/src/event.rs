//! Events: everything that can happen to a flow.

use regain_protocol::{Config, FlowAnswered, FlowKind, Problem, Secret};

use crate::clock::Millis;
use crate::effect::{Fault, Ticket};
use crate::field::Field;
use crate::full::Full;
use crate::steps::challenge::ChallengeEvent;
use crate::steps::enter_code::CodeEvent;
use crate::steps::new_password::PasswordEvent;
use crate::steps::security_info::SecurityInfoEvent;

/// Something that happens to a flow.
#[derive(Debug, Clone)]
pub enum Event {
    /// The widget is there.
    Opened,
    /// Something happens at the current step.
    Step(StepEvent),
    /// The kind of account is one that is recovered here.
    AccountTypeChosen,
    /// The person asks for the administrators' help.
    HelpRequested,
    /// The person asks for more time.
    MoreTimeRequested,
    /// The scoring of passwords is ready, or cannot be had.
    StrengthReady(bool),
    /// The request that failed is to be tried again.
    Retried,
    /// The flow is to begin again.
    StartedAgain,
    /// The person goes back to the host page's sign-in.
    WentToSignIn,
    /// The person goes on to a flow of another kind.
    WentTo(FlowKind),
    /// The person closes the widget.
    Cancelled,
    /// Time went on; comes every second while [`Subscriptions::ticks`](crate::Subscriptions::ticks) holds.
    Ticked,
    /// A call is to be asked after; comes regularly while [`Subscriptions::polls`](crate::Subscriptions::polls) holds.
    PollDue,
    /// The browser says that the network is back.
    CameOnline,
    /// A flow was finished in another tab of the site, of the user ID with this [`mark`](crate::mark).
    FinishedElsewhere(String),
    /// A reply, or what came instead of one.
    Replied(Ticket, Reply),
    /// The configuration that the server has for everyone.
    Configured(Box<Config>),
    /// That can't be had.
    Unconfigured,
    /// Offset of the server's clock from this device's, in milliseconds.
    ClockRead(Millis),
}

/// Something that happens at a step. One that the current step does not know does nothing.
#[derive(Debug, Clone)]
pub enum StepEvent {
    /// The content of a field has changed.
    Input(Field, Secret<String>),
    /// The entry at that place of a list was chosen.
    Chosen(usize),
    /// The form is sent: Next, Verify or Finish.
    Submitted,
    /// The person asks for another method.
    AnotherMethodRequested,
    /// Something happens to the challenge.
    Challenge(ChallengeEvent),
    /// Something happens to the code.
    Code(CodeEvent),
    /// Something happens to the new password.
    Password(PasswordEvent),
    /// Something happens at a step of the full build.
    Full(Full<FullEvent>),
}

/// Something that happens at a step that only the full build has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FullEvent {
    /// The person asks for another call.
    CallAgain,
    /// The person goes back from the administrators.
    WentBack,
    /// The person asks for a copy of the authenticator app's key.
    KeyCopyRequested,
    /// Something happens to the security info.
    SecurityInfo(SecurityInfoEvent),
}

/// The end of a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The flow as it now stands.
    Flow(Box<FlowAnswered>),
    /// The server said no.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The reason, where the answer has one in the API's form.
        problem: Option<Box<Problem>>,
        /// Seconds to wait, from `Retry-After`.
        retry_after: Option<u32>,
    },
    /// Nothing came.
    Lost(Fault),
}

impl Event {
    /// An event of a step that only the full build has.
    pub fn full(event: FullEvent) -> Option<Self> {
        Full::new(event).map(|event| Self::Step(StepEvent::Full(event)))
    }
}

impl From<StepEvent> for Event {
    fn from(event: StepEvent) -> Self {
        Self::Step(event)
    }
}

impl From<ChallengeEvent> for Event {
    fn from(event: ChallengeEvent) -> Self {
        Self::Step(StepEvent::Challenge(event))
    }
}

impl From<CodeEvent> for Event {
    fn from(event: CodeEvent) -> Self {
        Self::Step(StepEvent::Code(event))
    }
}

impl From<PasswordEvent> for Event {
    fn from(event: PasswordEvent) -> Self {
        Self::Step(StepEvent::Password(event))
    }
}
