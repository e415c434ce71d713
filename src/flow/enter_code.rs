//! Type the code. Begins when a code is on its way; ends when the server takes the code, or when
//! the person asks for another way. Through wrong codes and resends it is the same step.

use regain_folding::ascii_digit;
use regain_protocol::{Answer, Method, MethodKind, ProblemCode, Secret, StepBody};

use super::{Announcement, Field, FieldError};
use crate::clock::{Millis, parse_utc};
use crate::full::{IS_FULL, is_saved};

/// The most digits that a code has. A longer one has letters too.
pub(crate) const DIGITS: u8 = 8;

/// A code on its way and what was typed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnterCode {
    /// Where it went.
    pub method: Method,
    /// The number of its digits, or of letters and digits where they are more than [`DIGITS`].
    pub length: u8,
    /// When it stops being good, at the server.
    pub expires_at: Millis,
    /// From when another may be asked for, at the server.
    pub resend_at: Millis,
    /// How many more may be asked for.
    pub resends_left: u8,
    /// How many wrong codes are still forgiven.
    pub tries_left: u8,
    /// The code as typed.
    pub code: Secret<String>,
    /// What to set up an authenticator app with.
    #[cfg(feature = "full")]
    pub setup: Option<std::sync::Arc<regain_protocol::AuthenticatorSetup>>,
    /// What is wrong with it.
    pub error: Option<FieldError>,
    /// How many seconds were left when it was last said.
    said: Option<u32>,
}

impl EnterCode {
    /// `None` when the step is another one, or says a time that is none.
    pub(super) fn new(body: StepBody) -> Option<Self> {
        let StepBody::EnterCode { method, length, expires_at, resend_at, resends_left, tries_left, setup } = body
        else {
            return None;
        };
        #[cfg(not(feature = "full"))]
        drop(setup);
        let (expires_at, resend_at) = (parse_utc(&expires_at)?, parse_utc(&resend_at)?);
        let code = Secret::from("");
        Some(Self {
            method,
            length,
            expires_at,
            resend_at,
            resends_left,
            tries_left,
            code,
            #[cfg(feature = "full")]
            setup: setup.map(std::sync::Arc::new),
            error: None,
            said: None,
        })
    }

    /// The same step as the server has it now: what was typed stays, unless it was for a former code.
    pub(super) fn refresh(&mut self, new: Self) {
        let same_code = self.expires_at == new.expires_at;
        let old = std::mem::replace(self, new);
        if same_code {
            self.said = old.said;
        }
        self.error = old.error;
        self.code = old.code;
    }

    pub(super) fn typed(&mut self, code: Secret<String>) {
        self.code = code;
        self.error = None;
    }

    pub(super) fn submit(&mut self) -> Result<Answer, Field> {
        let has_letters = IS_FULL && self.length > DIGITS;
        let code: String = self.code.expose().chars().filter_map(|c| symbol(c, has_letters)).collect();
        let code = Secret::new(code);
        if code.expose().len() == usize::from(self.length) {
            return Ok(Answer::Verify { code });
        }
        self.error = Some(if code.expose().is_empty() {
            FieldError::Missing
        } else {
            FieldError::CodeLength { length: self.length }
        });
        Err(Field::Code)
    }

    pub(super) fn refused(&mut self, code: ProblemCode) -> Option<Field> {
        self.error = Some(match code {
            ProblemCode::WrongCode => FieldError::Wrong { tries_left: self.tries_left },
            ProblemCode::CodeExpired => FieldError::CodeExpired,
            ProblemCode::Invalid => FieldError::Unusable,
            _ => return None,
        });
        Some(Field::Code)
    }

    /// What is to be said now about the code's time: sparingly, at 60 s, at 10 s and at its end. An
    /// app always has a new one, and a saved one stays good.
    pub(super) fn announcement(&mut self, server_now: Millis) -> Option<Announcement> {
        if self.method.kind == MethodKind::Authenticator || is_saved(self.method.kind) {
            return None;
        }
        let left = super::seconds_until(self.expires_at, server_now);
        let mark = super::time::mark_passed(self.said, left)?;
        self.said = Some(mark);
        Some(if mark == 0 { Announcement::CodeEnded } else { Announcement::CodeEnds(mark) })
    }
}

