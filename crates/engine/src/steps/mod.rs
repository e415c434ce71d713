//! Steps: a file each, with what a step keeps, what it has to look up, what an answer does and how it is shown.

mod answer_call;
mod answer_questions;
mod choose_method;
mod choose_outcome;
mod contact_administrator;
mod enter_code;
mod identify;
mod new_password;
mod security_info;
pub(crate) mod sign_in;

use regain_protocol::{Answer, StepBody};
use regain_values::UserId;
use serde::{Deserialize, Serialize};

pub use answer_call::{AnswerCall, PlacedCall};
pub use answer_questions::AnswerQuestions;
pub use choose_method::ChooseMethod;
pub use choose_outcome::ChooseOutcome;
pub(crate) use contact_administrator::ask as ask_administrator;
pub use contact_administrator::{ContactAdministrator, ContactReason};
pub use enter_code::EnterCode;
pub use identify::Identify;
pub use new_password::NewPassword;
pub use security_info::SecurityInfo;
pub use sign_in::SignIn;

use crate::{
    Context, Engine,
    decision::{Application, Decision, Effect, Refusal},
    engine::new_step_id,
    lookups::{Findings, Lookup},
    state::{Stage, State},
    subject::{KnownAccount, ProvedPerson, Subject},
};

/// One request at one flow.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) cx: Context<'a>,
    pub(crate) state: &'a State,
    /// So many wrong proofs were given for the account today that codes get longer.
    pub(crate) attacked: bool,
}

impl Turn<'_> {
    /// The flow goes to another step.
    pub(crate) fn moved(self, stage: Stage) -> Decision {
        Decision::new(self.state.moved(new_step_id(self.cx.rng), stage))
    }

    /// The flow stays at its step, whose data change.
    pub(crate) fn stayed(self, stage: Stage) -> Decision {
        Decision::new(self.state.moved(self.state.step_id.clone(), stage))
    }

    /// Has the directory or the registrations change the account: the flow is claimed first, so that of many requests
    /// one does it.
    pub(crate) fn applying(self, account: &KnownAccount, what: Application) -> Decision {
        let mut decision = Decision::new(self.state.claimed(self.cx.now));
        decision.effects.push(Effect::Apply { account_id: account.id.clone(), what });
        decision
    }
}

/// A step.
pub(crate) trait Step {
    /// The next question to others before an answer can be decided; `None` where there is none, or where the answer
    /// is refused without.
    fn lookup<'a>(&self, _turn: Turn<'_>, _answer: &'a Answer, _findings: &Findings) -> Option<Lookup<'a>> {
        None
    }

    /// The decision about an answer.
    fn answer(&self, turn: Turn<'_>, answer: &Answer, findings: &Findings) -> Result<Decision, Refusal>;

    /// The step as the person is shown it.
    fn view(&self, turn: Turn<'_>) -> StepBody;
}

impl Stage {
    /// The step; `None` where the flow is over.
    pub(crate) fn step(&self) -> Option<&dyn Step> {
        Some(match self {
            Self::Identify(step) => step,
            Self::SignIn(step) => step,
            Self::ContactAdministrator(step) => step,
            Self::ChooseMethod(step) => step,
            Self::EnterCode(step) => step,
            Self::AnswerCall(step) => step,
            Self::AnswerQuestions(step) => step,
            Self::ChooseOutcome(step) => step,
            Self::NewPassword(step) => step,
            Self::SecurityInfo(step) => step,
            Self::Done(_) | Self::Ended(_) => return None,
        })
    }
}

/// The one who enters a code or answers a call: to prove who they are, or to show that a new method works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The method is a proof.
    Proving {
        /// The subject, without the method.
        subject: Subject,
    },
    /// The method is being added.
    Adding {
        /// The person, whose identity is proved.
        person: ProvedPerson,
    },
}

impl Whose {
    /// The subject, where identity is not proved.
    pub const fn subject(&self) -> Option<&Subject> {
        match self {
            Self::Proving { subject } => Some(subject),
            Self::Adding { .. } => None,
        }
    }

    pub(crate) const fn subject_mut(&mut self) -> Option<&mut Subject> {
        match self {
            Self::Proving { subject } => Some(subject),
            Self::Adding { .. } => None,
        }
    }

    /// The person, where identity is proved.
    pub const fn person(&self) -> Option<&ProvedPerson> {
        match self {
            Self::Proving { .. } => None,
            Self::Adding { person } => Some(person),
        }
    }

    /// The account, where there is one.
    pub(crate) const fn account(&self) -> Option<&KnownAccount> {
        match self {
            Self::Proving { subject } => subject.account.as_ref(),
            Self::Adding { person } => Some(&person.account),
        }
    }

    /// Makes a subject one who only looks like an account's.
    pub(crate) fn forget_account(&mut self) {
        match self {
            Self::Proving { subject } => subject.account = None,
            Self::Adding { .. } => {}
        }
    }

    pub(crate) const fn exists(&self) -> bool {
        self.account().is_some()
    }

    pub(crate) fn account_key(&self) -> &str {
        match self {
            Self::Proving { subject } => &subject.account_key,
            Self::Adding { person } => &person.account_key,
        }
    }

    /// The user ID as the directory spells it, or as it was typed.
    pub(crate) const fn spelling(&self) -> &UserId {
        match self {
            Self::Proving { subject } => match &subject.account {
                Some(account) => &account.user_id,
                None => &subject.user_id,
            },
            Self::Adding { person } => &person.account.user_id,
        }
    }

    /// Back to where the method was chosen, or added.
    pub(crate) fn back(self, turn: Turn<'_>, method: crate::methods::Method) -> Decision {
        turn.moved(match self {
            Self::Proving { mut subject } => {
                subject.put_back(method);
                Stage::ChooseMethod(ChooseMethod { subject })
            }
            Self::Adding { person } => Stage::SecurityInfo(SecurityInfo::of(person)),
        })
    }
}
