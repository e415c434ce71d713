//! Which step follows which: the one place that knows the order of a flow.

use regain_protocol::{FlowKind, Gate};

use super::state::{Stage, Subject};

/// The first step; `None` for kinds of flow that are not built.
pub(super) const fn first(kind: FlowKind) -> Option<Stage> {
    match kind {
        FlowKind::Reset => Some(Stage::Identify {}),
        FlowKind::Unlock | FlowKind::Change | FlowKind::Register => None,
    }
}

/// The step after the person said who they are.
pub(super) const fn after_identify(kind: FlowKind) -> Stage {
    match kind {
        FlowKind::Reset | FlowKind::Unlock | FlowKind::Change | FlowKind::Register => Stage::ChooseMethod {},
    }
}

/// The step after a proof was given.
pub(super) fn after_proof(kind: FlowKind, subject: &Subject) -> Stage {
    if !is_proved(kind, subject) {
        return Stage::ChooseMethod {};
    }
    match kind {
        FlowKind::Reset | FlowKind::Unlock | FlowKind::Change | FlowKind::Register => {
            Stage::NewPassword { applying_since: None }
        }
    }
}

/// Whether every proof that the flow asks for was given.
pub(super) fn is_proved(kind: FlowKind, subject: &Subject) -> bool {
    subject.proved.len() >= usize::from(gates(kind))
}

/// The proof that a person at this step is asked for.
pub(super) fn gate(kind: FlowKind, stage: &Stage, subject: Option<&Subject>) -> Option<Gate> {
    let proved = subject.map_or(0, |subject| subject.proved.len());
    let index = u8::try_from(proved).unwrap_or(u8::MAX).saturating_add(1);
    match stage {
        Stage::ChooseMethod {} | Stage::EnterCode { .. } => Some(Gate { index, of: gates(kind) }),
        Stage::Identify {} | Stage::NewPassword { .. } | Stage::Done { .. } | Stage::Ended { .. } => None,
    }
}

/// How many proofs a flow asks for.
const fn gates(kind: FlowKind) -> u8 {
    match kind {
        FlowKind::Reset | FlowKind::Unlock | FlowKind::Change | FlowKind::Register => 1,
    }
}