/// A digit of a code, or a letter where it has letters. The server takes small letters for capitals, and look-alikes for
/// what they stand for.
fn symbol(c: char, has_letters: bool) -> Option<char> {
    // Some keyboards of East Asia write letters in their full width.
    let letter = char::from_u32((c as u32).wrapping_sub(0xfee0)).unwrap_or(c);
    let letter = [c, letter].into_iter().find(char::is_ascii_alphabetic).filter(|_| has_letters);
    ascii_digit(c).or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step() -> EnterCode {
        EnterCode::new(StepBody::EnterCode {
            method: Method { id: "m".into(), kind: MethodKind::Email, role: None, masked: None, confirm: false },
            length: 6,
            expires_at: "2026-11-23T14:10:00Z".into(),
            resend_at: "2026-11-23T14:00:30Z".into(),
            resends_left: 3,
            tries_left: 5,
            setup: None,
        })
        .expect("both times are times")
    }

    #[test]
    fn pasted_spaces_and_dashes_do_not_matter() {
        for typed in ["123456", " 123 456 ", "123-456", "Your code: 123456", "١٢٣٤٥٦", "１２３４５６"] {
            let mut step = step();
            step.typed(Secret::from(typed));
            let Ok(Answer::Verify { code }) = step.submit() else { panic!("{typed} is a code") };
            assert_eq!(code.expose(), "123456");
        }
    }

    /// In the lean build the full one goes on here.
    #[cfg(feature = "full")]
    #[test]
    fn d3_a_long_code_is_read_as_it_is_pasted() {
        let mut step = step();
        step.length = 10;
        for typed in ["7k3qx9mbwd", " 7K3QX 9MBWD\n", "７Ｋ３ｑＸ-9MBWD"] {
            step.typed(Secret::from(typed));
            let Ok(Answer::Verify { code }) = step.submit() else { panic!("{typed} is a code") };
            assert_eq!(code.expose().to_uppercase(), "7K3QX9MBWD");
        }
        step.typed(Secret::from("123456"));
        assert_eq!((step.submit().err(), step.error), (Some(Field::Code), Some(FieldError::CodeLength { length: 10 })));
        assert!(step.announcement(step.expires_at - 5_000).is_some(), "it has its time");
    }

    /// In the lean build the full one goes on here.
    #[cfg(feature = "full")]
    #[test]
    fn a_recovery_code_is_read_as_it_is_typed() {
        let mut step = step();
        step.method.kind = MethodKind::RecoveryCodes;
        step.length = 15;
        for typed in ["7k3qx-9mbwd-2hz4t", " 7K3QX 9MBWD\t2HZ4T\n", "７Ｋ３ｑＸ9MBWD2HZ4T", "– 7K3QX – 9MBWD – 2HZ4T"]
        {
            step.typed(Secret::from(typed));
            let Ok(Answer::Verify { code }) = step.submit() else { panic!("{typed} is a code") };
            assert_eq!(code.expose().to_uppercase(), "7K3QX9MBWD2HZ4T");
        }
        for (typed, error) in
            [("7K3QX-9MBWD-2HZ4", FieldError::CodeLength { length: 15 }), (" - ", FieldError::Missing)]
        {
            step.typed(Secret::from(typed));
            assert_eq!((step.submit().err(), step.error), (Some(Field::Code), Some(error)));
        }
        assert_eq!(step.announcement(step.expires_at - 5_000), None, "a saved code has no time of its own");
    }

    #[test]
    fn a_code_of_another_length_is_not_sent() {
        let mut step = step();
        step.typed(Secret::from("12345"));
        assert_eq!(step.submit().err(), Some(Field::Code));
        assert_eq!(step.error, Some(FieldError::CodeLength { length: 6 }));
    }

    #[test]
    fn its_time_is_said_three_times() {
        let mut step = step();
        let said: Vec<_> =
            (0..700).filter_map(|second| step.announcement(step.expires_at - 600_000 + second * 1000)).collect();
        assert_eq!(said, [Announcement::CodeEnds(60), Announcement::CodeEnds(10), Announcement::CodeEnded]);
    }
}
