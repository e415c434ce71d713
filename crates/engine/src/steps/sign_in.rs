//! Step `sign_in`: user ID and current password.
//!
//! Takes `sign_in` with the challenge solved, and `new_captcha`; a wrong solution and a wrong password get a new challenge. The directory compares, and counts failures towards the account's lockout along with
//! every other sign-in's; beyond that a flow takes some wrong ones, an account some in a while and a
//! client some in a while, which is charged before anything is compared. Nothing tells an account that does not
//! exist, is disabled or is locked from a wrong password.

use regain_ports::Charge;
use regain_protocol::{Answer, EndReason, StepBody};
use regain_values::UserId;

use super::identify::NOT_A_USER_ID;
use crate::{
    A_MONTH, A_QUARTER, AN_HOUR, Asserted, Context, Engine, TEN_MINUTES, captcha,
    decision::{Cost, Decision, Effect, LimitPolicy, Refusal, Reply},
    lookups::{Findings, Lookup},
    next,
    state::{SignIn, Stage, State},
    turn::{Step, Turn, new_step_id},
};

impl Step for SignIn {
    fn lookup<'a>(&self, turn: Turn<'_>, answer: &'a Answer, findings: &Findings) -> Option<Lookup<'a>> {
        let Answer::SignIn { user_id, password, captcha } = answer else { return None };
        let typed = UserId::parse(user_id).ok()?;
        // A password is compared, and counts, once the challenge is solved.
        match turn.engine.is_answered(turn.cx, self.challenge.as_ref(), captcha.as_ref(), findings) {
            Err(lookup) => return Some(lookup),
            Ok(false) => return None,
            Ok(true) => {}
        }
        if findings.sign_in().is_some() {
            return None;
        }
        let signed_in = self.asserted.is_some();
        turn.engine.network_lookup(turn.cx, &typed, findings).or_else(|| {
            let costs = turn.engine.cost_of_password(turn.cx, &typed, signed_in, findings);
            Some(Lookup::SignIn { user_id: typed, password, costs })
        })
    }

    fn answer(&self, turn: Turn<'_>, answer: &Answer, findings: &Findings) -> Result<Decision, Refusal> {
        let (user_id, captcha) = match answer {
            Answer::SignIn { user_id, captcha, .. } => (user_id, captcha),
            Answer::NewCaptcha {} if self.challenge.is_some() => return Ok(self.challenged_anew(turn)),
            _ => return Err(Refusal::StepPassed),
        };
        UserId::parse(user_id).map_err(|_| NOT_A_USER_ID)?;
        if !matches!(turn.engine.is_answered(turn.cx, self.challenge.as_ref(), captcha.as_ref(), findings), Ok(true)) {
            let mut decision = self.challenged_anew(turn);
            decision.reply = Reply::CaptchaFailed;
            decision.audit("captcha_failed");
            return Ok(decision);
        }
        let account = findings.sign_in().flatten();
        let account = account.filter(|account| self.asserted.as_ref().is_none_or(|id| *id == account.id));
        let Some(account) = account else { return Ok(wrong_password(turn)) };
        let subject = turn.engine.known_subject(turn.cx, account.clone(), &turn.state.locale);
        let mut decision = turn.moved(next::after_sign_in(turn.cx.kind, turn.engine.rules(), subject));
        decision.effects.push(Effect::RotateToken);
        decision.effects.push(Effect::Charge(turn.engine.successes(turn.cx), LimitPolicy::RateLimited));
        decision.audit("signed_in");
        Ok(decision)
    }

    fn view(&self, turn: Turn<'_>) -> StepBody {
        let captcha = self.challenge.as_ref().map(|challenge| turn.engine.shown(challenge));
        StepBody::SignIn { user_id: self.user_id.clone().map(String::from), captcha }
    }
}

impl SignIn {
    /// The same step with another challenge; the former one is void.
    fn challenged_anew(&self, turn: Turn<'_>) -> Decision {
        let challenge = turn.engine.challenge(turn.cx);
        let mut decision = turn.stayed(Stage::SignIn(Self { challenge, ..self.clone() }));
        captcha::charge_another(turn, &mut decision);
        decision
    }
}

