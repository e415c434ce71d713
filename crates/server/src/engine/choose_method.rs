//! Step `choose_method`: how do you want to prove it?
//!
//! Takes `choose`. It sends a code and goes on to `enter_code`. A method that was chosen before and
//! left again goes on with the code that was sent then; only where the wait for another is over does
//! choosing it again send one, which counts as a resend.

use regain_protocol::{Answer, FlowKind};

use super::{
    AN_HOUR, Context, Engine, TEN_MINUTES,
    effects::{Decision, Effect, OnOverLimit, Refusal},
    state::{SentCode, Stage, State},
};
use crate::{
    keys::CodeBinding,
    outgoing::{Content, Outgoing},
    ports::{random_code, random_id},
};

impl Engine {
    pub(super) fn at_choose_method(
        &self,
        cx: Context<'_>,
        state: &State,
        answer: &Answer,
    ) -> Result<Decision, Refusal> {
        let Answer::Choose { method: id, destination } = answer else { return Err(Refusal::StepPassed) };
        let subject = state.subject.as_ref().ok_or(Refusal::StepPassed)?;
        let method = subject.method(id).ok_or(Refusal::invalid("/method", "not one of the methods on offer"))?;
        if destination.is_some() && !method.shown.confirm {
            return Err(Refusal::invalid("/destination", "this method asks for no destination"));
        }
        let stage = Stage::EnterCode { method: id.clone(), resent: false };
        let next = state.moved(random_id(cx.rng), stage);
        match &method.sent {
            None => Ok(self.send_code(cx, next, id)),
            Some(sent) if cx.now >= sent.resend_at && method.resends_left > 0 => Ok(self.resend_code(cx, next, id)),
            Some(_) => Ok(Decision::new(next)),
        }
    }

    /// Sends another code, which counts.
    pub(super) fn resend_code(&self, cx: Context<'_>, mut state: State, method_id: &str) -> Decision {
        if let Some(method) = state.subject.as_mut().and_then(|subject| subject.method_mut(method_id)) {
            method.resends_left = method.resends_left.saturating_sub(1);
        }
        self.send_code(cx, state, method_id)
    }

    /// Makes a code, keeps its hash and queues its message. The former code is void.
    fn send_code(&self, cx: Context<'_>, mut state: State, method_id: &str) -> Decision {
        let locale = state.locale.clone();
        let Some(subject) = state.subject.as_mut() else { return Decision::new(state) };
        let account_key = subject.account_key.clone();
        let user_id = subject.account.as_ref().map_or(&subject.user_id, |account| &account.user_id).clone();
        let exists = subject.account.is_some();
        let Some(method) = subject.method_mut(method_id) else { return Decision::new(state) };

        let codes = &self.rules.codes;
        let code = random_code(cx.rng);
        let after = |time| cx.now.saturating_add(time).map_or(cx.expires_at, |at| at.min(cx.expires_at));
        let expires_at = after(codes.lifetime());
        let binding = CodeBinding {
            flow_id: cx.flow_id,
            account_key: &account_key,
            purpose: purpose(cx.kind),
            destination: &method.destination,
        };
        method.sent = Some(SentCode {
            hash: self.keys.code_hash(binding, &code),
            expires_at,
            resend_at: after(codes.resend_after()),
        });
        let destination = method.destination.clone();
        let shown = (method.shown.kind, method.shown.role);

        let mut decision = Decision::new(state);
        let limits = &self.rules.limits;
        decision.charge(
            self.keys.bucket("to", &destination),
            TEN_MINUTES,
            limits.messages_per_destination,
            OnOverLimit::RateLimited,
        );
        decision.charge("messages".into(), AN_HOUR, limits.messages_per_hour, OnOverLimit::RateLimited);
        let minutes = u32::try_from(expires_at.duration_since(cx.now).as_mins()).unwrap_or(0).max(1);
        decision.effects.push(Effect::Send {
            outgoing: Outgoing {
                to: exists.then_some(destination),
                locale,
                user_id,
                content: Content::Code { code, minutes },
            },
            not_after: expires_at,
            voidable: true,
        });
        decision.audit_with("code_sent", serde_json::json!({ "kind": shown.0, "role": shown.1 }));
        decision
    }
}

/// What a code of such a flow proves.
pub(super) const fn purpose(kind: FlowKind) -> &'static str {
    match kind {
        FlowKind::Reset => "reset",
        FlowKind::Unlock => "unlock",
        FlowKind::Change => "change",
        FlowKind::Register => "register",
    }
}
