//! Step `answer_questions`: answer the questions that were registered.
//!
//! Takes `answer` with one answer for each question, and `choose_another`. All right is a proof;
//! anything else costs one try, without saying which of them was wrong.

use regain_ports::Standing;
use regain_protocol::{Answer, StepBody};

use crate::{
    decision::{Decision, Refusal, Reply},
    lookups::{Findings, Lookup},
    methods, proof,
    state::{AnswerQuestions, Stage, Whose},
    turn::{Step, Turn},
};

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
                Ok(turn.back(Whose::Proving { subject: self.subject.clone() }, self.method.clone()))
            }
            _ => Err(Refusal::StepPassed),
        }
    }

    fn view(&self, _: Turn<'_>) -> StepBody {
        StepBody::AnswerQuestions { questions: self.asked.clone(), tries_left: self.method.tries_left }
    }
}
