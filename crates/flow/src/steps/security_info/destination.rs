//! The form for a mail address or a phone number.

use regain_folding::{ascii_digit, is_invisible};
use regain_protocol::{Answer, MethodKind, Secret};

use super::enrolment::Enrolment;
use crate::field::{Field, FieldError};

/// The fewest and the most digits of a number with its country code (ITU-T E.164, 6.2.1, for the most).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// The address or number being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination {
    /// The enrolment.
    pub(super) way: Enrolment,
    /// The kinds of method by which it can be confirmed.
    pub(super) kinds: Vec<MethodKind>,
    /// The place of the kind that was chosen.
    pub(super) chosen: usize,
    /// As typed.
    pub(super) value: Secret<String>,
    pub(super) error: Option<FieldError>,
}

impl Destination {
    pub(super) fn new(way: Enrolment, kinds: Vec<MethodKind>) -> Self {
        Self { way, kinds, chosen: 0, value: Secret::from(""), error: None }
    }

    pub(super) fn typed(&mut self, value: Secret<String>) {
        self.value = value;
        self.error = None;
    }

    pub(super) fn chose(&mut self, place: usize) {
        if place < self.kinds.len() {
            self.chosen = place;
        }
    }

    /// The kind that was chosen.
    fn kind(&self) -> MethodKind {
        self.kinds.get(self.chosen).copied().unwrap_or(MethodKind::Unknown)
    }

    pub(super) fn submit(&mut self) -> Result<Answer, Field> {
        let checked = match self.way {
            Enrolment::Phone(_) => phone(self.value.expose()),
            _ => address(self.value.expose()),
        };
        match checked {
            Ok(value) => {
                self.error = None;
                Ok(Answer::Add { kind: self.kind(), role: self.way.role(), value: Some(Secret::new(value)) })
            }
            Err(error) => {
                self.error = Some(error);
                Err(Field::Destination)
            }
        }
    }

    pub(super) fn refused(&mut self) -> Field {
        self.error = Some(FieldError::Unusable);
        Field::Destination
    }
}

/// A mail address, as far as that can be told here: whether it is one shows when the code arrives.
fn address(typed: &str) -> Result<String, FieldError> {
    let typed = typed.trim();
    match typed.rsplit_once('@') {
        _ if typed.is_empty() => Err(FieldError::Missing),
        Some((name, domain)) if !name.is_empty() && !domain.is_empty() && !typed.contains(char::is_whitespace) => {
            Ok(typed.to_owned())
        }
        _ => Err(FieldError::Unusable),
    }
}

/// A phone number with its country code; the `00` that many dial before it is its plus sign. Nobody can tell
/// which country a number without one is of.
fn phone(typed: &str) -> Result<String, FieldError> {
    let typed: String = typed.chars().filter(|c| !is_invisible(*c)).map(|c| ascii_digit(c).unwrap_or(c)).collect();
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(FieldError::Missing);
    }
    let number = match typed.strip_prefix("00") {
        Some(rest) => ["+", rest].concat(),
        None => typed.to_owned(),
    };
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    match number.starts_with('+') {
        true if DIGITS.contains(&digits) => Ok(number),
        true => Err(FieldError::Unusable),
        false => Err(FieldError::CountryCode),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (typed, checked) in [
            ("  ", Err(FieldError::Missing)),
            ("ada", Err(FieldError::Unusable)),
            ("@example.com", Err(FieldError::Unusable)),
            ("ada@", Err(FieldError::Unusable)),
            ("ada lovelace@example.com", Err(FieldError::Unusable)),
            (" ada@example.com ", Ok("ada@example.com".to_owned())),
        ] {
            assert_eq!(address(typed), checked, "{typed}");
        }
    }

    #[test]
    fn numbers_need_their_country() {
        for (typed, checked) in [
            ("", Err(FieldError::Missing)),
            ("0171 1234567", Err(FieldError::CountryCode)),
            ("+49 171", Err(FieldError::Unusable)),
            ("+1234567890123456", Err(FieldError::Unusable)),
            (" +49 171 1234567 ", Ok("+49 171 1234567".to_owned())),
            ("0049 171 1234567", Ok("+49 171 1234567".to_owned())),
        ] {
            assert_eq!(phone(typed), checked, "{typed}");
        }
    }

    #[test]
    fn a_phone_is_confirmed_by_text_or_by_call_as_chosen() {
        let mut form = Destination::new(Enrolment::Phone(None), vec![MethodKind::Sms, MethodKind::Call]);
        form.typed("+49 171 1234567".into());
        for (place, kind) in [(0, MethodKind::Sms), (1, MethodKind::Call), (7, MethodKind::Call)] {
            form.chose(place);
            assert!(matches!(form.submit(), Ok(Answer::Add { kind: sent, .. }) if sent == kind));
        }
    }
}
