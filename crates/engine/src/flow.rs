//! The life of a flow: its beginning, its answers and its end.

use jiff::Timestamp;
use regain_protocol::{Answer, EndReason, FlowKind};
use regain_values::{StepId, UserId};

use crate::{
    Asserted, Context, Engine, TEN_MINUTES, apply,
    decision::{Decision, Effect, LimitPolicy, Refusal, Reply},
    lookups::{Findings, Lookup},
    next,
    standing::Recheck,
    state::{Identify, SignIn, Stage, State},
    steps,
    turn::{Turn, current, id_after, new_step_id},
};

/// The number of times that a flow can be given more time: WCAG 2.2, success criterion 2.2.1, asks for at least ten.
const EXTENSIONS: u8 = 10;

impl Engine {
    /// Refuses a kind of flow that is not on offer, or not with what came along.
    pub fn is_on_offer(&self, kind: FlowKind, with_assertion: bool) -> Result<(), Refusal> {
        let signed_in = next::is_for_the_signed_in(kind);
        let can_begin = !signed_in || with_assertion || self.rules().abilities.sign_in;
        if !self.rules().kinds.contains(&kind) || !can_begin {
            return Err(Refusal::invalid("/kind", "this kind of flow is not on offer here"));
        }
        if with_assertion && !signed_in {
            return Err(Refusal::invalid("/assertion", "whoever is signed in changes or registers"));
        }
        Ok(())
    }

    /// Begins a flow that is on offer, in one of the languages on offer. `user_id` is the host page's, and `asserted`
    /// its back end's.
    pub fn begin(
        &self,
        cx: Context<'_>,
        locale: String,
        user_id: Option<&UserId>,
        asserted: Option<Asserted>,
    ) -> Decision {
        let rules = self.rules();
        let mut decision = if let Some(asserted) = asserted {
            self.signed_in_elsewhere(cx, locale, asserted)
        } else {
            let stage = if next::is_for_the_signed_in(cx.kind) {
                let user_id = user_id.cloned();
                let challenge = self.challenge(cx);
                Stage::SignIn(SignIn { user_id, tries_left: rules.codes.tries, asserted: None, challenge })
            } else {
                Stage::Identify(Identify { challenge: self.challenge(cx) })
            };
            Decision::new(State::new(locale, new_step_id(cx.rng), stage))
        };
        if let Some(client) = cx.client {
            let charges = client.charges(&self.keys, "flows", TEN_MINUTES, rules.limits.flows_per_client);
            decision.charge_all(charges, LimitPolicy::RateLimited);
        }
        decision.audit_with("flow_begun", serde_json::json!({ "reference": self.reference(cx.flow_id) }));
        decision
    }

