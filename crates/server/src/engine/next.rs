//! Which step follows which: the one place that knows the order of a flow.

use regain_protocol::{FlowKind, Gate, UnlockOutcome};

use super::{
    Rules,
    state::{ContactReason, Stage, Subject},
};

/// Whether a kind of flow begins by saying who one is; the others are not built.
pub(super) const fn begins_with_identify(kind: FlowKind) -> bool {
    match kind {
        FlowKind::Reset | FlowKind::Unlock => true,
        FlowKind::Change | FlowKind::Register => false,
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
    if outcomes(kind, rules, subject).contains(&UnlockOutcome::Unlock) {
        Stage::ChooseOutcome { applying_since: None }
    } else {
        Stage::NewPassword { applying_since: None }
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
/// such an account.
pub(super) fn gate(rules: &Rules, stage: &Stage, subject: Option<&Subject>) -> Option<Gate> {
    match stage {
        Stage::ChooseMethod {} | Stage::EnterCode { .. } | Stage::AnswerCall { .. } | Stage::AnswerQuestions { .. } => {
        }
        Stage::Identify { .. }
        | Stage::ContactAdministrator { .. }
        | Stage::ChooseOutcome { .. }
        | Stage::NewPassword { .. }
        | Stage::Done { .. }
        | Stage::Ended { .. } => return None,
    }
    let subject = subject?;
    if subject.proved.is_empty() {
        return Some(Gate { index: 1, of: rules.gates.required });
    }
    let index = u8::try_from(subject.proved.len()).unwrap_or(u8::MAX).saturating_add(1);
    Some(Gate { index, of: subject.required.max(index) })
}
