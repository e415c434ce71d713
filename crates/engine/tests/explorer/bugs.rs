//! Bugs put into the engine on purpose, to show that the explorer finds them.

use regain_engine::{Decision, Stage, State, Subject, methods::Method, steps::Whose};
use regain_protocol::{Answer, MethodKind};

/// A bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
    /// The method that was in use counts as a proof once another way is chosen.
    NoteSurvivesAnotherWay,
    /// The method that was in use counts as a proof once the person comes back from the administrators.
    NoteSurvivesContact,
    /// Another code leaves the former one in force.
    FormerCodeStaysGood,
    /// A second proof of a kind counts like one of another kind.
    SameKindCountsTwice,
    /// A wrong code of a real account costs two tries.
    WrongCodesCountTwice,
}

impl Bug {
    /// Changes a decision about an answer.
    pub(crate) fn on_answer(self, before: &State, answer: &Answer, decision: &mut Decision) {
        match (self, answer) {
            (Self::NoteSurvivesAnotherWay, Answer::ChooseAnother {}) => note(&before.stage, decision),
            (Self::NoteSurvivesContact, Answer::GoBack {}) => {
                if let Stage::ContactAdministrator(step) = &before.stage
                    && let Some(stage) = &step.back
                {
                    note(stage, decision);
                }
            }
            (Self::FormerCodeStaysGood, Answer::Resend {}) => {
                if let (Stage::EnterCode(before), Stage::EnterCode(after)) = (&before.stage, &mut decision.state.stage)
                {
                    after.method.how = before.method.how.clone();
                }
            }
            (Self::WrongCodesCountTwice, Answer::Verify { .. }) => {
                if let Stage::EnterCode(step) = &mut decision.state.stage
                    && step.whose.subject().is_some_and(Subject::exists)
                {
                    step.method.tries_left = step.method.tries_left.saturating_sub(1);
                }
            }
            (Self::SameKindCountsTwice, _) => {
                if let Stage::ChooseMethod(step) = &mut decision.state.stage {
                    step.subject.proved.fill(MethodKind::Unknown);
                }
            }
            _ => {}
        }
    }
}

/// Notes the method in use as a proof.
fn note(in_use: &Stage, decision: &mut Decision) {
    let Some(kind) = method(in_use).map(Method::kind) else { return };
    let proved: Option<&mut Vec<MethodKind>> = match &mut decision.state.stage {
        Stage::ChooseMethod(step) => Some(&mut step.subject.proved),
        Stage::AnswerQuestions(step) => Some(&mut step.subject.proved),
        Stage::EnterCode(step) => proving(&mut step.whose),
        Stage::AnswerCall(step) => proving(&mut step.whose),
        _ => None,
    };
    if let Some(proved) = proved.filter(|proved| !proved.contains(&kind)) {
        proved.push(kind);
    }
}

fn method(stage: &Stage) -> Option<&Method> {
    match stage {
        Stage::EnterCode(step) => Some(&step.method),
        Stage::AnswerCall(step) => Some(&step.method),
        Stage::AnswerQuestions(step) => Some(&step.method),
        _ => None,
    }
}

fn proving(whose: &mut Whose) -> Option<&mut Vec<MethodKind>> {
    match whose {
        Whose::Proving { subject } => Some(&mut subject.proved),
        Whose::Adding { .. } => None,
    }
}
