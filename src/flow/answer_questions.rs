//! Answer the registered questions, all at once. Begins when the person chooses them; ends when the
//! server takes the answers, or when the person asks for another way. Which of the answers was wrong
//! nobody is told.

use regain_protocol::{Answer, ProblemCode, Question, QuestionAnswer, Secret};

use super::{Field, FieldError};
use crate::full::InFull;

/// The most that this widget asks at once: more than the five that a server may ask for.
pub(super) const MOST: usize = 9;

/// The questions and what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerQuestions {
    /// In the order to ask them.
    pub questions: Vec<Question>,
    /// As typed; one for each.
    pub answers: Vec<Secret<String>>,
    /// How many wrong sets are still forgiven.
    pub tries_left: u8,
    /// What is wrong, and where.
    pub error: Option<(Field, FieldError)>,
    /// It is in the full build only.
    pub(super) in_full: InFull,
}

impl AnswerQuestions {
    /// `None` where there are none, or more than anybody would ask.
    pub(super) fn new(questions: Vec<Question>, tries_left: u8) -> Option<Self> {
        let answers = questions.iter().map(|_| Secret::from("")).collect();
        let in_full = InFull::get()?;
        (1..=MOST).contains(&questions.len()).then_some(Self { questions, answers, tries_left, error: None, in_full })
    }

    /// The same step as the server has it now: what was typed stays with its question.
    pub(super) fn refresh(&mut self, new: Self) {
        let old = std::mem::replace(self, new);
        for (question, answer) in old.questions.iter().zip(old.answers) {
            if let Some(place) = self.questions.iter().position(|it| it.id == question.id) {
                self.answers[place] = answer;
            }
        }
        self.error = old.error;
    }

    pub(super) fn typed(&mut self, place: u8, text: Secret<String>) {
        if let Some(answer) = self.answers.get_mut(usize::from(place)) {
            *answer = text;
            self.error = None;
        }
    }

    pub(super) fn submit(&mut self) -> Result<Answer, Field> {
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

    pub(super) fn refused(&mut self, code: ProblemCode) -> Option<Field> {
        let error = match code {
            ProblemCode::WrongAnswers => FieldError::Wrong { tries_left: self.tries_left },
            ProblemCode::Invalid => FieldError::Unusable,
            _ => return None,
        };
        self.error = Some((Field::Answers, error));
        Some(Field::Answer(0))
    }
}
