//! Only an administrator can help. Begins when the server says so; ends when the request is sent,
//! or with a page of the organisation's own.

use regain_protocol::{Answer, Contact, ProblemCode, Secret};

use super::{Announcement, Field, FieldError, is_page};
use crate::full::InFull;

/// The longest message, in characters.
pub const LONGEST: u32 = 1000;

/// The message being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactAdministrator {
    /// Why, as the server's word.
    pub reason: String,
    /// How they are reached.
    pub contact: Contact,
    /// The message as typed.
    pub message: Secret<String>,
    /// What is wrong with it.
    pub error: Option<FieldError>,
    /// How many characters were left when it was last said.
    said: u32,
    /// It is in the full build only.
    pub(super) in_full: InFull,
}

impl ContactAdministrator {
    pub(super) fn new(reason: String, contact: Contact) -> Option<Self> {
        let contact = match contact {
            Contact::Url { url } if !is_page(&url) => Contact::Unknown,
            contact => contact,
        };
        let in_full = InFull::get()?;
        Some(Self { reason, contact, message: Secret::from(""), error: None, said: LONGEST, in_full })
    }

    /// How many characters there are; negative below zero is too many.
    pub fn left(&self) -> i32 {
        let written = self.message.expose().chars().count();
        LONGEST.cast_signed().saturating_sub(i32::try_from(written).unwrap_or(i32::MAX))
    }

    /// What is to be said: sparingly, when there is room for 100 and for 20 more, and for none.
    pub(super) fn typed(&mut self, message: Secret<String>) -> Option<Announcement> {
        self.message = message;
        self.error = None;
        let left = u32::try_from(self.left()).unwrap_or(0);
        let mark = match left {
            0 => 0,
            1..=20 => 20,
            21..=100 => 100,
            _ => LONGEST,
        };
        let closer = mark < self.said;
        self.said = mark;
        closer.then_some(Announcement::RoomLeft(left))
    }

    pub(super) fn submit(&mut self) -> Result<Option<Answer>, Field> {
        if self.contact != (Contact::Form {}) {
            return Ok(None);
        }
        if self.left() < 0 {
            self.error = Some(FieldError::TooLong);
            return Err(Field::Message);
        }
        let message = self.message.expose().trim();
        Ok(Some(Answer::SendRequest { message: (!message.is_empty()).then(|| message.to_owned()), user_id: None }))
    }

    pub(super) fn refused(&mut self, code: ProblemCode) -> Option<Field> {
        (code == ProblemCode::Invalid).then(|| {
            self.error = Some(FieldError::Unusable);
            Field::Message
        })
    }
}

#[cfg(all(test, feature = "full"))]
mod tests {
    use super::*;

    #[test]
    fn the_room_left_is_said_sparingly() {
        let mut step = ContactAdministrator::new("asked".into(), Contact::Form {}).expect("in the full build");
        let mut said = vec![];
        for length in (0..=1003).chain([1001, 1000, 985, 880, 901]) {
            said.extend(step.typed(Secret::new("é".repeat(length))));
        }
        assert_eq!(said, [100, 20, 0, 99].map(Announcement::RoomLeft));
    }

    #[test]
    fn a_message_is_optional_and_one_that_is_too_long_is_not_sent() {
        let mut step = ContactAdministrator::new("asked".into(), Contact::Form {}).expect("in the full build");
        let sent = |step: &mut ContactAdministrator| match step.submit() {
            Ok(Some(Answer::SendRequest { message, .. })) => message,
            other => panic!("it is the form: {other:?}"),
        };
        assert_eq!(sent(&mut step), None);
        step.typed("  Please ".into());
        assert_eq!(sent(&mut step).as_deref(), Some("Please"));
        step.typed(Secret::new("x".repeat(1001)));
        assert_eq!(step.submit().err(), Some(Field::Message));
        assert_eq!(step.error, Some(FieldError::TooLong));
    }

    #[test]
    fn an_address_that_is_no_page_is_not_linked() {
        let url = |url: &str| {
            let step = ContactAdministrator::new("asked".into(), Contact::Url { url: url.into() });
            step.expect("in the full build").contact
        };
        assert_eq!(url("javascript:alert(1)"), Contact::Unknown);
        assert!(matches!(url("https://example.com/help"), Contact::Url { .. }));
    }
}
