//! The steps engine: what a flow is, and what an answer makes of it.
//!
//! It is pure. The flow service reads a flow, asks the engine to decide, and carries out
//! what was decided in one transaction. Each step has a file with what it takes and what it does;
//! [`next`] alone says which step follows which, so that a new step or a second gate is added there
//! and in a file of its own.
//!
//! Nothing here may depend on whether an account exists before a proof was given: an unknown user ID
//! walks the same path with [`decoy`] methods, and only the last comparison in [`enter_code`] knows.

mod adding;
mod answer_questions;
mod apply;
mod call;
mod captcha;
mod choose_method;
mod choose_outcome;
mod contact;
mod decoy;
mod effects;
mod enter_code;
mod identify;
mod mask;
mod new_password;
mod next;
pub mod outgoing;
mod password;
mod proof;
mod registered;
mod rules;
mod security_info;
mod send_code;
mod sign_in;
mod state;
mod subject;
mod view;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use regain_protocol::{Answer, Captcha, EndReason, FlowKind, QuestionAnswer, Secret, Violation};

pub use apply::Applied;
pub use captcha::{Challenge, Image, ProofOfWork, revealed, spoken};
pub use effects::{Application, Cost, Decision, Effect, OnOverLimit, Refusal, Reply};
pub use password::{BreachedRule, GuessableRule, PasswordCheck, PasswordRules};
pub use registered::InfoDue;
pub use registered::SecurityInfo;
pub use rules::{CaptchaRules, CodeRules, GateRules, Limits, MethodRules, QuestionRules, Rules, SecurityInfoRules};
pub use state::{KnownAccount, Stage, State};

use regain_keys::Keys;
use regain_ports::{Account, Rng, random_id};

/// The engine of one server.
#[derive(Debug, Clone)]
pub struct Engine {
    keys: Keys,
    rules: Arc<Rules>,
}

/// What has to be asked of others before [`Engine::answer`] can decide.
#[derive(Debug, Default)]
pub struct Needs<'a> {
    /// Whether an outside service took this for a solved challenge.
    pub verdict: Option<&'a str>,
    /// The account of a user ID.
    pub account: Option<&'a str>,
    /// The key of an account's authenticator app, by the directory's name for the account; `None` in it
    /// for an account that does not exist, for which the same is done.
    pub authenticator: Option<Option<String>>,
    /// Whether these answers are right, likewise.
    pub answers: Option<(Option<String>, &'a [QuestionAnswer])>,
    /// What it costs to compare what was given with what is secret, to be paid before: comparing is slow on
    /// purpose, and counts as a failure elsewhere too.
    pub costs: Vec<Cost>,
    /// Whether this is the password of this user ID.
    pub sign_in: Option<(String, &'a Secret<String>)>,
    /// Which rules a new password breaks that the engine cannot judge.
    pub password: Option<PasswordCheck<'a>>,
}

/// What was found out for [`Needs`].
#[derive(Debug, Default)]
pub struct Found {
    /// What the outside service said.
    pub verified: Option<bool>,
    /// The account, where there is one.
    pub account: Option<Account>,
    /// The key of the authenticator app, where there is one.
    pub authenticator_key: Option<Secret<Vec<u8>>>,
    /// Whether the answers are all right.
    pub answers_right: bool,
    /// Whether the code turned out to be used before.
    pub code_used: bool,
    /// The account whose password it was.
    pub signed_in: Option<Account>,
    /// The rules that the new password breaks, of those that the engine cannot judge.
    pub broken: Vec<Violation>,
}

/// What the host page's back end says of a person, who is signed in there.
#[derive(Debug)]
pub struct Asserted {
    /// Their account.
    pub account: Account,
    /// The assertion's own name, which counts once.
    pub id: String,
}

/// The circumstances of one decision.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The flow.
    pub flow_id: &'a str,
    /// What it is for.
    pub kind: FlowKind,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
    /// The time now.
    pub now: Timestamp,
    /// Randomness.
    pub rng: &'a dyn Rng,
    /// From where the request came, roughly.
    pub client: Option<&'a str>,
}

impl Engine {
    /// An engine that decides by these rules.
    pub fn new(keys: Keys, rules: Rules) -> Self {
        Self { keys, rules: Arc::new(rules) }
    }

