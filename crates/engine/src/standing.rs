//! The account of a flow, looked up again wherever a proof is asked for or taken and before anything is changed.
//!
//! A flow keeps what was true when the person was named. Whoever is disabled, recreated, asked for more proofs or has lost
//! a method since then does not finish. Before every proof is given nobody is told: the account becomes one that does not
//! exist, and the same step goes on to nowhere. The proved person is told that the flow is over.

use regain_ports::Account;
use regain_protocol::Answer;
use regain_values::UserId;

use crate::{
    Engine,
    lookups::{Findings, Lookup},
    state::{KnownAccount, Stage, State, Subject},
    turn::Turn,
};

/// The result of looking a flow's account up again.
pub(crate) enum Recheck {
    /// As it was, as far as it was looked up, or made up.
    Same,
    /// There is none any more that could be proved; this is the flow of nobody.
    Nobody(Box<State>),
    /// The proved person's is none that may be changed.
    Lost,
}

impl Engine {
    /// The lookup of the account before an answer is taken that asks for a proof, gives one or changes something; for a
    /// made-up account too.
    pub(crate) fn standing_lookup<'a>(
        &self,
        turn: Turn<'_>,
        answer: &Answer,
        findings: &Findings,
    ) -> Option<Lookup<'a>> {
        if only_looks_around(answer) || findings.current().is_some() {
            return None;
        }
        // A wrong code proves nothing to anybody.
        if let (Stage::EnterCode(step), Answer::Verify { code }) = (&turn.state.stage, answer)
            && !step.may_be_right(turn, code)
        {
            return None;
        }
        self.named(turn.state).map(Lookup::Current)
    }

    /// The user ID whose account a flow is about, once somebody is named who can still prove or change something.
    pub fn named(&self, state: &State) -> Option<UserId> {
        let subject = state.stage.subject().map(|subject| &subject.user_id);
        subject.or_else(|| state.stage.person().map(|person| &person.user_id)).cloned()
    }

    /// The standing of a flow's account by the findings.
    pub(crate) fn recheck(&self, state: &State, findings: &Findings) -> Recheck {
        let Some(found) = findings.current() else { return Recheck::Same };
        let stands = |known: &KnownAccount| found.is_some_and(|found| self.still_stands(known, found));
        if let Some(person) = state.stage.person() {
            return if stands(&person.account) { Recheck::Same } else { Recheck::Lost };
        }
        let known = state.stage.subject().and_then(|subject| subject.account.as_ref());
        if known.is_none_or(stands) {
            return Recheck::Same;
        }
        let mut nobody = state.clone();
        if let Some(subject) = subject_mut(&mut nobody.stage) {
            subject.account = None;
        }
        Recheck::Nobody(Box::new(nobody))
    }

    /// The state of a flow by the findings, for an event that is nobody's answer.
    pub fn by_standing(&self, state: State, findings: &Findings) -> Option<State> {
        match self.recheck(&state, findings) {
            Recheck::Same => Some(state),
            Recheck::Nobody(nobody) => Some(*nobody),
            Recheck::Lost => None,
        }
    }

    fn still_stands(&self, known: &KnownAccount, found: &Account) -> bool {
        let gates = self.rules().gates.for_groups(&found.groups);
        found.enabled && found.id == known.id && gates <= known.gates && known.info.is_within(found)
    }
}

/// Tells if an answer neither asks for a proof, nor gives one, nor changes anything.
const fn only_looks_around(answer: &Answer) -> bool {
    matches!(
        answer,
        Answer::AskAdministrator { .. }
            | Answer::ChooseAnother {}
            | Answer::GoBack {}
            | Answer::MoreTime {}
            | Answer::Reset {}
    )
}

const fn subject_mut(stage: &mut Stage) -> Option<&mut Subject> {
    match stage {
        Stage::ChooseMethod(step) => Some(&mut step.subject),
        Stage::EnterCode(step) => step.whose.subject_mut(),
        Stage::AnswerCall(step) => step.whose.subject_mut(),
        Stage::AnswerQuestions(step) => Some(&mut step.subject),
        _ => None,
    }
}
