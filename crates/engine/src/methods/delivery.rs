//! Codes that are sent to a destination, by mail or by text message, and what a message costs whoever asks for it.

use jiff::Timestamp;
use regain_keys::CodeBinding;
use regain_ports::{lies_ahead, random_code};
use regain_protocol::{MethodKind, Role, Secret};
use regain_values::long_code;

use super::kind::{At, within_flow};
use crate::{
    AN_HOUR, TEN_MINUTES,
    decision::{Decision, Effect, LimitPolicy, Refusal},
    messages::{CodePurpose, Content, OutboundMessage},
    state::{Delivery, Destination, EnterCode, How, Method, SentCode, Stage, Whose},
    turn::Turn,
};

/// One network may ask for one part in so many of an hour's budget, and a wide one for half of it at most, so that it takes
/// several to spend it.
const NETWORK_SHARE: u32 = 5;

impl SentCode {
    /// Tells if its time is not over.
    fn is_good(&self, turn: Turn<'_>) -> bool {
        lies_ahead(self.expires_at, turn.engine.rules().codes.lifetime, turn.cx.now)
    }

    /// The times until which it is good and from which another may be asked for, as people are told them.
    pub(crate) fn times(&self, turn: Turn<'_>) -> (Timestamp, Timestamp) {
        let shown = |at: Timestamp, is_ahead: bool| if is_ahead { at } else { at.min(turn.cx.now) };
        (shown(self.expires_at, self.is_good(turn)), shown(self.resend_at, self.is_recent(turn)))
    }

    /// Tells if it is too early to ask for another.
    fn is_recent(&self, turn: Turn<'_>) -> bool {
        lies_ahead(self.resend_at, turn.engine.rules().codes.resend_after, turn.cx.now)
    }
}

impl Destination {
    /// The destination of a method of an account, real or made up.
    pub(super) fn new(at: &At<'_>, medium: &str, role: Role, address: &str, masked: String) -> Self {
        // Of a made-up destination a code is bound to a name like any other.
        let address = if at.exists { address.to_owned() } else { format!("{}/{medium}/{role:?}", at.account_key) };
        Self { role, masked, address, confirm: at.engine.rules().methods.confirm_destination, reaches: true }
    }

    /// A destination that is being added.
    pub(super) const fn added(role: Role, address: String, masked: String) -> Self {
        Self { role, masked, address, confirm: false, reaches: true }
    }
}

impl Delivery {
    pub(super) const fn new(turn_resends: u8, to: Destination) -> Self {
        Self { to, resends_left: turn_resends, sent: None }
    }

    /// Tells if this is the code that was sent.
    pub(crate) fn is_right(&self, turn: Turn<'_>, account_key: &str, code: &Secret<String>) -> Result<bool, Refusal> {
        let sent = self.sent.as_ref().filter(|sent| sent.is_good(turn)).ok_or(Refusal::CodeExpired)?;
        let read = if sent.is_long { long_code::normalise(code) } else { Some(code.clone()) };
        let hash = |code| turn.engine.keys.code_hash(self.binding(turn, account_key, true), &code);
        Ok(read.map(hash).is_some_and(|hash| regain_keys::same(&hash, &sent.hash)))
    }

    /// Everything that a code is bound to. One that reaches nobody is bound to nothing that could be its destination.
    fn binding<'a>(&'a self, turn: Turn<'a>, account_key: &'a str, reaches: bool) -> CodeBinding<'a> {
        CodeBinding {
            flow_id: turn.cx.flow_id.as_str(),
            account_key,
            purpose: turn.cx.kind.as_str(),
            destination: if reaches { &self.to.address } else { "" },
        }
    }

    /// Makes a code and keeps its hash; the former code is void.
    fn renew(&mut self, turn: Turn<'_>, account_key: &str, reaches: bool) -> Secret<String> {
        let codes = &turn.engine.rules().codes;
        let code = if turn.attacked {
            let mut bytes = [0; long_code::RANDOM_BYTES];
            turn.cx.rng.fill(&mut bytes);
            long_code::from_random(bytes)
        } else {
            random_code(turn.cx.rng)
        };
        self.sent = Some(SentCode {
            hash: turn.engine.keys.code_hash(self.binding(turn, account_key, reaches), &code),
            expires_at: within_flow(turn.cx, codes.lifetime),
            resend_at: within_flow(turn.cx, codes.resend_after),
            is_long: turn.attacked,
        });
        code
    }
}

/// Goes to step `enter_code` of a method whose code is sent. A code that was sent before goes on being good; only where
/// the wait for another is over does choosing the method again send one, which counts as a resend.
pub(super) fn choose(turn: Turn<'_>, whose: Whose, method: Method) -> Result<Decision, Refusal> {
    let step = EnterCode { whose, method, resent: false };
    let (How::Email(delivery) | How::Sms(delivery)) = &step.method.how else { return Err(Refusal::StepPassed) };
    match &delivery.sent {
        None => Ok(send(turn, step)),
        Some(sent) if !sent.is_recent(turn) && delivery.resends_left > 0 => Ok(resend(turn, step)),
        // The code may have gone nowhere, and whether it did is not told.
        Some(sent) if delivery.to.confirm && sent.is_recent(turn) => {
            Err(Refusal::RateLimited { retry_at: sent.resend_at })
        }
        Some(_) => Ok(turn.moved(Stage::EnterCode(step))),
    }
}

