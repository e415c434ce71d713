//! A call in which `#` is pressed, to the mobile, the authentication or the office phone.

use jiff::SignedDuration;
use regain_ports::{Account, CallRef, Registration, lies_ahead, random_id};
use regain_protocol::{CallStatus, MethodKind, Role, Secret};

use super::{
    delivery::{charge_message, first_of},
    kind::{At, Entry, Kind, NewMethod, new_method, within_flow},
    phone,
};
use crate::{
    Rules,
    decision::{Decision, Effect, Refusal},
    messages::{Content, OutboundMessage},
    state::{AnswerCall, Calls, How, Method, PlacedCall, ProvedPerson, SecurityInfo, Stage, Subject, Whose},
    turn::Turn,
};

/// A call is not placed later than this after it was asked for: nobody waits by the phone for longer.
const WORTH_PLACING: SignedDuration = SignedDuration::from_secs(40);

/// The kind.
pub(super) struct Call;

impl Kind for Call {
    fn kind(&self) -> MethodKind {
        MethodKind::Call
    }

    fn addable(&self) -> &'static [Option<Role>] {
        &[Some(Role::Mobile), Some(Role::Authentication)]
    }

    fn is_on(&self, rules: &Rules, role: Option<Role>) -> bool {
        if role == Some(Role::Office) { rules.methods.call_office } else { rules.methods.call_mobile }
    }

    fn methods(&self, at: &At<'_>, account: &Account) -> Vec<NewMethod> {
        let rules = at.engine.rules();
        let phones = phone::reached(account, rules, MethodKind::Call).map(|phone| {
            let to = phone::destination(at, phone);
            NewMethod::always(How::Call(Calls { to, calls_left: rules.codes.resends, call_again_at: None }))
        });
        phones.collect()
    }

    fn can_begin(&self, account: &Account, rules: &Rules) -> bool {
        phone::reached(account, rules, MethodKind::Call).next().is_some()
    }

    fn choose(&self, turn: Turn<'_>, subject: Subject, method: Method) -> Result<Decision, Refusal> {
        place(turn, Whose::Proving { subject }, method, false)
    }

    fn enrol(
        &self,
        turn: Turn<'_>,
        person: &ProvedPerson,
        role: Option<Role>,
        value: &Secret<String>,
    ) -> Result<Decision, Refusal> {
        let rules = turn.engine.rules();
        let to = phone::added(rules, person, role, value)?;
        let how = How::Call(Calls { to, calls_left: rules.codes.resends, call_again_at: None });
        place(turn, Whose::Adding { person: person.clone() }, new_method(turn, how), false)
    }

    fn registration(&self, _: Turn<'_>, method: &Method) -> Option<Registration> {
        phone::registration(method)
    }

    fn removal(&self, role: Option<Role>) -> Option<Registration> {
        phone::removal(role)
    }

    /// The phones that can only be called.
    fn entries(&self, info: &SecurityInfo, rules: &Rules) -> Vec<Entry> {
        phone::entries(info, rules).into_iter().filter(|entry| entry.kind == MethodKind::Call).collect()
    }
}

/// Places a call; every one but the first counts. `again` keeps the step's id.
pub(crate) fn place(turn: Turn<'_>, whose: Whose, mut method: Method, again: bool) -> Result<Decision, Refusal> {
    let (engine, cx) = (turn.engine, turn.cx);
    let How::Call(calls) = &mut method.how else { return Err(Refusal::StepPassed) };
    if let Some(again_at) = calls.call_again_at {
        if lies_ahead(again_at, engine.rules().codes.resend_after, cx.now) {
            return Err(Refusal::RateLimited { retry_at: again_at });
        }
        if calls.calls_left == 0 {
            return Err(Refusal::invalid("/do", "no more calls can be placed for this method"));
        }
        calls.calls_left -= 1;
    }
    calls.call_again_at = cx.now.checked_add(engine.rules().codes.resend_after).ok();
    let role = calls.to.role;
    let to = (whose.exists() && calls.to.reaches).then(|| calls.to.address.clone());
    let (user_id, account_key) = (whose.spelling().to_string(), whose.account_key().to_owned());
    let call_id = random_id(cx.rng);
    let call = PlacedCall {
        call_id: call_id.clone(),
        placed_at: cx.now,
        status: CallStatus::Calling,
        changed_at: cx.now,
        withheld: false,
        voided: false,
    };
    let mut decision = turn.moved(Stage::AnswerCall(AnswerCall { whose, method, call }));
    if again {
        decision.state.step_id.clone_from(&turn.state.step_id);
    }
    charge_message(turn, &mut decision, MethodKind::Call, &account_key, role);
    let first_of = Some(first_of(turn, MethodKind::Call, &account_key, role));
    let reference = CallRef { flow_id: cx.flow_id.clone(), call_id };
    decision.effects.push(Effect::Send {
        message: OutboundMessage {
            to,
            locale: turn.state.locale.clone(),
            user_id,
            content: Content::Call { reference },
            first_of,
            device: None,
        },
        not_after: within_flow(cx, WORTH_PLACING),
        voidable: true,
    });
    decision.audit_with("call_placed", serde_json::json!({ "kind": MethodKind::Call, "role": role }));
    Ok(decision)
}
