//! Sending a code, by mail or by text message.

use regain_protocol::{FlowKind, MethodKind};

use super::{
    AN_HOUR, Context, Engine, TEN_MINUTES,
    effects::{Decision, Effect, OnOverLimit},
    state::{SentCode, State},
};
use crate::outgoing::{CodePurpose, Content, Outgoing};
use regain_keys::CodeBinding;
use regain_ports::random_code;

/// How many digits at its end two numbers of one range differ in.
const RANGE_DIGITS: usize = 4;

impl Engine {
    /// Sends another code, which counts.
    pub(super) fn resend_code(&self, cx: Context<'_>, mut state: State, method_id: &str) -> Decision {
        if let Some(method) = state.subject.as_mut().and_then(|subject| subject.method_mut(method_id)) {
            method.resends_left = method.resends_left.saturating_sub(1);
        }
        self.send_code(cx, state, method_id)
    }

    /// Makes a code, keeps its hash and queues its message. The former code is void. Where it is not
    /// to reach anybody, the message is queued all the same, and nobody knows the code.
    pub(super) fn send_code(&self, cx: Context<'_>, mut state: State, method_id: &str) -> Decision {
        let rules = self.rules();
        let locale = state.locale.clone();
        let Some(subject) = state.subject.as_mut() else { return Decision::new(state) };
        let account_key = subject.account_key.clone();
        let user_id = subject.account.as_ref().map_or(&subject.user_id, |account| &account.user_id).clone();
        let exists = subject.account.is_some();
        let Some(method) = subject.method_mut(method_id) else { return Decision::new(state) };
        let reaches = exists && method.reaches;

        let code = random_code(cx.rng);
        let after = |time| cx.now.saturating_add(time).map_or(cx.expires_at, |at| at.min(cx.expires_at));
        let expires_at = after(rules.codes.lifetime);
        let binding = CodeBinding {
            flow_id: cx.flow_id,
            account_key: &account_key,
            purpose: purpose(cx.kind),
            destination: if reaches { &method.destination } else { "" },
        };
        method.sent = Some(SentCode {
            hash: self.keys.code_hash(binding, &code),
            expires_at,
            resend_at: after(rules.codes.resend_after),
        });
        let destination = method.destination.clone();
        let (kind, role) = (method.shown.kind, method.shown.role);
        let purpose = if subject.pending(method_id).is_some() { CodePurpose::Register } else { CodePurpose::Prove };

        let mut decision = Decision::new(state);
        self.charge_message(&mut decision, kind, &destination);
        let minutes = u32::try_from(expires_at.duration_since(cx.now).as_mins()).unwrap_or(0).max(1);
        let content = match kind {
            MethodKind::Sms => Content::TextCode { code, minutes, purpose },
            _ => Content::Code { code, minutes, purpose },
        };
        decision.effects.push(Effect::Send {
            outgoing: Outgoing { to: reaches.then_some(destination), locale, user_id, content },
            not_after: expires_at,
            voidable: true,
        });
        decision.audit_with("code_sent", serde_json::json!({ "kind": kind, "role": role }));
        decision
    }

    /// What a message costs: its destination's budget, everybody's, and for phones their range's.
    pub(super) fn charge_message(&self, decision: &mut Decision, kind: MethodKind, destination: &str) {
        let rules = self.rules();
        let limits = &rules.limits;
        let mut charge = |bucket, window, limit| decision.charge(bucket, window, limit, OnOverLimit::RateLimited);
        charge(self.keys.bucket("to", destination), TEN_MINUTES, limits.messages_per_destination);
        charge("messages".into(), AN_HOUR, limits.messages_per_hour);
        if matches!(kind, MethodKind::Sms | MethodKind::Call) {
            charge("phone".into(), AN_HOUR, limits.phone_per_hour);
            let ends = destination.len().saturating_sub(RANGE_DIGITS);
            let range = destination.get(..ends).unwrap_or(destination);
            charge(self.keys.bucket("range", range), AN_HOUR, limits.phone_per_prefix);
        }
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