    /// The organisation's decisions.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// When a flow that begins now ends.
    pub fn expires_at(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.rules().lifetime).unwrap_or(Timestamp::MAX)
    }

    /// Whether flows of this kind are on offer, and what can come with them.
    pub fn is_on_offer(&self, kind: FlowKind, with_assertion: bool) -> Result<(), Refusal> {
        if !self.rules().kinds.contains(&kind) {
            return Err(Refusal::invalid("/kind", "this kind of flow is not on offer here"));
        }
        if with_assertion && !next::is_for_the_signed_in(kind) {
            return Err(Refusal::invalid("/assertion", "whoever is signed in changes or registers"));
        }
        Ok(())
    }

    /// Begins a flow that is on offer. `user_id` is what the host page knows of the person, and `asserted`
    /// what its back end says.
    pub fn begin(
        &self,
        cx: Context<'_>,
        locale: String,
        user_id: Option<&str>,
        asserted: Option<Asserted>,
    ) -> Decision {
        let rules = self.rules();
        let mut decision = if let Some(asserted) = asserted {
            self.signed_in_elsewhere(cx, locale, asserted)
        } else {
            let stage = if next::is_for_the_signed_in(cx.kind) {
                Stage::SignIn { user_id: user_id.map(str::to_owned), tries_left: rules.codes.tries }
            } else {
                Stage::Identify { challenge: self.challenge(cx) }
            };
            Decision::new(State::new(locale, random_id(cx.rng), stage))
        };
        if let Some(client) = cx.client {
            decision.charge(
                self.keys.bucket("flows", client),
                TEN_MINUTES,
                rules.limits.flows_per_client,
                OnOverLimit::RateLimited,
            );
        }
        decision.audit("flow_begun");
        decision
    }

    /// What has to be asked of others before [`Engine::answer`] can decide.
    pub fn needs<'a>(&self, cx: Context<'_>, state: &State, step_id: &str, answer: &'a Answer) -> Needs<'a> {
        let mut needs = Needs::default();
        let state = current(cx, state);
        if state.step_id != step_id {
            return needs;
        }
        let account_id = || apply::known(&state).map(|account| account.id.clone());
        match (&state.stage, answer) {
            (Stage::Identify { challenge }, Answer::Identify { user_id, captcha }) => {
                needs.account = regain_values::user_id::trimmed(user_id).ok();
                let shown = challenge.as_ref().map(|challenge| self.shown(cx, challenge));
                if matches!(shown, Some(Captcha::Turnstile { .. } | Captcha::Hcaptcha { .. })) {
                    needs.verdict = captcha.as_ref().map(|captcha| captcha.solution.as_str());
                }
            }
            (Stage::EnterCode { method, .. }, Answer::Verify { .. }) => {
                let subject = state.subject.as_ref().filter(|subject| subject.pending(method).is_none());
                let method = subject.and_then(|subject| subject.method(method));
                if method.is_some_and(|method| method.shown.kind == regain_protocol::MethodKind::Authenticator) {
                    needs.authenticator = Some(account_id());
                }
            }
            (Stage::AnswerQuestions { asked, .. }, Answer::Answer { answers })
                if answer_questions::check(asked, answers).is_ok() =>
            {
                needs.answers = Some((account_id(), answers));
                needs.costs = self.cost_of_answers(cx, &state);
            }
            (Stage::SignIn { .. }, Answer::SignIn { user_id, password }) => {
                if let Ok(user_id) = regain_values::user_id::trimmed(user_id) {
                    needs.sign_in = Some((user_id.to_owned(), password));
                    needs.costs = self.cost_of_password(cx, user_id);
                }
            }
            (Stage::NewPassword { current_tries_left }, Answer::SetPassword { password, current }) => {
                let Some(account) = apply::known(&state) else { return needs };
                let rules = &self.rules().password;
                // What is refused anyway costs nobody a try.
                if let (Some(_), Some(current)) = (current_tries_left, current)
                    && rules.broken(account, password).is_empty()
                {
                    needs.sign_in = Some((account.user_id.clone(), current));
                    needs.costs = self.cost_of_password(cx, &account.user_id);
                }
                needs.password = rules.check(account, password, cx.kind == FlowKind::Change);
                // A server that died in between may have set this very password: it can be given again.
                needs.password.iter_mut().for_each(|check| check.history &= state.applying_since.is_none());
            }
            _ => {}
        }
        needs
    }

    /// Decides what an answer does. `found` is what was found out for [`Engine::needs`].
    pub fn answer(
        &self,
        cx: Context<'_>,
        state: &State,
        step_id: &str,
        answer: &Answer,
        found: Found,
    ) -> Result<Decision, Refusal> {
        let state = current(cx, state);
        if state.stage.is_over() {
            return Err(Refusal::Ended);
        }
        if state.step_id != step_id {
            return Err(Refusal::StepPassed);
        }
        let mut decision = self.decide(cx, &state, answer, found)?;
        let applies = decision.effects.iter().any(|effect| matches!(effect, Effect::Apply { .. }));
        if decision.state.rotate_due && !applies && !decision.state.stage.is_over() {
            decision.state.rotate_due = false;
            decision.effects.push(Effect::RotateToken);
        }
        Ok(decision)
    }

    fn decide(&self, cx: Context<'_>, state: &State, answer: &Answer, found: Found) -> Result<Decision, Refusal> {
        if is_being_applied(cx, state) {
            return Err(Refusal::Busy);
        }
        if matches!(answer, Answer::AskAdministrator {}) {
            return self.ask_administrator(cx, state);
        }
        match &state.stage {
            Stage::Identify { challenge } => self.at_identify(cx, state, challenge.as_ref(), answer, found),
            Stage::SignIn { .. } => self.at_sign_in(cx, state, answer, found),
            Stage::ContactAdministrator { reason } => self.at_contact_administrator(cx, state, *reason, answer),
            Stage::ChooseMethod {} => self.at_choose_method(cx, state, answer),
            Stage::EnterCode { method, .. } => self.at_enter_code(cx, state, method, answer, &found),
            Stage::AnswerCall { method, call } => self.at_answer_call(cx, state, method, call, answer),
            Stage::AnswerQuestions { method, asked } => {
                self.at_answer_questions(cx, state, method, asked, answer, &found)
            }
            Stage::ChooseOutcome {} => self.at_choose_outcome(cx, state, answer),
            Stage::NewPassword { current_tries_left } => {
                self.at_new_password(cx, state, current_tries_left.is_some(), answer, found)
            }
            Stage::SecurityInfo {} => self.at_security_info(cx, state, answer),
            Stage::Done { .. } | Stage::Ended { .. } => Err(Refusal::Ended),
        }
    }

    /// Ends a flow at the person's wish; `None` where it is over already.
    pub fn cancel(&self, cx: Context<'_>, state: &State) -> Result<Option<Decision>, Refusal> {
        let state = current(cx, state);
        match state.stage {
            ref stage if stage.is_over() => Ok(None),
            // A password that is being set will be set, and then the flow is done.
            _ if is_being_applied(cx, &state) => Err(Refusal::Busy),
            _ => {
                let mut decision = Decision::new(state.ended(random_id(cx.rng), EndReason::Cancelled, None));
                decision.audit("cancelled");
                Ok(Some(decision))
            }
        }
    }

    /// What becomes of a flow whose account has no tries left today.
    pub fn out_of_tries(&self, cx: Context<'_>, state: &State, retry_at: Timestamp) -> Decision {
        let state = state.ended(random_id(cx.rng), EndReason::TooManyAttempts, Some(retry_at));
        let mut decision = Decision::new(state);
        decision.reply = Reply::Ended;
        decision.audit("tries_of_the_day_used_up");
        decision
    }

    /// The state that the other flows of an account get when one of them has succeeded.
    pub fn voided(&self, cx: Context<'_>) -> State {
        let stage = Stage::Ended { reason: EndReason::Cancelled, retry_at: None };
        State::new(String::new(), random_id(cx.rng), stage)
    }
}

/// Whether the directory is doing what the flow was for at this moment.
fn is_being_applied(cx: Context<'_>, state: &State) -> bool {
    state.applying_since.is_some_and(|since| !apply::is_stuck(since, cx.now))
}

/// For how long a wrong password counts.
const A_QUARTER: SignedDuration = SignedDuration::from_mins(15);

/// The window of the throttles.
const TEN_MINUTES: SignedDuration = SignedDuration::from_mins(10);

/// The window of the tries that an account has.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// The window of the budget of all messages.
const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A flow as it stands now: over, once its time is up. The id of that last step is made from the one
/// before it, so that everyone who looks sees the same without anything being stored.
fn current(cx: Context<'_>, state: &State) -> State {
    if cx.now >= cx.expires_at && !state.stage.is_over() {
        let step_id = regain_keys::token_hash(&format!("{}/expired", state.step_id).into())[..22].to_owned();
        state.ended(step_id, EndReason::Expired, None)
    } else {
        state.clone()
    }
}
