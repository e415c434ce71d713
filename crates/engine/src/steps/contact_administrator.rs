//! Step `contact_administrator`: only a person can help.
//!
//! Takes `send_request` where the administrators are reached by a form: it mails them and is done; and `go_back` where
//! the person asked for them. The way here, `ask_administrator`, is open at every step before, to anybody, real or not;
//! what is written in the mail is what was typed, and says so.

use jiff::{SignedDuration, Timestamp};
use regain_protocol::{Answer, Contact, EndReason, Outcome, StepBody};
use regain_values::UserId;

use super::identify::NOT_A_USER_ID;
use crate::{
    AN_HOUR,
    decision::{Decision, Effect, LimitPolicy, Refusal},
    lookups::Findings,
    messages::{Content, OutboundMessage},
    state::{ContactAdministrator, ContactReason, Done, Stage},
    turn::{Step, Turn},
};

/// The longest message, in characters.
const MAX_MESSAGE: usize = 1000;

/// The number of requests that all people together may send in an hour, whoever they are.
const REQUESTS_IN_ALL: u32 = 200;

/// The number of requests beyond those, of which each is the first of its network and about its account in the hour: a
/// few networks that use up what all share keep nobody else from asking.
const FIRST_REQUESTS: u32 = 2000;

/// Factor by which the share of a network (an office has more than one person in trouble), and that of an account (a
/// stranger may name it too), is larger than that of an account in a network.
const LARGER_SHARE: u32 = 10;

/// The time for which a request is worth sending.
const REQUEST_LIFETIME: SignedDuration = SignedDuration::from_hours(72);

/// "None of these work for me." `typed` is the user ID that was typed so far, for who was not named yet.
pub(crate) fn ask(turn: Turn<'_>, typed: Option<&str>) -> Result<Decision, Refusal> {
    let stage = &turn.state.stage;
    if turn.engine.rules().contact.is_none() || matches!(stage, Stage::ContactAdministrator(_)) {
        return Err(Refusal::StepPassed);
    }
    let typed = typed.map(str::trim).filter(|typed| !typed.is_empty());
    let typed = typed.map(|typed| UserId::parse(typed).map_err(|_| NOT_A_USER_ID)).transpose()?;
    let user_id = stage.user_id().cloned().or(typed);
    let named = stage.account_key().map(str::to_owned);
    let key = |user_id: &UserId| turn.engine.keys.account_key(&user_id.folded());
    let step = ContactAdministrator {
        reason: ContactReason::Asked,
        account_key: named.or_else(|| user_id.as_ref().map(key)),
        user_id,
        proved: stage.proved().to_vec(),
        back: Some(Box::new(stage.clone())),
    };
    let mut decision = turn.moved(Stage::ContactAdministrator(step));
    decision.audit("administrator_asked_for");
    Ok(decision)
}

impl Step for ContactAdministrator {
    fn answer(&self, turn: Turn<'_>, answer: &Answer, findings: &Findings) -> Result<Decision, Refusal> {
        match answer {
            Answer::SendRequest { message, user_id } => {
                self.send(turn, message.as_deref(), user_id.as_deref(), findings.shared_used_up())
            }
            Answer::GoBack {} => match &self.back {
                Some(stage) => Ok(turn.moved((**stage).clone())),
                None => Err(Refusal::StepPassed),
            },
            _ => Err(Refusal::StepPassed),
        }
    }

    fn view(&self, turn: Turn<'_>) -> StepBody {
        let contact = turn.engine.rules().contact.clone();
        // They were there when the flow came here: the configuration has changed meanwhile.
        let ended = StepBody::Ended { reason: EndReason::Cancelled, retry_at: None };
        contact.map_or(ended, |contact| StepBody::ContactAdministrator {
            reason: self.reason.as_str().to_owned(),
            contact,
            needs_user_id: self.user_id.is_none(),
            back: self.back.is_some(),
        })
    }
}

