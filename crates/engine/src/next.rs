//! Which step follows which: the one place that knows the order of a flow.

use regain_protocol::{FlowKind, Gate, UnlockOutcome};

use super::{
    Rules,
    state::{ContactReason, Stage, Subject},
};

/// Whether a kind of flow is for people who can sign in: it begins with the password, or with the word of
/// the host page's back end. The others begin by saying who one is.
pub(super) const fn is_for_the_signed_in(kind: FlowKind) -> bool {
    match kind {
        FlowKind::Reset | FlowKind::Unlock => false,
        FlowKind::Change | FlowKind::Register => true,
    }
}

/// The first step of somebody who is signed in where they come from. The host's word is not enough for
/// anything: a change asks for the current password, and registering for one proof more, or for the
/// password of those who have no other.
pub(super) fn after_assertion(kind: FlowKind, rules: &Rules, subject: &Subject) -> Stage {
    let tries_left = rules.codes.tries;
    if kind == FlowKind::Change {
        Stage::NewPassword { current_tries_left: Some(tries_left) }
    } else if subject.on_offer().next().is_some() {
        Stage::ChooseMethod {}
    } else {
        let user_id = subject.account.as_ref().map(|account| account.user_id.clone());
        Stage::SignIn { user_id, tries_left }
    }
}

/// The step after the right password.
pub(super) fn after_sign_in(kind: FlowKind, subject: &Subject) -> Stage {
    if kind == FlowKind::Change {
        Stage::NewPassword { current_tries_left: None }
    } else if subject.on_offer().next().is_some() {
        Stage::ChooseMethod {}
    } else {
        Stage::SecurityInfo {}
    }
}

/// The step after the person said who they are.
pub(super) const fn after_identify(rules: &Rules) -> Stage {
    if rules.self_service {
        Stage::ChooseMethod {}
    } else {
        Stage::ContactAdministrator { reason: ContactReason::Disabled }
    }
}

/// The step after a proof was given.
pub(super) fn after_proof(kind: FlowKind, rules: &Rules, subject: &Subject) -> Stage {
    if !is_proved(subject) {
        return if subject.on_offer().next().is_some() {
            Stage::ChooseMethod {}
        } else {
            Stage::ContactAdministrator { reason: ContactReason::SecondGate }
        };
    }
    if kind == FlowKind::Register {
        Stage::SecurityInfo {}
    } else if outcomes(kind, rules, subject).contains(&UnlockOutcome::Unlock) {
        Stage::ChooseOutcome {}
    } else {
        Stage::NewPassword { current_tries_left: None }
    }
}

/// What can be done once every proof was given: in a flow that is to unlock, and for an account that
/// is locked, unlocking is one of them.
pub(super) fn outcomes(kind: FlowKind, rules: &Rules, subject: &Subject) -> Vec<UnlockOutcome> {
    let is_locked = subject.account.as_ref().is_some_and(|account| account.locked);
    let unlock = rules.kinds.contains(&FlowKind::Unlock) && (kind == FlowKind::Unlock || is_locked);
    let reset = rules.kinds.contains(&FlowKind::Reset);
    [(unlock, UnlockOutcome::Unlock), (reset, UnlockOutcome::Reset)]
        .into_iter()
        .filter_map(|(is_on, outcome)| is_on.then_some(outcome))
        .collect()
}

/// Whether every proof that the account needs was given.
pub(super) fn is_proved(subject: &Subject) -> bool {
    subject.account.is_some() && subject.proved.len() >= usize::from(subject.required.max(1))
}

/// The proof that a person at this step is asked for. Before the first, everybody is told the
/// organisation's own number: an account's group may ask for more, and that would tell that there is
/// such an account. A code for a method that is being added is no proof.
pub(super) fn gate(kind: FlowKind, rules: &Rules, stage: &Stage, subject: Option<&Subject>) -> Option<Gate> {
    match stage {
        Stage::ChooseMethod {} | Stage::EnterCode { .. } | Stage::AnswerCall { .. } | Stage::AnswerQuestions { .. } => {
        }
        Stage::Identify { .. }
        | Stage::SignIn { .. }
        | Stage::SecurityInfo {}
        | Stage::ContactAdministrator { .. }
        | Stage::ChooseOutcome {}
        | Stage::NewPassword { .. }
        | Stage::Done { .. }
        | Stage::Ended { .. } => return None,
    }
    let subject = subject.filter(|subject| subject.pending.is_none())?;
    if subject.proved.is_empty() && !is_for_the_signed_in(kind) {
        return Some(Gate { index: 1, of: rules.gates.required });
    }
    let index = u8::try_from(subject.proved.len()).unwrap_or(u8::MAX).saturating_add(1);
    Some(Gate { index, of: subject.required.max(index) })
}
