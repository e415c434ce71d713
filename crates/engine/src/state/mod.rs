//! The state of a flow between two requests, as it is stored.
//!
//! The JSON is a format of its own: what the API calls things may change without an open flow noticing. All that is
//! stored is in this folder, as data; what steps and methods do with theirs is in [`steps`](crate::steps) and
//! [`methods`](crate::methods), which know this folder and are not known here.

mod former;
mod method;
mod security_info;
mod stage;
mod stored;
mod subject;

use jiff::{SignedDuration, Timestamp};
use regain_ports::passed_since;
use regain_protocol::EndReason;
use regain_values::StepId;
use serde::{Deserialize, Serialize};

pub use method::{
    AskedQuestions, Authenticator, Calls, Delivery, Destination, How, Method, Offered, RecoveryCodes, SentCode,
};
pub use security_info::SecurityInfo;
pub use stage::{
    AnswerCall, AnswerQuestions, ChooseMethod, ChooseOutcome, ContactAdministrator, ContactReason, Done, Ended,
    EnterCode, Identify, NewPassword, PlacedCall, SecurityInfo as SecurityInfoStep, SignIn, Stage,
};
pub use stored::UnreadableState;
pub use subject::{KnownAccount, ProvedPerson, Subject, Whose};

/// The version of the stored shape.
const VERSION: u8 = 2;

/// The time after which whoever claimed an account is taken for dead.
pub const STUCK_AFTER: SignedDuration = SignedDuration::from_secs(10);

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

    /// Tells if the directory is making the flow's change at this moment. A claim may be so old that whoever made it is
    /// taken for dead.
    pub(crate) fn is_being_applied(&self, now: Timestamp) -> bool {
        self.applying_since.is_some_and(|since| passed_since(since, now) < STUCK_AFTER)
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
