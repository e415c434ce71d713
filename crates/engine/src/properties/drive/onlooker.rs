//! An onlooker's knowledge of a flow, and the properties that hold after every act.

use std::collections::HashSet;

use regain_protocol::{Answer, EndReason, MethodKind, StepBody, UnlockOutcome};

use super::{Drive, Queued};
use crate::{Stage, State, properties::act::Act};

impl Drive {
    /// The proof that an answer is, by what the onlooker knows.
    pub(super) fn proof(&self, before: &State, answer: &Answer, act: &Act) -> MethodKind {
        match (&before.stage, act) {
            (Stage::AnswerQuestions(_), Act::AnswerAll { right: true }) => MethodKind::Questions,
            (Stage::EnterCode(step), Act::VerifyApp { seconds_ago }) => {
                assert!((-60..60).contains(seconds_ago));
                assert_eq!(step.method.kind(), MethodKind::Authenticator);
                MethodKind::Authenticator
            }
            (Stage::EnterCode(step), Act::VerifySaved) => {
                assert_eq!(step.method.kind(), MethodKind::RecoveryCodes);
                MethodKind::RecoveryCodes
            }
            (Stage::EnterCode(_), _) => {
                assert!(self.is_right(before, answer), "a proof without the right code");
                self.codes.last().expect("a code").kind
            }
            _ => panic!("a proof out of nothing"),
        }
    }

    /// Tells if an answer is the newest code that went to the method in use.
    pub(super) fn is_right(&self, before: &State, answer: &Answer) -> bool {
        let (Answer::Verify { code }, Stage::EnterCode(step)) = (answer, &before.stage) else { return false };
        let Some(to) = step.method.destination() else { return false };
        let of_method = |queued: &&Queued| queued.to.as_ref() == Some(&to.address) && queued.kind == step.method.kind();
        self.codes.iter().rev().find(of_method).is_some_and(|newest| newest.code == *code)
    }

    /// The number of proofs that a person needs.
    fn required(&self, user_id: &str) -> u8 {
        let groups = if user_id.starts_with("admin") { vec!["admins".to_owned()] } else { Vec::new() };
        self.engine.rules().gates.for_groups(&groups)
    }

    /// Every proof that the policy asks for was given, each by another kind.
    pub(super) fn is_proved(&self) {
        let user_id = self.state.stage.user_id().expect("somebody");
        let kinds: HashSet<_> = self.proofs.iter().collect();
        assert_eq!(kinds.len(), self.proofs.len(), "one kind counted twice");
        assert!(kinds.len() >= usize::from(self.required(user_id.as_str())), "a gate was skipped: {:?}", self.proofs);
    }

    pub(in crate::properties) fn holds(&self) {
        let shown = self.shown();
        match &shown.step.body {
            StepBody::NewPassword { .. } => self.is_proved(),
            StepBody::ChooseOutcome { outcomes } => {
                self.is_proved();
                assert!(outcomes.contains(&UnlockOutcome::Unlock));
            }
            StepBody::Done { outcome: regain_protocol::Outcome::RequestSent, .. } => assert_eq!(self.requests, 1),
            StepBody::Done { .. } => assert_eq!(self.applied, 1),
            StepBody::EnterCode { tries_left, .. } | StepBody::AnswerQuestions { tries_left, .. } => {
                assert!((1..=5).contains(tries_left));
            }
            StepBody::ChooseMethod { methods } => {
                assert!(!methods.is_empty(), "nothing to choose from");
                assert!(methods.iter().all(|method| !self.proofs.contains(&method.kind)), "a used kind is offered");
            }
            StepBody::ContactAdministrator { reason, .. } if reason == "second_gate" => {
                assert_eq!(self.proofs.len(), 1, "said before a proof");
            }
            StepBody::Ended { reason: EndReason::TooManyAttempts, .. } => assert!(self.wrong >= 5),
            StepBody::Unknown => panic!("a step that nobody knows"),
            _ => {}
        }
        if self.proofs.is_empty() {
            assert!(shown.gate.is_none_or(|gate| gate.index == 1 && gate.of == 1), "a group's gates are told");
        }
        assert_eq!(
            usize::try_from(self.charged).expect("few"),
            self.wrong,
            "every wrong proof costs one try of the day"
        );
        let json = self.state.to_json();
        assert_eq!(State::from_json(&json).expect("reads back"), self.state);
        if self.state.stage.is_over() {
            assert!(!json.contains("example.net") && !json.contains("+1425"), "what is over remembers a destination");
        } else {
            for queued in &self.codes {
                assert!(!json.contains(&format!("\"{}\"", queued.code.expose())), "a code is stored in the clear");
            }
        }
    }
}
