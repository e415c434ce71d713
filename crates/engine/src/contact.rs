//! Step `contact_administrator`: only a person can help.
//!
//! Takes `send_request` where the administrators are reached by a form: it mails them and is done. The
//! way here, `ask_administrator`, is open at every step before, to anybody, real or not; what is
//! written in the mail is what was typed, and says so.

use regain_protocol::{Answer, Contact, Outcome};

use super::{
    AN_HOUR, Context, Engine,
    effects::{Decision, Effect, OnOverLimit, Refusal},
    state::{ContactReason, Stage, State},
};
use crate::outgoing::{Content, Outgoing};
use regain_ports::random_id;

/// The longest message, in characters.
const MAX_MESSAGE: usize = 1000;

/// How many requests all people together may send in an hour.
const REQUESTS_IN_ALL: u32 = 200;

/// For how long a request is worth sending.
const REQUEST_LIFETIME: jiff::SignedDuration = jiff::SignedDuration::from_hours(72);

impl Engine {
    /// "None of these work for me."
    pub(super) fn ask_administrator(&self, cx: Context<'_>, state: &State) -> Result<Decision, Refusal> {
        if self.rules().contact.is_none() || matches!(state.stage, Stage::ContactAdministrator { .. }) {
            return Err(Refusal::StepPassed);
        }
        let stage = Stage::ContactAdministrator { reason: ContactReason::Asked };
        let mut decision = Decision::new(state.moved(random_id(cx.rng), stage));
        decision.audit("administrator_asked_for");
        Ok(decision)
    }

    pub(super) fn at_contact_administrator(
        &self,
        cx: Context<'_>,
        state: &State,
        reason: ContactReason,
        answer: &Answer,
    ) -> Result<Decision, Refusal> {
        let Answer::SendRequest { message } = answer else { return Err(Refusal::StepPassed) };
        let rules = self.rules();
        if !matches!(rules.contact, Some(Contact::Form {})) {
            return Err(Refusal::StepPassed);
        }
        let message = message.as_deref().map(str::trim).filter(|message| !message.is_empty());
        if message.is_some_and(|message| message.chars().count() > MAX_MESSAGE) {
            return Err(Refusal::invalid("/message", "at most 1000 characters"));
        }
        let subject = state.subject.as_ref();
        let user_id = subject.map(|subject| subject.user_id.clone()).unwrap_or_default();
        let stage =
            Stage::Done { outcome: Outcome::RequestSent, user_id: user_id.clone(), notified: false, info_due: false };
        let mut next = state.moved(random_id(cx.rng), stage);
        next.subject = None;
        let mut decision = Decision::new(next);
        let mut charge = |bucket, limit| decision.charge(bucket, AN_HOUR, limit, OnOverLimit::RateLimited);
        let limit = rules.limits.requests_per_hour;
        if let Some(subject) = subject {
            charge(format!("requests:{}", subject.account_key), limit);
        }
        if let Some(client) = cx.client {
            // An office behind one address has more than one person in trouble.
            charge(self.keys.bucket("requests from", client), limit.saturating_mul(10));
        }
        charge("requests".into(), REQUESTS_IN_ALL);
        for administrator in &rules.administrators {
            decision.effects.push(Effect::Send {
                outgoing: Outgoing {
                    to: Some(administrator.clone()),
                    locale: rules.locales.first().cloned().unwrap_or_default(),
                    user_id: user_id.clone(),
                    content: Content::AdministratorRequest {
                        reason: reason.as_str().to_owned(),
                        message: message.map(str::to_owned),
                        proved: subject.map(|subject| subject.proved.clone()).unwrap_or_default(),
                        at: cx.now,
                        client: cx.client.map(str::to_owned),
                    },
                },
                not_after: cx.now.saturating_add(REQUEST_LIFETIME).unwrap_or(jiff::Timestamp::MAX),
                voidable: false,
            });
        }
        decision.audit_with("request_sent", serde_json::json!({ "reason": reason.as_str() }));
        Ok(decision)
    }
}
