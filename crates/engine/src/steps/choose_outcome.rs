//! Step `choose_outcome`: unlock and keep the password, or choose a new one?
//!
//! Takes `unlock` and `reset`, as far as they are on offer. Unlocking claims the flow first, as setting
//! a password does. It clears the lockout and the failures that led to it; the password stays, and so
//! do the account's tries of the day.

use regain_protocol::{Answer, StepBody, UnlockOutcome};

use crate::{
    decision::{Application, Decision, Refusal},
    lookups::Findings,
    next,
    state::{ChooseOutcome, NewPassword, Stage},
    turn::{Step, Turn},
};

impl ChooseOutcome {
    fn outcomes(&self, turn: Turn<'_>) -> Vec<UnlockOutcome> {
        next::outcomes(turn.cx.kind, turn.engine.rules(), &self.person.account)
    }
}

impl Step for ChooseOutcome {
    fn answer(&self, turn: Turn<'_>, answer: &Answer, _: &Findings) -> Result<Decision, Refusal> {
        let outcomes = self.outcomes(turn);
        match answer {
            Answer::Unlock {} if outcomes.contains(&UnlockOutcome::Unlock) => {
                Ok(turn.applying(&self.person.account, Application::Unlock))
            }
            Answer::Reset {} if outcomes.contains(&UnlockOutcome::Reset) => {
                let step = NewPassword { person: self.person.clone(), current_tries_left: None };
                Ok(turn.moved(Stage::NewPassword(step)))
            }
            _ => Err(Refusal::StepPassed),
        }
    }

    fn view(&self, turn: Turn<'_>) -> StepBody {
        StepBody::ChooseOutcome { outcomes: self.outcomes(turn) }
    }
}
