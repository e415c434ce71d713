//! Step `answer_questions`: answer the questions that were registered.
//!
//! Takes `answer` with one answer for each question, and `choose_another`. All right is a proof;
//! anything else costs one try, without saying which of them was wrong.

use regain_ports::Standing;
use regain_protocol::{Answer, Question, StepBody};
use serde::{Deserialize, Serialize};

use super::{Step, Turn, Whose};
use crate::{
    decision::{Decision, Refusal, Reply},
    lookups::{Findings, Lookup},
    methods::{self, Method},
    proof,
    state::Stage,
    subject::Subject,
};

/// The step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerQuestions {
    /// The subject, without the method.
    pub subject: Subject,
    /// The method.
    pub method: Method,
    /// The questions, in the order in which they are asked.
    pub asked: Vec<Question>,
}

impl Step for AnswerQuestions {
    fn lookup<'a>(&self, turn: Turn<'_>, answer: &'a Answer, findings: &Findings) -> Option<Lookup<'a>> {
        let Answer::Answer { answers } = answer else { return None };
        methods::check_answers(&self.asked, answers).ok()?;
        findings.answers().is_none().then(|| Lookup::Answers {
            account_id: self.subject.account.as_ref().map(|account| account.id.clone()),
            standing: if self.subject.proved.is_empty() { Standing::Stranger } else { Standing::Proved },
            answers,
            costs: methods::comparison_cost(turn.engine, "answers", turn.cx.flow_id, &self.subject.account_key),
        })
    }

    fn answer(&self, turn: Turn<'_>, answer: &Answer, findings: &Findings) -> Result<Decision, Refusal> {
        match answer {
            Answer::Answer { answers } => {
                methods::check_answers(&self.asked, answers)?;
                if self.subject.exists() & (findings.answers() == Some(true)) {
                    return Ok(proof::proved(turn, self.subject.clone(), self.method.clone()));
                }
                let stage = |method| Stage::AnswerQuestions(Self { method, ..self.clone() });
                let (key, method) = (&self.subject.account_key, self.method.clone());
                Ok(proof::wrong(turn, key, method, Reply::WrongAnswers, "wrong_answers", stage))
            }
            Answer::ChooseAnother {} => {
                Ok(Whose::Proving { subject: self.subject.clone() }.back(turn, self.method.clone()))
            }
            _ => Err(Refusal::StepPassed),
        }
    }

    fn view(&self, _: Turn<'_>) -> StepBody {
        StepBody::AnswerQuestions { questions: self.asked.clone(), tries_left: self.method.tries_left }
    }
}
