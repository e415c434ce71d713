//! The consequences of a right proof and of a wrong one, whatever their kind.
//!
//! The counters are shared: a wrong proof costs a try of its method in this flow, and one of the
//! account's tries of the day, across all flows and channels.

use regain_protocol::{EndReason, MethodKind};

use crate::{
    decision::{Decision, Effect, LimitPolicy, Reply},
    enrolment,
    messages::Content,
    next, notices,
    state::{Method, Stage, Subject, Whose},
    turn::{Turn, new_step_id},
};

/// A code or a key was right: a proof is given, or the new method is shown to work.
pub(crate) fn right(turn: Turn<'_>, whose: Whose, mut method: Method) -> Decision {
    let is_long = method.how.has_long_code();
    method.forget_code();
    match whose {
        Whose::Proving { subject } => proved_by(turn, subject, method, is_long),
        Whose::Adding { person } => {
            let tries = tries(turn, &person.account_key, is_long, 0);
            let mut decision = enrolment::shown_to_work(turn, person, &method);
            decision.effects.extend(tries);
            decision
        }
    }
}

/// A proof was given.
pub(crate) fn proved(turn: Turn<'_>, subject: Subject, method: Method) -> Decision {
    proved_by(turn, subject, method, false)
}

fn proved_by(turn: Turn<'_>, mut subject: Subject, method: Method, is_long: bool) -> Decision {
    let tries = tries(turn, &subject.account_key, is_long, 0);
    let kind = method.kind();
    subject.put_back(method);
    subject.proved.push(kind);
    let notices = used_recovery_code(turn, &subject, kind);
    let mut decision = turn.moved(next::after_proof(turn.cx.kind, turn.engine.rules(), subject));
    decision.effects.extend(tries);
    if decision.state.stage.person().is_some() {
        decision.effects.push(Effect::RotateToken);
    }
    decision.effects.extend(notices);
    decision.audit_with("proved", serde_json::json!({ "kind": kind }));
    decision
}

/// The notices that a recovery code was used: nobody needs one who can prove themselves otherwise.
fn used_recovery_code(turn: Turn<'_>, subject: &Subject, kind: MethodKind) -> Vec<Effect> {
    let Some(account) = subject.account.as_ref().filter(|_| kind == MethodKind::RecoveryCodes) else {
        return Vec::new();
    };
    let left = account.info.recovery_codes.unwrap_or_default().saturating_sub(1);
    let content =
        Content::RecoveryCodeUsed { left, at: turn.cx.now, client: turn.cx.client.map(|client| client.to_string()) };
    notices::send(turn, account, notices::recipients(turn.engine.rules(), account), &content)
}

/// A proof was wrong. The step stays, until the tries are used up. `stage` makes it of the method with a try less.
pub(crate) fn wrong(
    turn: Turn<'_>,
    account_key: &str,
    mut method: Method,
    reply: Reply,
    event: &'static str,
    stage: impl FnOnce(Method) -> Stage,
) -> Decision {
    let tries = tries(turn, account_key, method.how.has_long_code(), 1);
    method.tries_left = method.tries_left.saturating_sub(1);
    let (kind, used_up) = (method.kind(), method.tries_left == 0);
    let mut decision = turn.stayed(stage(method));
    if used_up {
        decision.state = decision.state.ended(new_step_id(turn.cx.rng), EndReason::TooManyAttempts, None);
    }
    decision.effects.extend(tries);
    decision.audit_with(event, serde_json::json!({ "kind": kind }));
    if used_up {
        decision.audit("tries_used_up");
    }
    decision.reply = reply;
    decision
}

/// The charge of a proof against the account's tries of the day. A long code has none: of 2⁵⁰ nobody guesses one with
/// the tries of a flow, and whoever guesses is not to keep its owner from it.
fn tries(turn: Turn<'_>, account_key: &str, is_long: bool, cost: u32) -> Option<Effect> {
    (!is_long).then(|| Effect::Charge(turn.engine.tries_of_the_day(account_key, cost), LimitPolicy::EndFlow))
}
