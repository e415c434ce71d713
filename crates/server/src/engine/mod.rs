//! The steps engine: what a flow is, and what an answer makes of it.
//!
//! It is pure. The shell ([`crate::flows`]) reads a flow, asks the engine to decide, and carries out
//! what was decided in one transaction. Each step has a file with what it takes and what it does;
//! [`next`] alone says which step follows which, so that a new step or a second gate is added there
//! and in a file of its own.
//!
//! Nothing here may depend on whether an account exists before a proof was given: an unknown user ID
//! walks the same path with [`decoy`] methods, and only the last comparison in [`enter_code`] knows.

#[expect(dead_code, reason = "wired up next")]
mod captcha;
mod choose_method;
mod decoy;
mod effects;
mod enter_code;
mod identify;
mod mask;
mod new_password;
mod next;
mod state;
mod view;

#[cfg(test)]
mod properties;

use jiff::{SignedDuration, Timestamp};
use regain_protocol::{Answer, EndReason, FlowKind, PasswordPolicy};

pub use captcha::{Challenge, Image, ProofOfWork, spoken};
pub use effects::{Decision, Effect, OnOverLimit, Refusal, Reply};
pub use new_password::Applied;
pub use state::{Stage, State};

use crate::{
    config::{CaptchaConfig, CodesConfig, Config, LimitsConfig},
    keys::Keys,
    ports::{Account, Rng, random_id},
};

/// What the organisation decided, as far as it decides about steps.
#[derive(Debug, Clone)]
pub struct Rules {
    kinds: Vec<FlowKind>,
    lifetime: SignedDuration,
    codes: CodesConfig,
    limits: LimitsConfig,
    captcha: CaptchaConfig,
    public_url: String,
    password: PasswordPolicy,
    continue_url: Option<String>,
    locales: Vec<String>,
    recovery_domains: Vec<String>,
}

impl Rules {
    /// Takes them out of the configuration.
    pub fn new(config: &Config) -> Self {
        Self {
            kinds: config.flows.kinds(),
            lifetime: config.flows.lifetime(),
            codes: config.codes.clone(),
            limits: config.limits.clone(),
            captcha: config.captcha.clone(),
            public_url: config.server.public_url.clone(),
            password: config.password.policy(),
            continue_url: config.organisation.continue_url.clone(),
            locales: config.organisation.locales.clone(),
            recovery_domains: config.organisation.recovery_domains.clone(),
        }
    }
}

/// The engine of one server.
#[derive(Debug, Clone)]
pub struct Engine {
    keys: Keys,
    rules: Rules,
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
    pub const fn new(keys: Keys, rules: Rules) -> Self {
        Self { keys, rules }
    }

    /// When a flow that begins now ends.
    pub fn expires_at(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.rules.lifetime).unwrap_or(Timestamp::MAX)
    }

    /// Begins a flow.
    pub fn begin(&self, cx: Context<'_>, locale: Option<&str>) -> Result<Decision, Refusal> {
        let refused = || Refusal::invalid("/kind", "this kind of flow is not on offer here");
        if !self.rules.kinds.contains(&cx.kind) {
            return Err(refused());
        }
        let stage = next::first(cx.kind).ok_or_else(refused)?;
        let locale = negotiate(locale, &self.rules.locales)?;
        let state = State { locale, subject: None, step_id: random_id(cx.rng), stage };
        let mut decision = Decision::new(state);
        if let Some(client) = cx.client {
            decision.charge(
                self.keys.bucket("flows", client),
                TEN_MINUTES,
                self.rules.limits.flows_per_client,
                OnOverLimit::RateLimited,
            );
        }
        decision.audit("flow_begun");
        Ok(decision)
    }

    /// The user ID to look up before [`Engine::answer`] can decide; `None` where it needs none.
    pub fn looks_up<'a>(&self, cx: Context<'_>, state: &State, step_id: &str, answer: &'a Answer) -> Option<&'a str> {
        match (&current(cx, state).stage, answer) {
            (Stage::Identify {}, Answer::Identify { user_id, .. }) if state.step_id == step_id => {
                crate::user_id::trimmed(user_id).ok()
            }
            _ => None,
        }
    }

    /// Decides what an answer does. `account` is what was found for [`Engine::looks_up`].
    pub fn answer(
        &self,
        cx: Context<'_>,
        state: &State,
        step_id: &str,
        answer: &Answer,
        account: Option<Account>,
    ) -> Result<Decision, Refusal> {
        let state = current(cx, state);
        if state.stage.is_over() {
            return Err(Refusal::Ended);
        }
        if state.step_id != step_id {
            return Err(Refusal::StepPassed);
        }
        match &state.stage {
            Stage::Identify {} => self.at_identify(cx, &state, answer, account),
            Stage::ChooseMethod {} => self.at_choose_method(cx, &state, answer),
            Stage::EnterCode { method, .. } => self.at_enter_code(cx, &state, method, answer),
            Stage::NewPassword { applying_since } => self.at_new_password(cx, &state, *applying_since, answer),
            Stage::Done { .. } | Stage::Ended { .. } => Err(Refusal::Ended),
        }
    }

    /// Ends a flow at the person's wish; `None` where it is over already.
    pub fn cancel(&self, cx: Context<'_>, state: &State) -> Result<Option<Decision>, Refusal> {
        let state = current(cx, state);
        match state.stage {
            ref stage if stage.is_over() => Ok(None),
            // A password that is being set will be set, and then the flow is done.
            Stage::NewPassword { applying_since: Some(since) } if !new_password::is_stuck(since, cx.now) => {
                Err(Refusal::Busy)
            }
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
        State {
            locale: String::new(),
            subject: None,
            step_id: random_id(cx.rng),
            stage: Stage::Ended { reason: EndReason::Cancelled, retry_at: None },
        }
    }
}

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
        let step_id = crate::keys::token_hash(&format!("{}/expired", state.step_id).into())[..22].to_owned();
        state.ended(step_id, EndReason::Expired, None)
    } else {
        state.clone()
    }
}

/// The offered language that is nearest to the one asked for.
fn negotiate(asked: Option<&str>, offered: &[String]) -> Result<String, Refusal> {
    let first = || offered.first().cloned().unwrap_or_else(|| "en".into());
    let Some(asked) = asked else { return Ok(first()) };
    let well_formed = (1..=35).contains(&asked.len())
        && asked
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !well_formed {
        return Err(Refusal::invalid("/locale", "not a BCP 47 language tag"));
    }
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let exact = offered.iter().find(|tag| tag.eq_ignore_ascii_case(asked));
    let near = || offered.iter().find(|tag| primary(tag) == primary(asked));
    Ok(exact.or_else(near).cloned().unwrap_or_else(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_matched_exactly_then_nearly() {
        let offered = ["en", "de", "pt-BR"].map(String::from);
        for (asked, got) in [(None, "en"), (Some("DE-at"), "de"), (Some("pt"), "pt-BR"), (Some("fr"), "en")] {
            assert_eq!(negotiate(asked, &offered).expect("a language"), got);
        }
        for bad in ["", "en_GB", "-", "en--GB", "averylongpart", "en\r\nBcc"] {
            assert!(negotiate(Some(bad), &offered).is_err(), "{bad:?}");
        }
    }
}
