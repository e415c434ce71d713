//! Step `identify`: who are you?
//!
//! Takes `identify` with the challenge solved, and `new_captcha`. A wrong solution gets a new challenge.

use regain_protocol::Answer;

use super::{
    Context, Engine, Found, TEN_MINUTES,
    captcha::Challenge,
    effects::{Decision, OnOverLimit, Refusal, Reply},
    next,
    state::{Stage, State},
};
use regain_ports::random_id;
use regain_values::user_id;

/// How many challenges a flow may use up in ten minutes before it has to wait.
const CHALLENGES_PER_FLOW: u32 = 20;

impl Engine {
    pub(super) fn at_identify(
        &self,
        cx: Context<'_>,
        state: &State,
        challenge: Option<&Challenge>,
        answer: &Answer,
        found: Found,
    ) -> Result<Decision, Refusal> {
        let (user_id, captcha) = match answer {
            Answer::Identify { user_id, captcha } => (user_id, captcha),
            Answer::NewCaptcha {} if challenge.is_some() => return Ok(self.challenged_anew(cx, state)),
            _ => return Err(Refusal::StepPassed),
        };
        let typed = user_id::trimmed(user_id)
            .map_err(|_| Refusal::invalid("/user_id", "1 to 256 characters, none of them control characters"))?;
        if let Some(challenge) = challenge
            && !self.is_solved(cx, challenge, captcha.as_ref(), found.verified)
        {
            let mut decision = self.challenged_anew(cx, state);
            decision.reply = Reply::CaptchaFailed;
            decision.audit("captcha_failed");
            return Ok(decision);
        }
        let rules = self.rules();
        let subject = self.subject(cx, typed, found.account, &state.locale);
        let bucket = format!("identify:{}", subject.account_key);
        let mut next = state.moved(random_id(cx.rng), next::after_identify(rules));
        next.subject = Some(subject);
        let mut decision = Decision::new(next);
        let limit = rules.limits.identifications_per_account;
        decision.charge(bucket, TEN_MINUTES, limit, OnOverLimit::RateLimited);
        decision.audit("identified");
        Ok(decision)
    }

    /// The same step with another challenge; the former one is void.
    fn challenged_anew(&self, cx: Context<'_>, state: &State) -> Decision {
        let mut next = state.clone();
        next.stage = Stage::Identify { challenge: self.challenge(cx) };
        let mut decision = Decision::new(next);
        let bucket = format!("challenges:{}", cx.flow_id);
        decision.charge(bucket, TEN_MINUTES, CHALLENGES_PER_FLOW, OnOverLimit::RateLimited);
        decision
    }
}
