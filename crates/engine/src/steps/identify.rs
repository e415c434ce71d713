//! Step `identify`: who are you?
//!
//! Takes `identify` with the challenge solved, and `new_captcha`. A wrong solution gets a new challenge.

use regain_protocol::{Answer, Captcha, StepBody};
use regain_values::UserId;
use serde::{Deserialize, Serialize};

use super::{Step, Turn};
use crate::{
    TEN_MINUTES,
    captcha::Challenge,
    decision::{Decision, OnOverLimit, Refusal, Reply},
    lookups::{Findings, Lookup},
    next,
    state::Stage,
};

/// The number of challenges that a flow may use up in ten minutes before it has to wait.
const CHALLENGES_PER_FLOW: u32 = 20;

/// The step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identify {
    /// The challenge; `None` where the organisation sets none.
    pub challenge: Option<Challenge>,
}

impl Step for Identify {
    fn lookup<'a>(&self, turn: Turn<'_>, answer: &'a Answer, findings: &Findings) -> Option<Lookup<'a>> {
        let Answer::Identify { user_id, captcha } = answer else { return None };
        let typed = UserId::parse(user_id).ok()?;
        if let Some(challenge) = &self.challenge
            && let Captcha::Turnstile { .. } | Captcha::Hcaptcha { .. } = turn.engine.shown(challenge)
        {
            let token = captcha.as_ref()?;
            match findings.captcha_verdict() {
                None => return Some(Lookup::CaptchaVerdict(&token.solution)),
                Some(false) => return None,
                Some(true) => {}
            }
        }
        findings.account().is_none().then_some(Lookup::Account(typed))
    }

    fn answer(&self, turn: Turn<'_>, answer: &Answer, findings: &Findings) -> Result<Decision, Refusal> {
        let (user_id, captcha) = match answer {
            Answer::Identify { user_id, captcha } => (user_id, captcha),
            Answer::NewCaptcha {} if self.challenge.is_some() => return Ok(challenged_anew(turn)),
            _ => return Err(Refusal::StepPassed),
        };
        let typed = UserId::parse(user_id).map_err(|_| NOT_A_USER_ID)?;
        if let Some(challenge) = &self.challenge
            && !turn.engine.is_solved(turn.cx, challenge, captcha.as_ref(), findings.captcha_verdict())
        {
            let mut decision = challenged_anew(turn);
            decision.reply = Reply::CaptchaFailed;
            decision.audit("captcha_failed");
            return Ok(decision);
        }
        let rules = turn.engine.rules();
        let account = findings.account().flatten().cloned();
        let subject = turn.engine.subject(turn.cx, &typed, account, &turn.state.locale);
        let bucket = format!("identify:{}", subject.account_key);
        let mut decision = turn.moved(next::after_identify(rules, subject));
        let limit = rules.limits.identifications_per_account;
        decision.charge(bucket, TEN_MINUTES, limit, OnOverLimit::RateLimited);
        decision.audit("identified");
        Ok(decision)
    }

    fn view(&self, turn: Turn<'_>) -> StepBody {
        StepBody::Identify { captcha: self.challenge.as_ref().map(|challenge| turn.engine.shown(challenge)) }
    }
}

/// The refusal of a text that cannot be a user ID.
pub(super) const NOT_A_USER_ID: Refusal =
    Refusal::invalid("/user_id", "1 to 256 characters, none of them control characters");

/// The same step with another challenge; the former one is void.
fn challenged_anew(turn: Turn<'_>) -> Decision {
    let mut decision = turn.stayed(Stage::Identify(Identify { challenge: turn.engine.challenge(turn.cx) }));
    let bucket = format!("challenges:{}", turn.cx.flow_id);
    decision.charge(bucket, TEN_MINUTES, CHALLENGES_PER_FLOW, OnOverLimit::RateLimited);
    decision
}
