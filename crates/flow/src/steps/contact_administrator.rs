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
    /// True where the request needs the user ID, because none was typed before.
    needs_user_id: bool,
    /// True where the step before can be gone back to.
    can_go_back: bool,
    /// The user ID as typed here.
    pub(crate) user_id: String,
    /// The message as typed.
    pub(crate) message: Secret<String>,
    error: Option<(Field, FieldError)>,
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
    /// True where the user ID is to be typed.
    pub needs_user_id: bool,
    /// True where the step before can be gone back to.
    pub can_go_back: bool,
    /// The field at fault, and its fault.
    pub error: Option<(Field, FieldError)>,
}

impl ContactAdministrator {
    pub(crate) fn new(reason: String, contact: Contact, needs_user_id: bool, can_go_back: bool) -> Self {
        let contact = match contact {
            Contact::Url { url } if !is_page(&url) => Contact::Unknown,
            contact => contact,
        };
        Self {
            reason,
            contact,
            needs_user_id,
            can_go_back,
            user_id: String::new(),
            message: Secret::from(""),
            error: None,
            announced: LONGEST_MESSAGE,
        }
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
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let user_id = some(self.user_id.trim()).filter(|_| self.needs_user_id);
        // Nobody can be helped who is not named.
        let (field, error) = if self.needs_user_id && user_id.is_none() {
            (Field::UserId, FieldError::Missing)
        } else if self.characters_left() < 0 {
            (Field::Message, FieldError::TooLong)
        } else {
            self.error = None;
            return Ok(Some(Answer::SendRequest { message: some(self.message.expose().trim()), user_id }));
        };
        self.error = Some((field, error));
        Err(field)
    }

    /// Goes back to the step before, where the server has it.
    pub(crate) fn go_back(&self) -> Outcome {
        if self.can_go_back { Outcome::Complete(Intent::Other, Answer::GoBack {}) } else { Outcome::UNCHANGED }
    }

    pub(crate) fn view(&self) -> ContactView {
        ContactView {
            reason: self.reason.clone(),
            contact: self.contact.clone(),
            characters_left: self.characters_left(),
            needs_user_id: self.needs_user_id,
            can_go_back: self.can_go_back,
            error: self.error,
        }
    }
}

impl StepState for ContactAdministrator {
    const NAME: &'static str = "contact_administrator";

    fn input(&mut self, field: Field, message: Secret<String>, context: &mut Context) -> Outcome {
        match field {
            Field::UserId => {
                message.expose().clone_into(&mut self.user_id);
                self.error = None;
            }
            Field::Message => {
                let announcement = self.write(message);
                context.announce(announcement);
            }
            _ => return Outcome::UNCHANGED,
        }
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
        let at_user_id = self.needs_user_id && refusal.pointer == "/user_id";
        let field = if at_user_id { Field::UserId } else { Field::Message };
        (refusal.code == ProblemCode::Invalid).then(|| {
            self.error = Some((field, FieldError::Unusable));
            field
        })
    }

    /// The content of the fields stays.
    fn refresh(&mut self, _: Self, _: &mut Context) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_characters_left_are_announced_sparingly() {
        let mut step = ContactAdministrator::new("asked".into(), Contact::Form {}, false, true);
        let mut said = vec![];
        for length in (0..=1003).chain([1001, 1000, 985, 880, 901]) {
            said.extend(step.write(Secret::new("é".repeat(length))));
        }
        assert_eq!(said, [100, 20, 0, 99].map(Announcement::CharactersLeft));
    }

    #[test]
    fn a_message_is_optional_and_one_that_is_too_long_is_not_sent() {
        let mut step = ContactAdministrator::new("asked".into(), Contact::Form {}, false, true);
        let sent = |step: &mut ContactAdministrator| match step.answer() {
            Ok(Some(Answer::SendRequest { message, .. })) => message,
            other => panic!("it is the form: {other:?}"),
        };
        assert_eq!(sent(&mut step), None);
        step.write("  Please ".into());
        assert_eq!(sent(&mut step).as_deref(), Some("Please"));
        step.write(Secret::new("x".repeat(1001)));
        assert_eq!(step.answer().err(), Some(Field::Message));
        assert_eq!(step.error, Some((Field::Message, FieldError::TooLong)));
    }

    #[test]
    fn an_address_that_is_no_page_is_not_linked() {
        let url = |url: &str| {
            ContactAdministrator::new("asked".into(), Contact::Url { url: url.into() }, false, true).contact
        };
        assert_eq!(url("javascript:alert(1)"), Contact::Unknown);
        assert!(matches!(url("https://example.com/help"), Contact::Url { .. }));
    }

    #[test]
    fn a_request_that_names_nobody_asks_for_the_user_id() {
        let mut step = ContactAdministrator::new("asked".into(), Contact::Form {}, true, true);
        assert_eq!(step.answer().err(), Some(Field::UserId));
        assert_eq!(step.error, Some((Field::UserId, FieldError::Missing)));
        step.user_id = " ada@example.com ".into();
        let Ok(Some(Answer::SendRequest { user_id, message: None })) = step.answer() else { panic!("it is complete") };
        assert_eq!(user_id.as_deref(), Some("ada@example.com"));
        let refusal = Refusal { code: ProblemCode::Invalid, pointer: "/user_id".into(), violations: vec![] };
        assert_eq!(step.refused(refusal), Some(Field::UserId));
    }
}
