//! Step `identify`: who are you?
//!
//! Takes `identify` with the challenge solved, and `new_captcha`. A wrong solution gets a new challenge.

use regain_protocol::{Answer, StepBody};
use regain_values::UserId;

use crate::{
    TEN_MINUTES, captcha,
    decision::{Decision, LimitPolicy, Refusal, Reply},
    lookups::{Findings, Lookup},
    next,
    state::{Identify, Stage},
    turn::{Step, Turn},
};

impl Step for Identify {
    fn lookup<'a>(&self, turn: Turn<'_>, answer: &'a Answer, findings: &Findings) -> Option<Lookup<'a>> {
        let Answer::Identify { user_id, captcha } = answer else { return None };
        let typed = UserId::parse(user_id).ok()?;
        match turn.engine.is_answered(turn.cx, self.challenge.as_ref(), captcha.as_ref(), findings) {
            Err(lookup) => return Some(lookup),
            Ok(false) => return None,
            Ok(true) => {}
        }
        let near = turn.engine.keys.user_id_place(&typed.folded());
        findings.account().is_none().then_some(Lookup::Account { user_id: typed, near })
    }

    fn answer(&self, turn: Turn<'_>, answer: &Answer, findings: &Findings) -> Result<Decision, Refusal> {
        let (user_id, captcha) = match answer {
            Answer::Identify { user_id, captcha } => (user_id, captcha),
            Answer::NewCaptcha {} if self.challenge.is_some() => return Ok(challenged_anew(turn)),
            _ => return Err(Refusal::StepPassed),
        };
        let typed = UserId::parse(user_id).map_err(|_| NOT_A_USER_ID)?;
        if !matches!(turn.engine.is_answered(turn.cx, self.challenge.as_ref(), captcha.as_ref(), findings), Ok(true)) {
            let mut decision = challenged_anew(turn);
            decision.reply = Reply::CaptchaFailed;
            decision.audit("captcha_failed");
            return Ok(decision);
        }
        let rules = turn.engine.rules();
        let (account, neighbours) = findings.account().unwrap_or_default();
        let subject = turn.engine.subject(turn.cx, &typed, account.cloned(), neighbours, &turn.state.locale);
        // By network, so that nobody else keeps the owner from it.
        let limit = rules.limits.identifications_per_account;
        let named = turn.cx.by_network(&turn.engine.keys, "identify", &subject.account_key, TEN_MINUTES, limit);
        let mut decision = turn.moved(next::after_identify(rules, subject));
        decision.charge_all(named, LimitPolicy::RateLimited);
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
    captcha::charge_another(turn, &mut decision);
    decision
}