/// A wrong current password. The step stays, until the tries are used up.
pub(crate) fn wrong_password(turn: Turn<'_>) -> Decision {
    let mut stage = turn.state.stage.clone();
    let left = match &mut stage {
        Stage::SignIn(step) => {
            // A solution is good for one guess.
            step.challenge = turn.engine.challenge(turn.cx);
            Some(&mut step.tries_left)
        }
        Stage::NewPassword(step) => step.current_tries_left.as_mut(),
        _ => None,
    };
    let left = left.map_or(0, |left| {
        *left = left.saturating_sub(1);
        *left
    });
    let mut decision = turn.stayed(stage);
    decision.audit("wrong_password");
    if left == 0 {
        decision.state = decision.state.ended(new_step_id(turn.cx.rng), EndReason::TooManyAttempts, None);
        decision.audit("tries_used_up");
    }
    decision.reply = Reply::WrongPassword;
    decision
}

impl Engine {
    /// The first step of a flow for people who can sign in.
    pub(crate) fn signed_in_elsewhere(&self, cx: Context<'_>, locale: String, asserted: Asserted) -> Decision {
        let subject = self.known_subject(cx, asserted.account, &locale);
        let mut stage = next::after_assertion(cx.kind, self.rules(), subject);
        if let Stage::SignIn(step) = &mut stage {
            step.challenge = self.challenge(cx);
        }
        let mut decision = Decision::new(State::new(locale, new_step_id(cx.rng), stage));
        // An hour is longer than any that is taken is good.
        let bucket = self.keys.bucket("assertion", &asserted.id);
        decision.charge(bucket, AN_HOUR, 1, LimitPolicy::AssertionUsed);
        decision.audit("signed_in_elsewhere");
        decision
    }

    /// The question about the client's network before a password is paid for; `None` where it is.
    pub(crate) fn network_lookup(
        &self,
        cx: Context<'_>,
        user_id: &UserId,
        findings: &Findings,
    ) -> Option<Lookup<'static>> {
        let account_key = self.keys.account_key(&user_id.folded());
        let asks = || Lookup::Network { successes: self.successes(cx), wrong: self.wrong_passwords(&account_key) };
        findings.network().is_none().then(asks)
    }

    /// The price of comparing a password: the network's share of the account's, and the network's of all; where it is
    /// wrong the account's share of those, which lies below what locks an account. A quarter of that is kept for
    /// networks from which somebody has proved themselves lately, or who are signed in at the host page, so that
    /// strangers use up their own share alone. Such a network is one for every user ID, real or not.
    pub(crate) fn cost_of_password(
        &self,
        cx: Context<'_>,
        user_id: &UserId,
        signed_in: bool,
        findings: &Findings,
    ) -> Vec<Cost> {
        let limits = &self.rules().limits;
        let account_key = self.keys.account_key(&user_id.folded());
        let cost = |charge, only_wrong| Cost { charge, over_limit: LimitPolicy::RateLimited, only_wrong };
        let limit = limits.identifications_per_account;
        let tried = cx.by_network(&self.keys, "sign_in", &account_key, TEN_MINUTES, limit);
        let from = cx
            .client
            .into_iter()
            .flat_map(|client| client.charges(&self.keys, "sign_in from", TEN_MINUTES, limits.flows_per_client));
        let (successes, guessed) = findings.network().unwrap_or_default();
        let everybodys = self.wrong_passwords(&account_key);
        let kept = limits.wrong_passwords_per_account - everybodys.limit;
        let wrong = if kept > 0 && (signed_in || successes > 0) && guessed >= everybodys.limit {
            Charge { bucket: format!("wrong, kept:{account_key}"), limit: kept, ..everybodys }
        } else {
            everybodys
        };
        let whatever = tried.into_iter().chain(from).map(|charge| cost(charge, false));
        std::iter::once(cost(wrong, true)).chain(whatever).collect()
    }

    /// The counter of the wrong passwords that anybody may give for an account.
    fn wrong_passwords(&self, account_key: &str) -> Charge {
        let in_all = self.rules().limits.wrong_passwords_per_account;
        Charge { bucket: format!("wrong:{account_key}"), window: A_QUARTER, limit: in_all - in_all / 4, cost: 1 }
    }

    /// The counter of a network's successes: of people who have proved themselves from there.
    pub(crate) fn successes(&self, cx: Context<'_>) -> Charge {
        let client = cx.client.map(|client| client.to_string()).unwrap_or_default();
        let bucket = self.keys.bucket("successes from", &client);
        Charge { bucket, window: A_MONTH, limit: u32::MAX, cost: u32::from(cx.client.is_some()) }
    }
}
