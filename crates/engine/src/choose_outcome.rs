//! Step `choose_outcome`: unlock and keep the password, or choose a new one?
//!
//! Takes `unlock` and `reset`, as far as they are on offer. Unlocking claims the flow first, as setting
//! a password does. It clears the lockout and the failures that led to it; the password stays, and so
//! do the account's tries of the day.

use regain_protocol::{Answer, UnlockOutcome};

use super::{
    Context, Engine,
    apply::known,
    effects::{Application, Decision, Refusal},
    next,
    state::{Stage, State},
};
use regain_ports::random_id;

impl Engine {
    pub(super) fn at_choose_outcome(
        &self,
        cx: Context<'_>,
        state: &State,
        answer: &Answer,
    ) -> Result<Decision, Refusal> {
        let outcome = match answer {
            Answer::Unlock {} => UnlockOutcome::Unlock,
            Answer::Reset {} => UnlockOutcome::Reset,
            _ => return Err(Refusal::StepPassed),
        };
        let subject = state.subject.as_ref().ok_or(Refusal::StepPassed)?;
        let account = known(state).ok_or(Refusal::StepPassed)?;
        if !next::outcomes(cx.kind, self.rules(), subject).contains(&outcome) {
            return Err(Refusal::StepPassed);
        }
        if outcome == UnlockOutcome::Reset {
            let stage = Stage::NewPassword { current_tries_left: None };
            return Ok(Decision::new(state.moved(random_id(cx.rng), stage)));
        }
        Ok(Decision::applying(cx, state, account, Application::Unlock))
    }
}