    /// The next question to others before [`Engine::answer`] can decide; to be asked again with each finding.
    pub fn lookup<'a>(
        &self,
        cx: Context<'_>,
        state: &State,
        step_id: &StepId,
        answer: &'a Answer,
        findings: &Findings,
    ) -> Option<Lookup<'a>> {
        let state = &current(cx, self.rules().lifetime, state);
        if state.step_id != *step_id || state.is_being_applied(cx.now) {
            return None;
        }
        let turn = Turn { engine: self, cx, state, attacked: false };
        if let Some(lookup) = self.standing_lookup(turn, answer, findings) {
            return Some(lookup);
        }
        let state = &self.by_standing(state.clone(), findings)?;
        let step = steps::of(&state.stage)?;
        // Asked for whatever is chosen, so that nothing is told by it.
        if matches!(answer, Answer::Choose { .. } | Answer::Resend {} | Answer::Add { .. })
            && findings.wrong_today().is_none()
            && let Some(account_key) = state.stage.account_key()
        {
            return Some(Lookup::WrongToday(self.tries_of_the_day(account_key, 0)));
        }
        step.lookup(Turn { engine: self, cx, state, attacked: false }, answer, findings)
    }

    /// The decision about an answer, with the findings of [`Engine::lookup`].
    pub fn answer(
        &self,
        cx: Context<'_>,
        state: &State,
        step_id: &StepId,
        answer: &Answer,
        findings: &Findings,
    ) -> Result<Decision, Refusal> {
        let state = &current(cx, self.rules().lifetime, state);
        if state.stage.is_over() {
            return Err(Refusal::Ended);
        }
        if state.step_id != *step_id {
            return Err(Refusal::StepPassed);
        }
        if state.is_being_applied(cx.now) {
            return Err(Refusal::Busy);
        }
        let nobody = match self.recheck(state, findings) {
            Recheck::Same => None,
            Recheck::Nobody(nobody) => Some(nobody),
            Recheck::Lost => {
                return Ok(apply::over(Turn { engine: self, cx, state, attacked: false }, "account_gone"));
            }
        };
        let state = nobody.as_deref().unwrap_or(state);
        let Some(step) = steps::of(&state.stage) else { return Err(Refusal::Ended) };
        let attacked = findings.wrong_today().is_some_and(|wrong| 2 * wrong >= self.rules().codes.tries_per_day);
        let turn = Turn { engine: self, cx, state, attacked };
        let mut decision = match answer {
            Answer::AskAdministrator { user_id } => steps::ask_administrator(turn, user_id.as_deref())?,
            Answer::MoreTime {} => self.more_time(turn)?,
            answer => step.answer(turn, answer, findings)?,
        };
        let applies = decision.effects.iter().any(|effect| matches!(effect, Effect::Apply { .. }));
        if decision.state.rotate_due && !applies && !decision.state.stage.is_over() {
            decision.state.rotate_due = false;
            decision.effects.push(Effect::RotateToken);
        }
        Ok(decision)
    }

    /// The flow with its whole time before it again.
    fn more_time(&self, turn: Turn<'_>) -> Result<Decision, Refusal> {
        if turn.state.extensions >= EXTENSIONS {
            return Err(Refusal::invalid("/do", "this flow cannot be given more time again"));
        }
        let mut decision = Decision::new(turn.state.clone());
        decision.state.extensions += 1;
        decision.effects.push(Effect::Extend(self.expires_at(turn.cx.now)));
        decision.audit("more_time");
        Ok(decision)
    }

    /// Ends a flow at the person's wish; `None` where it is over already.
    pub fn cancel(&self, cx: Context<'_>, state: &State) -> Result<Option<Decision>, Refusal> {
        let state = current(cx, self.rules().lifetime, state);
        match state.stage {
            ref stage if stage.is_over() => Ok(None),
            // A password that is being set will be set, and then the flow is done.
            _ if state.is_being_applied(cx.now) => Err(Refusal::Busy),
            _ => {
                let mut decision = Decision::new(state.ended(new_step_id(cx.rng), EndReason::Cancelled, None));
                decision.audit("cancelled");
                Ok(Some(decision))
            }
        }
    }

    /// The end of a flow whose account has no tries left today. Only where a short code was mailed or
    /// texted it is not, for it may be others who have used up the tries: that code is void, and the next one is long.
    pub fn out_of_tries(&self, cx: Context<'_>, state: &State, retry_at: Timestamp) -> Decision {
        if let Stage::EnterCode(step) = &state.stage
            && let Some(step) = step.without_its_code(cx.now)
        {
            let mut decision = Decision::new(state.moved(state.step_id.clone(), Stage::EnterCode(step)));
            decision.reply = Reply::CodeExpired;
            decision.audit("code_void");
            return decision;
        }
        let state = state.ended(new_step_id(cx.rng), EndReason::TooManyAttempts, Some(retry_at));
        let mut decision = Decision::new(state);
        decision.reply = Reply::Ended;
        decision.audit("tries_of_the_day_used_up");
        decision
    }

    /// A flow after another one of its account has succeeded. Who has proved nothing is not told: it goes on as that of
    /// a user ID that has no account. Any other is over.
    pub fn voided(&self, kind: FlowKind, state: &State) -> State {
        let stage = &state.stage;
        if stage.is_over() {
            return state.clone();
        }
        let has_proved = !stage.proved().is_empty() || stage.person().is_some() || next::is_for_the_signed_in(kind);
        if has_proved {
            return state.ended(id_after(state, "voided"), EndReason::Cancelled, None);
        }
        let mut state = state.clone();
        state.stage.forget_account();
        state
    }
}
