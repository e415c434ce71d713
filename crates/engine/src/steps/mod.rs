//! Steps: a file each, with what a step has to look up, what an answer does and how it is shown. What it keeps is with
//! [all that is stored](crate::state).

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

pub(crate) use contact_administrator::ask as ask_administrator;

pub use crate::state::{
    AnswerCall, AnswerQuestions, ChooseMethod, ChooseOutcome, ContactAdministrator, ContactReason, EnterCode, Identify,
    NewPassword, PlacedCall, SecurityInfoStep as SecurityInfo, SignIn, Whose,
};
use crate::{state::Stage, turn::Step};

/// The step that a flow is at; `None` where it is over.
pub(crate) fn of(stage: &Stage) -> Option<&dyn Step> {
    Some(match stage {
        Stage::Identify(step) => step,
        Stage::SignIn(step) => step,
        Stage::ContactAdministrator(step) => step,
        Stage::ChooseMethod(step) => step,
        Stage::EnterCode(step) => step,
        Stage::AnswerCall(step) => step,
        Stage::AnswerQuestions(step) => step,
        Stage::ChooseOutcome(step) => step,
        Stage::NewPassword(step) => step,
        Stage::SecurityInfo(step) => step,
        Stage::Done(_) | Stage::Ended(_) => return None,
    })
}
