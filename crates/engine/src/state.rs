//! The state of a flow between two requests, as it is stored.
//!
//! The JSON is a format of its own: what the API calls things may change without an open flow noticing. The shape
//! of former versions is read by [`former`](crate::former).

use jiff::Timestamp;
use regain_protocol::{EndReason, MethodKind, Outcome};
use regain_values::{StepId, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    former,
    steps::{
        AnswerCall, AnswerQuestions, ChooseMethod, ChooseOutcome, ContactAdministrator, EnterCode, Identify,
        NewPassword, SecurityInfo, SignIn,
    },
    subject::{ProvedPerson, Subject},
};

/// The version of the stored shape.
const VERSION: u8 = 2;

/// A flow between two requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    version: u8,
    /// The language of its mails, as a BCP 47 tag.
    pub locale: String,
    /// The id of the step that the person is at.
    pub step_id: StepId,
    /// The step, with its own data.
    pub stage: Stage,
    /// The time since which the directory is being told what this step led to; nothing else is taken meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applying_since: Option<Timestamp>,
    /// A proof came by the phone, so that the token is to rotate with the next answer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub rotate_due: bool,
    /// The number of times that the flow was given more time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub extensions: u8,
}

/// The step that a person is at, with everything that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Stage {
    /// Entered at the beginning; left by `identify` with the challenge solved.
    Identify(Identify),
    /// Entered at the beginning of a flow that asks for the password; left by the right one, or by one
    /// wrong one too many.
    SignIn(SignIn),
    /// Entered where only the administrators can help, or when the person asks for them; left by
    /// `send_request` or back.
    ContactAdministrator(ContactAdministrator),
    /// Entered when the person is named or wants another method; left by `choose`.
    ChooseMethod(ChooseMethod),
    /// Entered when a code was sent or an app is asked; left by the right code, by one wrong code too many, or back.
    EnterCode(EnterCode),
    /// Entered when a call was placed; left by `#` in that call, by one wrong key too many, or back.
    AnswerCall(AnswerCall),
    /// Entered when the person chose to answer; left by the right answers, by one wrong set too many, or back.
    AnswerQuestions(AnswerQuestions),
    /// Entered when identity is proved and the account may be unlocked; left by `unlock`, when the
    /// directory has done it, or by `reset`.
    ChooseOutcome(ChooseOutcome),
    /// Entered when identity is proved; left when the directory has the new password.
    NewPassword(NewPassword),
    /// Entered when identity is proved in a flow that registers, and after each change; left by `finish`.
    SecurityInfo(SecurityInfo),
    /// It worked.
    Done(Done),
    /// Over without success.
    Ended(Ended),
}

/// A flow that worked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The outcome.
    pub outcome: Outcome,
    /// The account's user ID, or what was typed.
    pub user_id: UserId,
    /// Confirmations were queued.
    pub notified: bool,
    /// The person should look at their security info.
    #[serde(default)]
    pub info_due: bool,
}

/// A flow that is over without success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The reason.
    pub reason: EndReason,
    /// The time from which a new attempt makes sense.
    pub retry_at: Option<Timestamp>,
}

