//! Enrolment: a method is added to the security info once it is shown to work.
//!
//! It goes through the steps that prove who one is, `enter_code` and `answer_call`, and is told apart from a
//! proof by being [`Whose::Adding`](crate::steps::Whose). Wrong codes count as everywhere.

use regain_ports::Registration;
use regain_protocol::{MethodKind, Role};

use crate::{
    decision::{Application, Decision, Effect},
    mask,
    messages::{Content, InfoChange},
    methods::{self, Entry},
    notices,
    state::{Method, ProvedPerson, SecurityInfoStep, Stage},
    turn::Turn,
};

/// Has the registrations take in a method that was shown to work.
pub(crate) fn shown_to_work(turn: Turn<'_>, person: ProvedPerson, method: &Method) -> Decision {
    let registration = methods::of_kind(method.kind()).and_then(|kind| kind.registration(turn, method));
    match registration {
        Some(registration) => turn.applying(&person.account, Application::Register(registration)),
        // The server key was changed meanwhile, so the sealed key of an app is lost: it is added anew.
        None => turn.moved(Stage::SecurityInfo(SecurityInfoStep::of(person))),
    }
}

/// The flow after the registrations have made a change: back at the security info, with everybody told.
pub(crate) fn registered(turn: Turn<'_>, mut person: ProvedPerson, registration: &Registration) -> Decision {
    let rules = turn.engine.rules();
    let Some((kind, role, destination)) = subject_of(registration) else {
        return turn.moved(Stage::SecurityInfo(SecurityInfoStep::of(person)));
    };
    let entries = person.account.info.entries(rules);
    let is_same = |entry: &&Entry| is_same_kind(entry.kind, kind) && entry.role == role;
    let former = entries.iter().find(is_same).cloned();
    let mut recipients = notices::recipients(rules, &person.account);
    person.account.info.change(registration);
    for recipient in notices::recipients(rules, &person.account) {
        if !recipients.contains(&recipient) {
            recipients.push(recipient);
        }
    }
    let change = match (&destination, &former) {
        (Destination::Set(_), None) => InfoChange::Added,
        (Destination::Set(_), Some(_)) => InfoChange::Replaced,
        (Destination::Removed, _) => InfoChange::Removed,
    };
    let shown = match destination {
        Destination::Set(destination) => destination,
        Destination::Removed => former.and_then(|entry| entry.destination),
    };
    let masked = shown.map(|destination| mask::destination(rules, kind, &destination));
    let account = person.account.clone();
    person.changed = true;
    let new_codes = match registration {
        Registration::RecoveryCodes(codes) => Some(methods::seal_recovery_codes(turn, codes)),
        _ => None,
    };
    let mut decision = turn.moved(Stage::SecurityInfo(SecurityInfoStep { person, new_codes }));
    let client = turn.cx.client.map(|client| client.to_string());
    let content = Content::SecurityInfoChanged { change, kind, role, masked, at: turn.cx.now, client };
    decision.effects.extend(notices::send(turn, &account, recipients, &content));
    decision.effects.push(Effect::VoidOthers);
    decision.audit_with("security_info_changed", serde_json::json!({ "change": change, "kind": kind, "role": role }));
    decision
}

/// Tells if an entry is of a kind. A phone is one, however it is reached.
fn is_same_kind(one: MethodKind, other: MethodKind) -> bool {
    let is_phone = |kind| matches!(kind, MethodKind::Sms | MethodKind::Call);
    one == other || is_phone(one) && is_phone(other)
}

/// The future of an entry.
enum Destination {
    /// It is there, with its destination where it has one.
    Set(Option<String>),
    /// It is gone.
    Removed,
}

/// The entry that a registration is about; `None` where nothing is changed.
fn subject_of(registration: &Registration) -> Option<(MethodKind, Option<Role>, Destination)> {
    Some(match registration {
        Registration::Mail(mail) => {
            (MethodKind::Email, Some(mail.role), Destination::Set(Some(mail.address.to_string())))
        }
        Registration::Phone(phone) => {
            (MethodKind::Sms, Some(phone.role), Destination::Set(Some(phone.number.to_string())))
        }
        Registration::Authenticator(_) => (MethodKind::Authenticator, None, Destination::Set(None)),
        Registration::RecoveryCodes(_) => (MethodKind::RecoveryCodes, None, Destination::Set(None)),
        Registration::Questions(_) => (MethodKind::Questions, None, Destination::Set(None)),
        Registration::RemoveMail(role) => (MethodKind::Email, Some(*role), Destination::Removed),
        Registration::RemovePhone(role) => (MethodKind::Sms, Some(*role), Destination::Removed),
        Registration::RemoveAuthenticator => (MethodKind::Authenticator, None, Destination::Removed),
        Registration::RemoveRecoveryCodes => (MethodKind::RecoveryCodes, None, Destination::Removed),
        Registration::RemoveQuestions => (MethodKind::Questions, None, Destination::Removed),
        Registration::Confirm(_) => return None,
    })
}
