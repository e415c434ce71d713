//! What a flow asks of the world. The shell carries these out and decides nothing.

use std::rc::Rc;
use std::sync::Arc;

#[cfg(feature = "full")]
use regain_protocol::AuthenticatorSetup;
use regain_protocol::{Answer, CallStatus, Captcha, CreateFlow, FlowKind, Outcome, Secret};

use super::{Fault, Field, Ticket};

/// One thing to be done.
#[derive(Debug, Clone)]
pub enum Effect {
    /// `GET /v1/config`; its answer comes as [`Event::Configured`](super::Event::Configured) or
    /// [`Event::Unconfigured`](super::Event::Unconfigured).
    LoadConfig,
    /// `POST /v1/flows`.
    CreateFlow {
        /// Names the reply.
        ticket: Ticket,
        /// The `Idempotency-Key`.
        key: String,
        /// The body.
        create: CreateFlow,
    },
    /// `GET /v1/flows/{id}`.
    GetFlow {
        /// Names the reply.
        ticket: Ticket,
        /// Which flow, and the right to see it.
        flow: Resume,
    },
    /// `POST /v1/answers`.
    PostAnswer {
        /// Names the reply.
        ticket: Ticket,
        /// The `Idempotency-Key`.
        key: String,
        /// Which flow, and the right to answer.
        flow: Resume,
        /// Which step is answered.
        step: String,
        /// The body.
        answer: Rc<Answer>,
    },
    /// `DELETE /v1/flows/{id}`; nobody waits for the reply.
    DeleteFlow(Resume),
    /// Solve this challenge, and give up the one before. How it goes comes as
    /// [`Event::CaptchaProgress`](super::Event::CaptchaProgress),
    /// [`Event::CaptchaSolved`](super::Event::CaptchaSolved) and
    /// [`Event::CaptchaUnsolvable`](super::Event::CaptchaUnsolvable) with the same ticket. Never a
    /// picture: its text is typed.
    SolveCaptcha(Ticket, Arc<Captcha>),
    /// Keep this for a reload.
    SaveResume(Resume),
    /// Forget what was kept.
    ClearResume,
    /// Send [`Event::Ticked`](super::Event::Ticked) every second.
    StartTicking,
    /// Stop that.
    StopTicking,
    /// Read codes from text messages, where the browser can and the person lets it (`WebOTP`); each
    /// comes as [`Event::CodeRead`](super::Event::CodeRead).
    StartReadingSms,
    /// Stop that.
    StopReadingSms,
    /// Bring in what tells how strong a password is, in place of one that is there; the words make a
    /// password weak. It comes as [`Event::StrengthReady`](super::Event::StrengthReady).
    BringInStrength(Vec<String>),
    /// It is not needed any more.
    SendStrengthAway,
    /// Tell how strong this password is, where that is ready: comes as
    /// [`Event::Scored`](super::Event::Scored) with the same ticket, unless another one is to be told of before
    /// its turn comes. And say [`Event::Rested`](super::Event::Rested) with it in a moment.
    Examine(Ticket, Secret<String>),
    /// Look for this password in known leaks: comes as [`Event::LookedUp`](super::Event::LookedUp).
    LookUp(Ticket, Secret<String>),
    /// Suggest a password that keeps to these values (`embed/generate.js`): comes as
    /// [`Event::Suggested`](super::Event::Suggested).
    Suggest(Ticket, Vec<String>),
    /// Put this on the clipboard; how it went comes as [`Event::Copied`](super::Event::Copied).
    Copy(Secret<String>),
    /// Put this into a field, as if it had been typed.
    Fill(Field, Secret<String>),
    /// Move the focus, once what changed is drawn.
    Focus(Focus),
    /// Say this in the live region.
    Announce(Announcement),
    /// Tell the host page. Nothing secret or personal goes there.
    Tell(HostEvent),
    /// Fill the user ID into the host page's sign-in form, or go to where one signs in.
    ReturnToSignIn {
        /// Whose account.
        user_id: String,
        /// Where to sign in, when the host page has no form for it.
        continue_url: Option<String>,
    },
    /// Have a fuller widget go on with the flow in this one's place. Where none can be had, the loader says so.
    GoOn(Resume),
    /// Open a flow of another kind in this one's place, which the loader takes away.
    OpenFlow(FlowKind, String),
    /// Put the authenticator app's key on the clipboard.
    #[cfg(feature = "full")]
    CopyKey(Arc<AuthenticatorSetup>),
    /// Help with keeping the new recovery codes.
    #[cfg(feature = "full")]
    KeepCodes(Keep, super::Codes),
}

/// What a reload needs to go on: kept in `sessionStorage` until the flow ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The flow.
    pub id: String,
    /// Its token.
    pub token: Secret<String>,
}

/// A way to keep the new recovery codes.
#[cfg(feature = "full")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// On the clipboard.
    Copy,
    /// On paper.
    Print,
    /// In a file.
    Download,
}

/// Where the focus goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The step's heading.
    Heading,
    /// A field, because what is in it can't be used.
    Field(Field),
}

/// What is said to those who cannot see it change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// Another code was sent.
    CodeSent,
    /// There is another picture.
    NewCaptcha,
    /// The code was taken from a text message.
    CodeRead,
    /// How the call goes now.
    Call(CallStatus),
    /// So many more characters can be written.
    RoomLeft(u32),
    /// The code is good for so many more seconds.
    CodeEnds(u32),
    /// The code is no longer good.
    CodeEnded,
    /// The whole flow has so many more seconds.
    FlowEnds(u32),
    /// The authenticator app's key is on the clipboard.
    #[cfg(feature = "full")]
    KeyCopied,
    /// The request takes its time.
    StillWorking,
    /// So many of the rules for the password are met.
    RulesMet {
        /// How many are.
        met: u32,
        /// How many there are.
        of: u32,
    },
    /// How strong the password is.
    Strength(String),
    /// The password is in a known leak.
    Leaked,
    /// Whether the two passwords are the same.
    Matching(bool),
    /// Whether the passwords can be seen now.
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

/// What the host page is told.
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