impl Stage {
    /// Tells if nothing can follow.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Ended(_))
    }

    /// The subject, while identity is not proved.
    pub const fn subject(&self) -> Option<&Subject> {
        match self {
            Self::ChooseMethod(step) => Some(&step.subject),
            Self::EnterCode(step) => step.whose.subject(),
            Self::AnswerCall(step) => step.whose.subject(),
            Self::AnswerQuestions(step) => Some(&step.subject),
            _ => None,
        }
    }

    /// Makes the subject one who only looks like an account's. What they were shown stays.
    pub(crate) fn forget_account(&mut self) {
        match self {
            Self::ChooseMethod(step) => step.subject.account = None,
            Self::EnterCode(step) => step.whose.forget_account(),
            Self::AnswerCall(step) => step.forget_account(),
            Self::AnswerQuestions(step) => step.subject.account = None,
            Self::ContactAdministrator(step) => {
                if let Some(back) = &mut step.back {
                    back.forget_account();
                }
            }
            // There nobody is named, or everything is proved.
            Self::Identify(_)
            | Self::SignIn(_)
            | Self::ChooseOutcome(_)
            | Self::NewPassword(_)
            | Self::SecurityInfo(_)
            | Self::Done(_)
            | Self::Ended(_) => {}
        }
    }

    /// The person, once identity is proved.
    pub const fn person(&self) -> Option<&ProvedPerson> {
        match self {
            Self::EnterCode(step) => step.whose.person(),
            Self::AnswerCall(step) => step.whose.person(),
            Self::ChooseOutcome(step) => Some(&step.person),
            Self::NewPassword(step) => Some(&step.person),
            Self::SecurityInfo(step) => Some(&step.person),
            _ => None,
        }
    }

    /// The user ID as it was typed, where one was.
    pub fn user_id(&self) -> Option<&UserId> {
        let typed = || match self {
            Self::SignIn(step) => step.user_id.as_ref(),
            Self::ContactAdministrator(step) => step.user_id.as_ref(),
            Self::Done(done) => Some(&done.user_id).filter(|user_id| !user_id.as_str().is_empty()),
            _ => None,
        };
        let subject = self.subject().map(|subject| &subject.user_id);
        subject.or_else(|| self.person().map(|person| &person.user_id)).or_else(typed)
    }

    /// The account's key in counters and in the log, once somebody was named.
    pub fn account_key(&self) -> Option<&str> {
        let asked = || match self {
            Self::ContactAdministrator(step) => step.account_key.as_deref(),
            _ => None,
        };
        let subject = self.subject().map(|subject| &*subject.account_key);
        subject.or_else(|| self.person().map(|person| &*person.account_key)).or_else(asked)
    }

    /// The kinds of proof that were given.
    pub fn proved(&self) -> &[MethodKind] {
        let asked = || match self {
            Self::ContactAdministrator(step) => step.proved.as_slice(),
            _ => &[],
        };
        let subject = self.subject().map(|subject| subject.proved.as_slice());
        subject.or_else(|| self.person().map(|person| person.proved.as_slice())).unwrap_or_else(asked)
    }
}

/// A stored state that this version cannot read. Its text quotes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadableState {
    /// The column at which reading failed, from 1.
    pub column: usize,
}

impl State {
    /// A flow at a step.
    pub const fn new(locale: String, step_id: StepId, stage: Stage) -> Self {
        Self { version: VERSION, locale, step_id, stage, applying_since: None, rotate_due: false, extensions: 0 }
    }

    /// The flow at another step.
    #[must_use]
    pub fn moved(&self, step_id: StepId, stage: Stage) -> Self {
        Self { locale: self.locale.clone(), step_id, stage, applying_since: None, ..*self }
    }

    /// The flow while the directory is being told.
    #[must_use]
    pub fn claimed(&self, now: Timestamp) -> Self {
        Self { applying_since: Some(now), ..self.clone() }
    }

    /// The flow, over. What was known of the person is forgotten.
    #[must_use]
    pub fn ended(&self, step_id: StepId, reason: EndReason, retry_at: Option<Timestamp>) -> Self {
        Self::new(self.locale.clone(), step_id, Stage::Ended(Ended { reason, retry_at }))
    }

    /// The stored form.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a state has only text keys")
    }

    /// Reads a stored form, of this version or of a former one.
    pub fn from_json(json: &str) -> Result<Self, UnreadableState> {
        #[derive(Deserialize)]
        struct Versioned {
            #[serde(default)]
            version: u8,
        }
        // serde's own message may quote the text.
        let unreadable = |error: serde_json::Error| UnreadableState { column: error.column() };
        let Versioned { version } = serde_json::from_str(json).map_err(unreadable)?;
        match version {
            VERSION => serde_json::from_str(json).map_err(unreadable),
            0 => serde_json::from_str::<former::State>(json).map(Self::from).map_err(unreadable),
            _ => Err(UnreadableState { column: 0 }),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(number: &u8) -> bool {
    *number == 0
}
