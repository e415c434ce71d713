//! Step `sign_in`: user ID and current password.
//!
//! Takes `sign_in`. The directory compares, and counts failures towards the account's lockout along with
//! every other sign-in's; beyond that a flow takes some wrong ones, an account some in a while and a
//! client some in a while, which is charged before anything is compared. Nothing tells an account that does not exist, is disabled or is locked from a
//! wrong password.

use regain_protocol::{Answer, EndReason};

use super::{
    A_QUARTER, AN_HOUR, Asserted, Context, Engine, Found, TEN_MINUTES, apply,
    effects::{Cost, Decision, Effect, OnOverLimit, Refusal, Reply},
    next,
    state::{Stage, State},
};
use regain_ports::{Charge, random_id};
use regain_values::user_id;

impl Engine {
    /// The first step of a flow for people who can sign in.
    pub(super) fn signed_in_elsewhere(&self, cx: Context<'_>, locale: String, asserted: Asserted) -> Decision {
        let rules = self.rules();
        let subject = self.known_subject(cx, asserted.account, &locale);
        let stage = next::after_assertion(cx.kind, rules, &subject);
        let mut state = State::new(locale, random_id(cx.rng), stage);
        state.subject = Some(subject);
        let mut decision = Decision::new(state);
        // An hour is longer than any that is taken is good.
        let bucket = self.keys.bucket("assertion", &asserted.id);
        decision.charge(bucket, AN_HOUR, 1, OnOverLimit::AssertionUsed);
        decision.audit("signed_in_elsewhere");
        decision
    }

    pub(super) fn at_sign_in(
        &self,
        cx: Context<'_>,
        state: &State,
        answer: &Answer,
        found: Found,
    ) -> Result<Decision, Refusal> {
        let Answer::SignIn { user_id, .. } = answer else { return Err(Refusal::StepPassed) };
        user_id::trimmed(user_id)
            .map_err(|_| Refusal::invalid("/user_id", "1 to 256 characters, none of them control characters"))?;
        // Where the host page has said who it is, it is nobody else.
        let asserted = apply::known(state).map(|account| account.id.as_str());
        let account = found.signed_in.filter(|account| asserted.is_none_or(|id| id == account.id));
        Ok(match account {
            Some(account) => {
                let subject = self.known_subject(cx, account, &state.locale);
                let mut next = state.moved(random_id(cx.rng), next::after_sign_in(cx.kind, &subject));
                next.subject = Some(subject);
                let mut decision = Decision::new(next);
                decision.effects.push(Effect::RotateToken);
                decision.audit("signed_in");
                decision
            }
            None => Self::wrong_password(cx, state),
        })
    }

    /// A wrong current password. The step stays, until the tries are used up.
    pub(super) fn wrong_password(cx: Context<'_>, state: &State) -> Decision {
        let mut next = state.clone();
        let left = match &mut next.stage {
            Stage::SignIn { tries_left, .. } | Stage::NewPassword { current_tries_left: Some(tries_left) } => {
                *tries_left = tries_left.saturating_sub(1);
                *tries_left
            }
            _ => 0,
        };
        let mut decision = Decision::new(next);
        decision.audit("wrong_password");
        if left == 0 {
            decision.state = decision.state.ended(random_id(cx.rng), EndReason::TooManyAttempts, None);
            decision.audit("tries_used_up");
        }
        decision.reply = Reply::WrongPassword;
        decision
    }

    /// What it costs to compare a password: the account's and the client's share of all, and where it is
    /// wrong the account's share of those, which lies below what locks an account.
    pub(super) fn cost_of_password(&self, cx: Context<'_>, user_id: &str) -> Vec<Cost> {
        let limits = self.rules().limits;
        let account_key = self.keys.account_key(&user_id::normalise(user_id));
        let cost = |bucket, window, limit, only_wrong| Cost {
            charge: Charge { bucket, window, limit, cost: 1 },
            over_limit: OnOverLimit::RateLimited,
            only_wrong,
        };
        let tried = cost(format!("sign_in:{account_key}"), TEN_MINUTES, limits.identifications_per_account, false);
        let wrong = cost(format!("wrong:{account_key}"), A_QUARTER, limits.wrong_passwords_per_account, true);
        let from = cx
            .client
            .map(|client| cost(self.keys.bucket("sign_in from", client), TEN_MINUTES, limits.flows_per_client, false));
        [tried, wrong].into_iter().chain(from).collect()
    }
}
