//! Contact the administrators: begins when the server says so; ends when the request is sent, or with a page of the
//! organisation's own.

use regain_protocol::{Answer, Contact, ProblemCode, Secret};

use crate::address::is_page;
use crate::effect::Announcement;
use crate::field::{Field, FieldError};
use crate::step::{Context, Intent, Outcome, Refusal, StepState};

/// The longest message, in characters.
pub const LONGEST_MESSAGE: u32 = 1000;

/// The message being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContactAdministrator {
    /// The server's reason.
    reason: String,
    contact: Contact,
    /// The message as typed.
    pub(crate) message: Secret<String>,
    error: Option<FieldError>,
    /// The number of characters left that was announced last.
    announced: u32,
}

/// The contact to draw.
#[derive(Debug, Clone)]
pub struct ContactView {
    /// The server's reason.
    pub reason: String,
    /// The form or the address.
    pub contact: Contact,
    /// The number of characters that can still be written; below zero is too many.
    pub characters_left: i32,
    /// The message's fault.
    pub error: Option<FieldError>,
}

impl ContactAdministrator {
    pub(crate) fn new(reason: String, contact: Contact) -> Self {
        let contact = match contact {
            Contact::Url { url } if !is_page(&url) => Contact::Unknown,
            contact => contact,
        };
        Self { reason, contact, message: Secret::from(""), error: None, announced: LONGEST_MESSAGE }
    }

    /// The number of characters that can still be written; below zero is too many.
    fn characters_left(&self) -> i32 {
        let written = self.message.expose().chars().count();
        LONGEST_MESSAGE.cast_signed().saturating_sub(i32::try_from(written).unwrap_or(i32::MAX))
    }

    /// Takes the message. Announces the characters left sparingly: at 100, at 20 and at none.
    fn write(&mut self, message: Secret<String>) -> Option<Announcement> {
        self.message = message;
        self.error = None;
        let left = u32::try_from(self.characters_left()).unwrap_or(0);
        let mark = match left {
            0 => 0,
            1..=20 => 20,
            21..=100 => 100,
            _ => LONGEST_MESSAGE,
        };
        let closer = mark < self.announced;
        self.announced = mark;
        closer.then_some(Announcement::CharactersLeft(left))
    }

    fn answer(&mut self) -> Result<Option<Answer>, Field> {
        if self.contact != (Contact::Form {}) {
            return Ok(None);
        }
        if self.characters_left() < 0 {
            self.error = Some(FieldError::TooLong);
            return Err(Field::Message);
        }
        let message = self.message.expose().trim();
        Ok(Some(Answer::SendRequest { message: (!message.is_empty()).then(|| message.to_owned()), user_id: None }))
    }

    pub(crate) fn view(&self) -> ContactView {
        ContactView {
            reason: self.reason.clone(),
            contact: self.contact.clone(),
            characters_left: self.characters_left(),
            error: self.error,
        }
    }
}

impl StepState for ContactAdministrator {
    const NAME: &'static str = "contact_administrator";

    fn input(&mut self, field: Field, message: Secret<String>, context: &mut Context) -> Outcome {
        if field != Field::Message {
            return Outcome::UNCHANGED;
        }
        let announcement = self.write(message);
        context.announce(announcement);
        Outcome::EDITED
    }

    fn submit(&mut self, context: &mut Context) -> Outcome {
        match self.answer() {
            Ok(None) => Outcome::UNCHANGED,
            Ok(Some(answer)) => Outcome::Complete(Intent::Submit, answer),
            Err(field) => context.focus(field),
        }
    }

    fn refused(&mut self, refusal: Refusal) -> Option<Field> {
        (refusal.code == ProblemCode::Invalid).then(|| {
            self.error = Some(FieldError::Unusable);
            Field::Message
        })
    }

    /// The message stays.
    fn refresh(&mut self, _: Self, _: &mut Context) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_characters_left_are_announced_sparingly() {
        let mut step = ContactAdministrator::new("asked".into(), Contact::Form {});
        let mut said = vec![];
        for length in (0..=1003).chain([1001, 1000, 985, 880, 901]) {
            said.extend(step.write(Secret::new("é".repeat(length))));
        }
        assert_eq!(said, [100, 20, 0, 99].map(Announcement::CharactersLeft));
    }

    #[test]
    fn a_message_is_optional_and_one_that_is_too_long_is_not_sent() {
        let mut step = ContactAdministrator::new("asked".into(), Contact::Form {});
        let sent = |step: &mut ContactAdministrator| match step.answer() {
            Ok(Some(Answer::SendRequest { message, .. })) => message,
            other => panic!("it is the form: {other:?}"),
        };
        assert_eq!(sent(&mut step), None);
        step.write("  Please ".into());
        assert_eq!(sent(&mut step).as_deref(), Some("Please"));
        step.write(Secret::new("x".repeat(1001)));
        assert_eq!(step.answer().err(), Some(Field::Message));
        assert_eq!(step.error, Some(FieldError::TooLong));
    }

    #[test]
    fn an_address_that_is_no_page_is_not_linked() {
        let url = |url: &str| ContactAdministrator::new("asked".into(), Contact::Url { url: url.into() }).contact;
        assert_eq!(url("javascript:alert(1)"), Contact::Unknown);
        assert!(matches!(url("https://example.com/help"), Contact::Url { .. }));
    }
}
