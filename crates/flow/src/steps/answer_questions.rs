//! Answer the registered questions, all at once: begins when the person chooses them; ends when the server takes the answers,
//! or when the person asks for another method. Nobody is told which of the answers was wrong.

use regain_protocol::{Answer, ProblemCode, Question, QuestionAnswer, Secret};

use crate::field::{Field, FieldError, MOST_QUESTIONS};
use crate::step::{Context, Outcome, Refusal, StepState};

/// The questions and what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnswerQuestions {
    /// In the order to ask them.
    questions: Vec<Question>,
    /// As typed; one for each.
    pub(crate) answers: Vec<Secret<String>>,
    /// The number of wrong sets that are still forgiven.
    tries_left: u8,
    error: Option<(Field, FieldError)>,
}

/// Questions to draw.
#[derive(Debug, Clone)]
pub struct QuestionsView {
    /// In the order to ask them.
    pub questions: Vec<Question>,
    /// The field at fault, and its fault.
    pub error: Option<(Field, FieldError)>,
}

impl AnswerQuestions {
    /// `None` where there are none, or more than anybody would ask.
    pub(crate) fn new(questions: Vec<Question>, tries_left: u8) -> Option<Self> {
        let answers = questions.iter().map(|_| Secret::from("")).collect();
        (1..=MOST_QUESTIONS).contains(&questions.len()).then_some(Self { questions, answers, tries_left, error: None })
    }

    fn answer(&mut self) -> Result<Answer, Field> {
        let empty = self.answers.iter().position(|answer| answer.expose().trim().is_empty());
        if let Some(place) = empty.and_then(|place| u8::try_from(place).ok()) {
            self.error = Some((Field::Answer(place), FieldError::Missing));
            return Err(Field::Answer(place));
        }
        self.error = None;
        let answers = self.questions.iter().zip(&self.answers);
        let answers =
            answers.map(|(question, answer)| QuestionAnswer { question: question.id.clone(), answer: answer.clone() });
        Ok(Answer::Answer { answers: answers.collect() })
    }

    pub(crate) fn view(&self) -> QuestionsView {
        QuestionsView { questions: self.questions.clone(), error: self.error }
    }
}

impl StepState for AnswerQuestions {
    const NAME: &'static str = "answer_questions";

    fn input(&mut self, field: Field, text: Secret<String>, _: &mut Context) -> Outcome {
        let Field::Answer(place) = field else { return Outcome::UNCHANGED };
        if let Some(answer) = self.answers.get_mut(usize::from(place)) {
            *answer = text;
            self.error = None;
        }
        Outcome::EDITED
    }

    fn submit(&mut self, context: &mut Context) -> Outcome {
        let answer = self.answer();
        context.submit(answer)
    }

    fn refused(&mut self, refusal: Refusal) -> Option<Field> {
        let error = match refusal.code {
            ProblemCode::WrongAnswers => FieldError::Wrong { tries_left: self.tries_left },
            ProblemCode::Invalid => FieldError::Unusable,
            _ => return None,
        };
        self.error = Some((Field::Answers, error));
        Some(Field::Answer(0))
    }

    /// The answers that were typed stay with their questions.
    fn refresh(&mut self, new: Self, _: &mut Context) {
        let old = std::mem::replace(self, new);
        for (question, answer) in old.questions.iter().zip(old.answers) {
            if let Some(place) = self.questions.iter().position(|it| it.id == question.id) {
                self.answers[place] = answer;
            }
        }
        self.error = old.error;
    }
}
