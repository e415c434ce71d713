//! The form for the security questions: all of them at once, out of those on offer or in the person's own
//! words. What the server would refuse is said before it is sent.

use std::sync::Arc;

use regain_policy::characters::lower;
use regain_protocol::{Answer, QuestionAnswer, QuestionsOffer, Secret};

use crate::field::{Field, FieldError, MOST_QUESTIONS};

/// The lengths of an answer and of a question in the person's own words, in characters (REQUIREMENTS 7).
const ANSWER: std::ops::RangeInclusive<usize> = 3..=40;
const QUESTION: std::ops::RangeInclusive<usize> = 3..=200;

/// The question of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionChoice {
    /// The one on offer at that place.
    Offered(usize),
    /// The person's own.
    Own,
}

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) chosen: Option<QuestionChoice>,
    /// The words of the person's own.
    pub(super) own: String,
    pub(super) answer: Secret<String>,
}

/// The questions being chosen and answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QuestionsForm {
    pub(super) offer: Arc<QuestionsOffer>,
    pub(super) rows: Vec<Row>,
    pub(super) error: Option<(Field, FieldError)>,
}

impl QuestionsForm {
    /// Tells if this widget can ask for as many as the organisation wants.
    pub(super) fn can_ask(offer: &QuestionsOffer) -> bool {
        let wanted = usize::from(offer.to_register);
        (1..=MOST_QUESTIONS).contains(&wanted) && (offer.own_allowed || offer.predefined.len() >= wanted)
    }

    pub(super) fn new(offer: Arc<QuestionsOffer>) -> Self {
        let row = Row { chosen: None, own: String::new(), answer: Secret::from("") };
        Self { rows: vec![row; offer.to_register.into()], offer, error: None }
    }

    /// A question comes as its place on offer, or as any word for the person's own.
    pub(super) fn typed(&mut self, field: Field, text: Secret<String>) {
        let (Field::Question(place) | Field::Own(place) | Field::Answer(place)) = field else { return };
        let Some(row) = self.rows.get_mut(usize::from(place)) else { return };
        match field {
            Field::Answer(_) => row.answer = text,
            Field::Own(_) => text.expose().clone_into(&mut row.own),
            _ => {
                row.chosen = match text.expose().parse() {
                    Ok(at) => (at < self.offer.predefined.len()).then_some(QuestionChoice::Offered(at)),
                    Err(_) if text.expose().is_empty() => None,
                    Err(_) => self.offer.own_allowed.then_some(QuestionChoice::Own),
                };
            }
        }
        // Two that are the same may be made different at either place.
        self.error = None;
    }

    pub(super) fn submit(&mut self) -> Result<Answer, Field> {
        self.error = self.fault();
        if let Some((field, _)) = self.error {
            return Err(field);
        }
        let answers = self.rows.iter().map(|row| {
            let question = match row.chosen {
                Some(QuestionChoice::Offered(at)) => self.offer.predefined.get(at).map(|question| question.id.clone()),
                _ => None,
            };
            QuestionAnswer {
                question: question.unwrap_or_else(|| row.own.trim().to_owned()),
                answer: row.answer.clone(),
            }
        });
        Ok(Answer::SetQuestions { answers: answers.collect() })
    }

    /// The first thing that is wrong, from the top.
    fn fault(&self) -> Option<(Field, FieldError)> {
        let (mut questions, mut answers) = (Vec::new(), Vec::new());
        for (row, place) in self.rows.iter().zip(0..) {
            let (asked, words) = match row.chosen {
                None => return Some((Field::Question(place), FieldError::Missing)),
                Some(QuestionChoice::Own) => (Field::Own(place), row.own.as_str()),
                Some(QuestionChoice::Offered(at)) => {
                    (Field::Question(place), self.offer.predefined.get(at).map_or("", |question| &question.text))
                }
            };
            let question = plain(words);
            if let (Field::Own(_), Some(error)) = (asked, length(&question, &QUESTION)) {
                return Some((asked, error));
            }
            if questions.contains(&question) {
                return Some((asked, FieldError::Repeated));
            }
            let answer = plain(row.answer.expose());
            let error = match length(&answer, &ANSWER) {
                None if answers.contains(&answer) => Some(FieldError::Repeated),
                None if row.chosen == Some(QuestionChoice::Own) && question.contains(&answer) => {
                    Some(FieldError::GivenAway)
                }
                error => error,
            };
            if let Some(error) = error {
                return Some((Field::Answer(place), error));
            }
            questions.push(question);
            answers.push(answer);
        }
        None
    }

    /// The pointer may say which one.
    pub(super) fn refused(&mut self, pointer: &str) -> Field {
        let place = pointer.strip_prefix("/answers/").and_then(|rest| rest.split('/').next()?.parse().ok());
        let place = place.filter(|place| usize::from(*place) < self.rows.len());
        let field = place.map_or(Field::Answers, Field::Answer);
        self.error = Some((field, FieldError::Unusable));
        if place.is_some() { field } else { Field::Question(0) }
    }

    #[cfg(test)]
    pub(super) fn contents(&self) -> Vec<String> {
        let row = |row: &Row| format!("{:?} {} {}", row.chosen, row.own, row.answer.expose());
        self.rows.iter().map(row).collect()
    }
}

/// The form in which two are compared: near enough to the server's, which has the last word.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().flat_map(lower).collect()
}

fn length(text: &str, of: &std::ops::RangeInclusive<usize>) -> Option<FieldError> {
    match text.chars().count() {
        0 => Some(FieldError::Missing),
        count if count < *of.start() => Some(FieldError::TooShort),
        count if count > *of.end() => Some(FieldError::TooLong),
        _ => None,
    }
}