impl ContactAdministrator {
    fn send(
        &self,
        turn: Turn<'_>,
        message: Option<&str>,
        typed: Option<&str>,
        shared_used_up: bool,
    ) -> Result<Decision, Refusal> {
        let (rules, keys) = (turn.engine.rules(), &turn.engine.keys);
        if !matches!(rules.contact, Some(Contact::Form {})) {
            return Err(Refusal::StepPassed);
        }
        let message = message.map(str::trim).filter(|message| !message.is_empty());
        if message.is_some_and(|message| message.chars().count() > MAX_MESSAGE) {
            return Err(Refusal::invalid("/message", "at most 1000 characters"));
        }
        let typed = typed.map(str::trim).filter(|typed| !typed.is_empty() && self.user_id.is_none());
        let typed = typed.map(|typed| UserId::parse(typed).map_err(|_| NOT_A_USER_ID)).transpose()?;
        let account_key =
            self.account_key.clone().or_else(|| typed.as_ref().map(|typed| keys.account_key(&typed.folded())));
        let user_id = self.user_id.clone().or(typed).unwrap_or_default();
        let done = Done { outcome: Outcome::RequestSent, user_id: user_id.clone(), notified: false, info_due: false };
        let mut decision = turn.moved(Stage::Done(done));
        charge(turn, &mut decision, account_key.as_deref(), !self.proved.is_empty(), shared_used_up);
        let reference = turn.engine.reference(turn.cx.flow_id);
        for administrator in &rules.administrators {
            decision.effects.push(Effect::Send {
                message: OutboundMessage {
                    to: Some(administrator.clone()),
                    locale: rules.locales.first().cloned().unwrap_or_default(),
                    user_id: user_id.to_string(),
                    content: Content::AdministratorRequest {
                        reason: self.reason.as_str().to_owned(),
                        message: message.map(str::to_owned),
                        proved: self.proved.clone(),
                        at: turn.cx.now,
                        client: turn.cx.client.map(|client| client.to_string()),
                        reference: reference.clone(),
                    },
                    first_of: None,
                    device: None,
                },
                not_after: turn.cx.now.saturating_add(REQUEST_LIFETIME).unwrap_or(Timestamp::MAX),
                voidable: false,
            });
        }
        let detail = serde_json::json!({ "reason": self.reason.as_str(), "reference": reference });
        decision.audit_with("request_sent", detail);
        Ok(decision)
    }
}

/// Charges a request: the shares of its account in its network, of the account and of the network, and what all share. Who
/// has proved something has a share that no stranger can use up.
fn charge(turn: Turn<'_>, decision: &mut Decision, account_key: Option<&str>, has_proved: bool, shared_used_up: bool) {
    let (keys, limit) = (&turn.engine.keys, turn.engine.rules().limits.requests_per_hour);
    let larger = limit.saturating_mul(LARGER_SHARE);
    let client = turn.cx.client;
    if let Some(account_key) = account_key.filter(|_| has_proved) {
        decision.charge(format!("requests, proved:{account_key}"), AN_HOUR, limit, LimitPolicy::RateLimited);
        return;
    }
    let from = |what, limit| client.map(|client| client.charges(keys, what, AN_HOUR, limit)).unwrap_or_default();
    decision.charge_all(from("requests from", larger), LimitPolicy::RateLimited);
    if shared_used_up {
        decision.charge_all(from("first request from", 1), LimitPolicy::RateLimited);
    }
    if let Some(account_key) = account_key {
        let here = turn.cx.by_network(keys, "requests about, from", account_key, AN_HOUR, limit);
        decision.charge_all(here, LimitPolicy::RateLimited);
    }
    let mut charge = |bucket, limit, over_limit| decision.charge(bucket, AN_HOUR, limit, over_limit);
    if let Some(account_key) = account_key {
        charge(format!("requests:{account_key}"), larger, LimitPolicy::RateLimited);
    }
    if !shared_used_up {
        charge("requests".into(), REQUESTS_IN_ALL, LimitPolicy::SharedUsedUp);
        return;
    }
    if let Some(account_key) = account_key {
        charge(format!("first request:{account_key}"), 1, LimitPolicy::RateLimited);
    }
    charge("first requests".into(), FIRST_REQUESTS, LimitPolicy::RateLimited);
}
