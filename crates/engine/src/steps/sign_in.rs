//! Step `sign_in`: user ID and current password.
//!
//! Takes `sign_in`. The directory compares, and counts failures towards the account's lockout along with
//! every other sign-in's; beyond that a flow takes some wrong ones, an account some in a while and a
//! client some in a while, which is charged before anything is compared. Nothing tells an account that does not
//! exist, is disabled or is locked from a wrong password.

use regain_ports::{AccountId, Charge};
use regain_protocol::{Answer, EndReason, StepBody};
use regain_values::UserId;
use serde::{Deserialize, Serialize};

use super::{Step, Turn, identify::NOT_A_USER_ID};
use crate::{
    A_QUARTER, AN_HOUR, Asserted, Context, Engine, TEN_MINUTES,
    decision::{Cost, Decision, Effect, OnOverLimit, Refusal, Reply},
    engine::new_step_id,
    lookups::{Findings, Lookup},
    next,
    state::{Stage, State},
};

/// The step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The user ID that the flow was begun with.
    pub user_id: Option<UserId>,
    /// The number of wrong passwords that are still forgiven.
    pub tries_left: u8,
    /// The directory's name for the account that the host page has said it is: then it is nobody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asserted: Option<AccountId>,
}

impl Step for SignIn {
    fn lookup<'a>(&self, turn: Turn<'_>, answer: &'a Answer, findings: &Findings) -> Option<Lookup<'a>> {
        let Answer::SignIn { user_id, password } = answer else { return None };
        let typed = UserId::parse(user_id).ok()?;
        findings.sign_in().is_none().then(|| Lookup::SignIn {
            costs: turn.engine.cost_of_password(turn.cx, &typed),
            user_id: typed,
            password,
        })
    }

    fn answer(&self, turn: Turn<'_>, answer: &Answer, findings: &Findings) -> Result<Decision, Refusal> {
        let Answer::SignIn { user_id, .. } = answer else { return Err(Refusal::StepPassed) };
        UserId::parse(user_id).map_err(|_| NOT_A_USER_ID)?;
        let account = findings.sign_in().flatten();
        let account = account.filter(|account| self.asserted.as_ref().is_none_or(|id| *id == account.id));
        let Some(account) = account else { return Ok(wrong_password(turn)) };
        let subject = turn.engine.known_subject(turn.cx, account.clone(), &turn.state.locale);
        let mut decision = turn.moved(next::after_sign_in(turn.cx.kind, subject));
        decision.effects.push(Effect::RotateToken);
        decision.audit("signed_in");
        Ok(decision)
    }

    fn view(&self, _: Turn<'_>) -> StepBody {
        StepBody::SignIn { user_id: self.user_id.clone().map(String::from) }
    }
}

/// A wrong current password. The step stays, until the tries are used up.
pub(crate) fn wrong_password(turn: Turn<'_>) -> Decision {
    let mut stage = turn.state.stage.clone();
    let left = match &mut stage {
        Stage::SignIn(step) => Some(&mut step.tries_left),
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
        let stage = next::after_assertion(cx.kind, self.rules(), subject);
        let mut decision = Decision::new(State::new(locale, new_step_id(cx.rng), stage));
        // An hour is longer than any that is taken is good.
        let bucket = self.keys.bucket("assertion", &asserted.id);
        decision.charge(bucket, AN_HOUR, 1, OnOverLimit::AssertionUsed);
        decision.audit("signed_in_elsewhere");
        decision
    }

    /// The price of comparing a password: the account's and the client's share of all, and where it is
    /// wrong the account's share of those, which lies below what locks an account.
    pub(crate) fn cost_of_password(&self, cx: Context<'_>, user_id: &UserId) -> Vec<Cost> {
        let limits = &self.rules().limits;
        let account_key = self.keys.account_key(&user_id.folded());
        let cost = |charge, only_wrong| Cost { charge, over_limit: OnOverLimit::RateLimited, only_wrong };
        let share = |bucket, window, limit| Charge { bucket, window, limit, cost: 1 };
        let tried = share(format!("sign_in:{account_key}"), TEN_MINUTES, limits.identifications_per_account);
        let wrong = share(format!("wrong:{account_key}"), A_QUARTER, limits.wrong_passwords_per_account);
        let from = cx
            .client
            .into_iter()
            .flat_map(|client| client.charges(&self.keys, "sign_in from", TEN_MINUTES, limits.flows_per_client));
        [cost(tried, false), cost(wrong, true)].into_iter().chain(from.map(|charge| cost(charge, false))).collect()
    }
}