/// Sends another code at the same step, where there is one left and the wait is over.
pub(crate) fn send_another(turn: Turn<'_>, step: &EnterCode) -> Result<Decision, Refusal> {
    let (How::Email(delivery) | How::Sms(delivery)) = &step.method.how else { return Err(no_more_codes()) };
    if delivery.resends_left == 0 {
        return Err(no_more_codes());
    }
    if let Some(sent) = &delivery.sent
        && sent.is_recent(turn)
    {
        return Err(Refusal::RateLimited { retry_at: sent.resend_at });
    }
    let mut decision = resend(turn, EnterCode { resent: true, ..step.clone() });
    decision.state.step_id.clone_from(&turn.state.step_id);
    Ok(decision)
}

const fn no_more_codes() -> Refusal {
    Refusal::invalid("/do", "no more codes can be sent for this method")
}

fn resend(turn: Turn<'_>, mut step: EnterCode) -> Decision {
    if let How::Email(delivery) | How::Sms(delivery) = &mut step.method.how {
        delivery.resends_left = delivery.resends_left.saturating_sub(1);
    }
    send(turn, step)
}

/// Makes a code, keeps its hash and queues its message. Where it is not to reach anybody, the message is queued all the
/// same, and nobody knows the code.
pub(super) fn send(turn: Turn<'_>, mut step: EnterCode) -> Decision {
    let (exists, account_key) = (step.whose.exists(), step.whose.account_key().to_owned());
    let (kind, purpose) = (step.method.kind(), step.whose.purpose());
    let user_id = step.whose.spelling().to_string();
    let (How::Email(delivery) | How::Sms(delivery)) = &mut step.method.how else {
        return turn.moved(Stage::EnterCode(step));
    };
    let reaches = exists && delivery.to.reaches;
    let code = delivery.renew(turn, &account_key, reaches);
    let (to, role) = (delivery.to.address.clone(), delivery.to.role);
    let expires_at = delivery.sent.as_ref().map_or(turn.cx.expires_at, |sent| sent.expires_at);
    let minutes = u32::try_from(expires_at.duration_since(turn.cx.now).as_mins()).unwrap_or(0).max(1);
    let mut decision = turn.moved(Stage::EnterCode(step));
    charge_message(turn, &mut decision, kind, &account_key, role);
    let first_of = Some(first_of(turn, kind, &account_key, role));
    let content = match kind {
        MethodKind::Sms => Content::TextCode { code, minutes, purpose },
        _ => Content::Code { code, minutes, purpose },
    };
    let locale = turn.state.locale.clone();
    decision.effects.push(Effect::Send {
        message: OutboundMessage { to: reaches.then_some(to), locale, user_id, content, first_of, device: None },
        not_after: expires_at,
        voidable: true,
    });
    decision.audit_with("code_sent", serde_json::json!({ "kind": kind, "role": role }));
    decision
}

/// Charges a message to whoever asks for it: to the account's method and to the client's network. The budgets that all
/// share are spent by what is truly sent, when it is: made-up messages cost nobody else anything, and no answer tells
/// how full such a budget is.
pub(super) fn charge_message(turn: Turn<'_>, decision: &mut Decision, kind: MethodKind, account_key: &str, role: Role) {
    let (keys, limits) = (&turn.engine.keys, &turn.engine.rules().limits);
    let is_phone = matches!(kind, MethodKind::Sms | MethodKind::Call);
    // By network, so that nobody else uses up what its owner may ask for.
    let of = asked_for(kind, account_key, role);
    let asked = turn.cx.by_network(keys, "asked for", &of, TEN_MINUTES, limits.messages_per_destination);
    decision.charge_all(asked, LimitPolicy::RateLimited);
    if let Some(client) = turn.cx.client {
        let mut share = |what, budget: u32| {
            let mut charges = client.charges(keys, what, AN_HOUR, budget.div_ceil(NETWORK_SHARE));
            for charge in &mut charges {
                charge.limit = charge.limit.min(budget.div_ceil(2));
            }
            decision.charge_all(charges, LimitPolicy::RateLimited);
        };
        share("messages from", limits.messages_per_hour);
        if is_phone {
            share("phone from", limits.phone_per_hour);
        }
    }
}

/// The name of what a network asks for: of one destination of an account.
fn asked_for(kind: MethodKind, account_key: &str, role: Role) -> String {
    // A phone is one destination however it is reached.
    format!("{account_key}/{}/{role:?}", if kind == MethodKind::Email { "mail" } else { "phone" })
}

/// The counter of the first message that a network asks for, which goes out whoever else has asked.
pub(super) fn first_of(turn: Turn<'_>, kind: MethodKind, account_key: &str, role: Role) -> String {
    let client = turn.cx.client.map(|client| client.to_string()).unwrap_or_default();
    turn.engine.keys.bucket("first of", &format!("{client} {}", asked_for(kind, account_key, role)))
}

impl Whose {
    /// The purpose of a code, for its words.
    const fn purpose(&self) -> CodePurpose {
        match self {
            Self::Proving { .. } => CodePurpose::Prove,
            Self::Adding { .. } => CodePurpose::Register,
        }
    }
}
