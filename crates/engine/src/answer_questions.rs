//! Step `answer_questions`: answer the questions that were registered.
//!
//! Takes `answer` with one answer for each question, and `choose_another`. All right is a proof;
//! anything else costs one try, without saying which of them was wrong.

use regain_protocol::{Answer, Question, QuestionAnswer};

use super::{
    Context, Engine, Found,
    effects::{Cost, Decision, OnOverLimit, Refusal, Reply},
    state::{Stage, State, SubjectMethod},
};
use regain_ports::{Charge, Rng, random_id};

/// The longest answer that is looked at, in characters. Registered ones have at most 40.
const MAX_ANSWER: usize = 200;

impl Engine {
    pub(super) fn at_answer_questions(
        &self,
        cx: Context<'_>,
        state: &State,
        method_id: &str,
        asked: &[Question],
        answer: &Answer,
        found: &Found,
    ) -> Result<Decision, Refusal> {
        match answer {
            Answer::Answer { answers } => {
                check(asked, answers)?;
                let exists = state.subject.as_ref().is_some_and(|subject| subject.account.is_some());
                Ok(if exists & found.answers_right {
                    self.proved(cx, state, method_id)
                } else {
                    self.not_proved(cx, state, method_id, Reply::WrongAnswers, "wrong_answers")
                })
            }
            Answer::ChooseAnother {} => Ok(Decision::new(state.moved(random_id(cx.rng), Stage::ChooseMethod {}))),
            _ => Err(Refusal::StepPassed),
        }
    }
}

impl Engine {
    /// What it costs to compare answers: a look at what the account has left today, and one of as many
    /// comparisons as the flow has tries. The tries themselves count when the flow changes, which is too
    /// late for requests that come at once.
    pub(super) fn cost_of_answers(&self, cx: Context<'_>, state: &State) -> Vec<Cost> {
        let rules = self.rules();
        let left = state.subject.as_ref().map(|subject| Cost {
            charge: self.tries_of_the_day(&subject.account_key, 0),
            over_limit: OnOverLimit::EndFlow,
            only_wrong: false,
        });
        let compared = Charge {
            bucket: format!("answers:{}", cx.flow_id),
            window: rules.lifetime,
            limit: rules.codes.tries.into(),
            cost: 1,
        };
        let compared = Cost { charge: compared, over_limit: OnOverLimit::RateLimited, only_wrong: true };
        left.into_iter().chain([compared]).collect()
    }
}

/// Whether there is one answer, and no more, for each question.
pub(super) fn check(asked: &[Question], answers: &[QuestionAnswer]) -> Result<(), Refusal> {
    let answered = |question: &Question| answers.iter().filter(|answer| answer.question == question.id).count() == 1;
    if answers.len() != asked.len() || !asked.iter().all(answered) {
        return Err(Refusal::invalid("/answers", "one answer for each question that was asked"));
    }
    let fine = |text: &str| !text.trim().is_empty() && text.chars().count() <= MAX_ANSWER;
    if !answers.iter().all(|answer| fine(answer.answer.expose())) {
        return Err(Refusal::invalid("/answers", "an answer has 1 to 200 characters"));
    }
    Ok(())
}

/// Asks the questions, in an order of chance.
pub(super) fn ask(cx: Context<'_>, state: &State, method: &SubjectMethod) -> Decision {
    let mut asked = method.questions.clone();
    for last in (1..asked.len()).rev() {
        asked.swap(last, below(cx.rng, last + 1));
    }
    let stage = Stage::AnswerQuestions { method: method.shown.id.clone(), asked };
    Decision::new(state.moved(random_id(cx.rng), stage))
}

/// A number from 0 to below a small limit. Only an order hangs on it, so a bias of 2⁻⁵⁶ is none.
fn below(rng: &dyn Rng, limit: usize) -> usize {
    let mut bytes = [0; 8];
    rng.fill(&mut bytes);
    usize::try_from(u64::from_le_bytes(bytes) % u64::try_from(limit.max(1)).unwrap_or(1)).unwrap_or(0)
}
