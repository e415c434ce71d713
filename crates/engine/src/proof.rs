//! What a right proof and a wrong one lead to, whatever their kind.
//!
//! The counters are shared: a wrong proof costs a try of its method in this flow, and one of the
//! account's tries of the day, across all flows and channels.

use regain_protocol::EndReason;

use super::{
    A_DAY, Context, Engine,
    effects::{Decision, Effect, OnOverLimit, Reply},
    next,
    state::State,
};
use regain_ports::{Charge, random_id};

impl Engine {
    /// One proof was given, or what is being added was shown to work.
    pub(super) fn proved(&self, cx: Context<'_>, state: &State, method_id: &str) -> Decision {
        let mut next = state.clone();
        if let Some(subject) = &state.subject
            && let Some(method) = subject.pending(method_id)
            && let Some(mut decision) = self.shown_to_work(cx, state, method)
        {
            decision.effects.push(Effect::Charge(self.tries_of_the_day(&subject.account_key, 0), OnOverLimit::EndFlow));
            return decision;
        }
        let Some(subject) = next.subject.as_mut() else { return Decision::new(next) };
        let tries = self.tries_of_the_day(&subject.account_key, 0);
        let Some(method) = subject.method_mut(method_id) else { return Decision::new(next) };
        method.sent = None;
        let kind = method.shown.kind;
        subject.proved.push(kind);
        let stage = next::after_proof(cx.kind, self.rules(), subject);
        let is_proved = next::is_proved(subject);
        let mut decision = Decision::new(next.moved(random_id(cx.rng), stage));
        decision.effects.push(Effect::Charge(tries, OnOverLimit::EndFlow));
        if is_proved {
            decision.effects.push(Effect::RotateToken);
        }
        decision.audit_with("proved", serde_json::json!({ "kind": kind }));
        decision
    }

    /// A proof was wrong. The step stays, until the tries are used up.
    pub(super) fn not_proved(
        &self,
        cx: Context<'_>,
        state: &State,
        method_id: &str,
        reply: Reply,
        event: &'static str,
    ) -> Decision {
        let mut next = state.clone();
        let Some(subject) = next.subject.as_mut() else { return Decision::new(next) };
        let tries = self.tries_of_the_day(&subject.account_key, 1);
        let Some(method) = subject.method_mut(method_id) else { return Decision::new(next) };
        method.tries_left = method.tries_left.saturating_sub(1);
        let (kind, used_up) = (method.shown.kind, method.tries_left == 0);
        let mut decision = Decision::new(next);
        if used_up {
            decision.state = decision.state.ended(random_id(cx.rng), EndReason::TooManyAttempts, None);
        }
        decision.effects.push(Effect::Charge(tries, OnOverLimit::EndFlow));
        decision.audit_with(event, serde_json::json!({ "kind": kind }));
        if used_up {
            decision.audit("tries_used_up");
        }
        decision.reply = reply;
        decision
    }

    /// A charge against the account's tries of the day; one of 0 only checks that there is one left.
    pub(super) fn tries_of_the_day(&self, account_key: &str, cost: u32) -> Charge {
        let limit = self.rules().codes.tries_per_day;
        Charge { bucket: format!("tries:{account_key}"), window: A_DAY, limit, cost }
    }
}
