//! What can happen to a flow.

use regain_protocol::{Config, FlowAnswered, FlowKind, Problem, Secret};

use super::Strength;
use super::answer_questions::MOST;
#[cfg(feature = "full")]
use super::effect::Keep;
#[cfg(feature = "full")]
use super::security_info::Change;
use crate::clock::Millis;

/// Numbers the requests and the challenges, so that a reply to one that was given up is recognised
/// and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(pub u32);

/// A place where the person types or chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Who they are.
    UserId,
    /// The text of a picture.
    Captcha,
    /// One of the ways to prove it.
    Method,
    /// The whole destination of the chosen method.
    Destination,
    /// The code.
    Code,
    /// The answers to the questions, together.
    Answers,
    /// The answer to the question at that place.
    Answer(u8),
    /// What to say to the administrators.
    Message,
    /// One of what can be done for a locked account.
    Outcome,
    /// The current password, where it must be given too.
    Current,
    /// The new password.
    Password,
    /// The new password again.
    Confirm,
    /// The registered methods, together.
    #[cfg(feature = "full")]
    Methods,
    /// The security question at that place, out of those on offer.
    #[cfg(feature = "full")]
    Question(u8),
    /// The person's own words for it.
    #[cfg(feature = "full")]
    Own(u8),
}

impl Field {
    /// Its `name`, and with the prefix `regain-` its `id`: stable, because password managers and
    /// tests rely on it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserId => "username",
            Self::Captcha => "captcha",
            Self::Method => "method",
            Self::Destination => "destination",
            Self::Code => "code",
            Self::Answers => "answers",
            Self::Answer(place) => {
                let names: [_; MOST] = [
                    "answer-1", "answer-2", "answer-3", "answer-4", "answer-5", "answer-6", "answer-7", "answer-8",
                    "answer-9",
                ];
                names[place as usize % MOST]
            }
            Self::Message => "message",
            Self::Outcome => "outcome",
            Self::Current => "current-password",
            Self::Password => "new-password",
            Self::Confirm => "confirm-password",
            #[cfg(feature = "full")]
            Self::Methods => "methods",
            #[cfg(feature = "full")]
            Self::Question(place) => {
                let names: [_; MOST] = [
                    "question-1",
                    "question-2",
                    "question-3",
                    "question-4",
                    "question-5",
                    "question-6",
                    "question-7",
                    "question-8",
                    "question-9",
                ];
                names[place as usize % MOST]
            }
            #[cfg(feature = "full")]
            Self::Own(place) => {
                let names: [_; MOST] =
                    ["own-1", "own-2", "own-3", "own-4", "own-5", "own-6", "own-7", "own-8", "own-9"];
                names[place as usize % MOST]
            }
        }
    }
}

/// Everything that can happen to a flow.
#[derive(Debug, Clone)]
pub enum Event {
    /// The widget is there.
    Opened,
    /// What a field now holds.
    Typed(Field, Secret<String>),
    /// The kind of account is one that is recovered here.
    ChoseAccountType,
    /// The method or the outcome that was chosen, by its place in the list.
    Chose(usize),
    /// Next, Verify or Finish.
    Submitted,
    /// Another challenge, please.
    AskedForNewCaptcha,
    /// The challenge of that ticket is solved. Solved again, the later solution counts.
    CaptchaSolved(Ticket, String),
    /// So much of the work on the challenge of that ticket is done, in percent.
    CaptchaProgress(Ticket, u32),
    /// The challenge of that ticket can't be solved here: no worker, a script that is blocked.
    CaptchaUnsolvable(Ticket),
    /// Another code, please.
    AskedForAnotherCode,
    /// The browser read a code from a text message.
    CodeRead(Secret<String>),
    /// Whether what tells how strong a password is is there now, or can't be had.
    StrengthReady(bool),
    /// How strong the password of that ticket is.
    Scored(Ticket, Strength),
    /// A moment has gone by since the password of that ticket was typed.
    Rested(Ticket),
    /// How often the password of that ticket is in known leaks; below zero where nobody knows.
    LookedUp(Ticket, i32),
    /// A suggestion, please: of the same kind as before (at first, of words), or of the other.
    AskedForSuggestion(bool),
    /// The suggestion of that ticket, or none, and whether there is a clipboard for it.
    Suggested(Ticket, Option<Secret<String>>, bool),
    /// Copy it, please.
    AskedToCopy,
    /// Whether it was copied.
    Copied(bool),
    /// Show the passwords, or hide them again.
    Showed,
    /// Where something is typed with Caps Lock on, if so.
    CapsLock(Option<Field>),
    /// The focus went on from a field.
    Left(Field),
    /// Another call, please.
    AskedForAnotherCall,
    /// Another way, please.
    AskedForAnotherMethod,
    /// None of these work for me.
    AskedForAdministrator,
    /// Try the request that failed again.
    Retried,
    /// From the beginning.
    StartedAgain,
    /// Back to the host page's sign-in.
    WentToSignIn,
    /// On to a flow of another kind.
    WentTo(FlowKind),
    /// Open or close a form of the security info.
    #[cfg(feature = "full")]
    Changed(Change),
    /// Copy the authenticator app's key, please.
    #[cfg(feature = "full")]
    AskedToCopyKey,
    /// Help with keeping the new recovery codes, please.
    #[cfg(feature = "full")]
    AskedToKeepCodes(Keep),
    /// Enough.
    Cancelled,
    /// Time went on; sent every second while something waits for it.
    Ticked,
    /// The browser says that the network is back.
    CameOnline,
    /// A reply, or what came instead of one.
    Replied(Ticket, Reply),
    /// What the server tells everyone.
    Configured(Box<Config>),
    /// That can't be had.
    Unconfigured,
    /// What time it is at the server, in milliseconds from this device's clock.
    ClockRead(Millis),
}

/// What came back from a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The flow as it now stands.
    Flow(Box<FlowAnswered>),
    /// The server said no.
    Refused {
        /// The HTTP status.
        status: u16,
        /// Why, where the answer says so in the API's form.
        problem: Option<Box<Problem>>,
        /// Seconds to wait, from `Retry-After`.
        retry_after: Option<u32>,
    },
    /// Nothing came.
    Lost(Fault),
}

/// Why a request got no answer that counts. Each reads differently, because each has another
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
