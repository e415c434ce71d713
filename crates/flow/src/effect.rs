//! Effects: what a flow asks of the world. The shell performs them and decides nothing.

use std::rc::Rc;
use std::sync::Arc;

use regain_protocol::{Answer, AuthenticatorSetup, CallStatus, Captcha, CreateFlow, FlowKind, Outcome, Secret};

use crate::field::Field;
use crate::full::Full;

/// Number of a request, a challenge or a typed password, so that a reply to one that was given up is recognised
/// and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(pub u32);

/// One thing to be done.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Sends `GET /v1/config`; its answer comes as [`Event::Configured`](crate::Event::Configured) or
    /// [`Event::Unconfigured`](crate::Event::Unconfigured).
    LoadConfig,
    /// Sends `POST /v1/flows`.
    CreateFlow {
        /// Names the reply.
        ticket: Ticket,
        /// The `Idempotency-Key`.
        key: String,
        /// The body.
        create: CreateFlow,
    },
    /// Sends `GET /v1/flows/{id}`.
    GetFlow {
        /// Names the reply.
        ticket: Ticket,
        /// The flow, and the right to see it.
        flow: Resume,
    },
    /// Sends `POST /v1/answers`.
    PostAnswer {
        /// Names the reply.
        ticket: Ticket,
        /// The `Idempotency-Key`.
        key: String,
        /// The flow, and the right to answer.
        flow: Resume,
        /// The step that is answered.
        step: String,
        /// The body.
        answer: Rc<Answer>,
    },
    /// Sends `DELETE /v1/flows/{id}`; nobody waits for the reply.
    DeleteFlow(Resume),
    /// Solves this challenge, and gives up the one before. Progress and result come as
    /// [`ChallengeEvent`](crate::ChallengeEvent)s with the same ticket. Never a picture: its text is typed.
    SolveCaptcha(Ticket, Arc<Captcha>),
    /// Stores this for a reload.
    SaveResume(Resume),
    /// Clears what was stored.
    ClearResume,
    /// Scores this password, where that is ready: comes as
    /// [`PasswordEvent::Scored`](crate::PasswordEvent::Scored) with the same ticket, unless another one is to be scored
    /// before its turn comes. [`PasswordEvent::TypingPaused`](crate::PasswordEvent::TypingPaused) follows in a moment.
    ScorePassword(Ticket, Secret<String>),
    /// Looks for this password in known breaches: comes as
    /// [`PasswordEvent::BreachChecked`](crate::PasswordEvent::BreachChecked).
    CheckBreached(Ticket, Secret<String>),
    /// Suggests a password that keeps to these values (`embed/generate.js`): comes as
    /// [`PasswordEvent::Suggested`](crate::PasswordEvent::Suggested).
    SuggestPassword(Ticket, Vec<String>),
    /// Puts this on the clipboard; comes as [`PasswordEvent::Copied`](crate::PasswordEvent::Copied).
    Copy(Secret<String>),
    /// Puts this into a field, as if it had been typed.
    Fill(Field, Secret<String>),
    /// Moves the focus, once what changed is drawn.
    Focus(Focus),
    /// Scrolls the failure that appeared into sight.
    ShowTrouble,
    /// Has this read out by the live region.
    Announce(Announcement),
    /// Tells the site's other tabs that a flow of this user ID is finished; comes there with its
    /// [`mark`](crate::mark) as [`Event::FinishedElsewhere`](crate::Event::FinishedElsewhere).
    NotifyTabs(String),
    /// Notifies the host page. Nothing secret or personal goes there.
    NotifyHost(HostEvent),
    /// Fills the user ID into the host page's sign-in form, or goes to where one signs in.
    ReturnToSignIn {
        /// The account's user ID.
        user_id: String,
        /// The sign-in page, for a host page that has no form.
        continue_url: Option<String>,
    },
    /// Hands the flow over to the full widget, with the user ID as typed. Where that cannot be had, the loader says so.
    HandOver(Resume, String),
    /// Opens a flow of another kind in this one's place, which the loader takes away.
    OpenFlow(FlowKind, String),
    /// An effect of the full build.
    Full(Full<FullEffect>),
}

/// Effects, in order.
#[derive(Debug, Default)]
pub(crate) struct Effects(Vec<Effect>);

impl Effects {
    /// Adds an effect. Out of line, because there are many of these.
    #[inline(never)]
    pub(crate) fn push(&mut self, effect: Effect) {
        self.0.push(effect);
    }

    pub(crate) fn into_inner(self) -> Vec<Effect> {
        self.0
    }
}

/// An effect that only the full build has.
#[derive(Debug, Clone)]
pub enum FullEffect {
    /// Puts the authenticator app's key on the clipboard.
    CopyKey(Arc<AuthenticatorSetup>),
    /// Exports the new recovery codes.
    ExportCodes(Export, Codes),
}

/// New recovery codes, to be stored by the person.
pub type Codes = Arc<[Secret<String>]>;

/// Credentials that let a reload go on: in `sessionStorage` until the flow ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The flow.
    pub id: String,
    /// Its token.
    pub token: Secret<String>,
}

/// Destination of the new recovery codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// The clipboard.
    Copy,
    /// Paper.
    Print,
    /// A file.
    Download,
}

/// A kind of change of the security info.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// A method was added.
    Added,
    /// A method took the place of another one.
    Replaced,
    /// A method was removed.
    Removed,
}

/// Target of the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The step's heading.
    Heading,
    /// The field that a step begins with, where that is the one thing to do: it is described by the heading.
    First(Field),
    /// A field, because what is in it can't be used.
    Field(Field),
}

/// A message to those who cannot see a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// Another code was sent.
    CodeSent,
    /// There is another picture.
    NewCaptcha,
    /// The code was taken from a text message.
    CodeRead,
    /// The call has another status.
    Call(CallStatus),
    /// So many more characters can be written.
    CharactersLeft(u32),
    /// The code expires in so many seconds.
    CodeExpires(u32),
    /// The code has expired.
    CodeExpired,
    /// The whole flow has so many more seconds.
    FlowEnds(u32),
    /// The security info has changed.
    InfoChanged(ChangeKind),
    /// The authenticator app's key is on the clipboard.
    KeyCopied,
    /// The request takes its time.
    StillWorking,
    /// So many of the rules for the password are met.
    RulesMet {
        /// The number that are met.
        met: u32,
        /// The number of rules.
        of: u32,
    },
    /// The password's strength, in words.
    Strength(String),
    /// The password is in a known breach.
    Breached,
    /// The two passwords are the same, or not.
    Matching(bool),
    /// The passwords can be seen now, or not any more.
    Shown(bool),
    /// Caps Lock is on.
    CapsLock,
    /// A suggested password is in the fields.
    Suggested,
    /// There is none to be had.
    NoSuggestion,
    /// It is on the clipboard.
    Copied,
}

/// A notification of the host page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEvent {
    /// A step began; its name in the API.
    Step(&'static str),
    /// It worked.
    Done(Outcome),
    /// Something failed.
    Failed(Fault),
    /// The flow ended without success.
    Ended,
    /// The widget closed: the loader takes it away.
    Closed,
}

/// Reason why a request got no answer that counts. Each reads differently, because each has another
/// remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This device is offline.
    Offline,
    /// The server can't be reached from here: a proxy, a VPN, a firewall, a name that isn't found.
    Unreachable,
    /// The server is in trouble (5xx, or an answer that makes no sense).
    Server,
    /// The server will not take more from here for a while (429).
    Busy,
    /// The server understood and refuses; the same request again would fare no better.
    Refused,
}
