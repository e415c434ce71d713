//! Enter the code: begins when a code is on its way; ends when the server takes the code, or when the person asks for
//! another method. Through wrong codes and resends it is the same step.

use std::sync::Arc;

use regain_folding::ascii_digit;
use regain_protocol::{Answer, AuthenticatorSetup, Method, MethodKind, ProblemCode, Secret, StepBody};

use crate::clock::{Millis, mark_passed, parse_utc, seconds_until};
use crate::effect::{Announcement, Effect, FullEffect};
use crate::field::{Field, FieldError};
use crate::full::{Full, IS_FULL, is_saved};
use crate::step::{Context, Intent, Outcome, Refusal, StepState, Surroundings};

/// The most digits that a code has. A longer one has letters too.
pub const DIGITS: u8 = 8;

/// Something that happens to the code.
#[derive(Debug, Clone)]
pub enum CodeEvent {
    /// The person asks for another one.
    Resent,
    /// The browser read it from a text message.
    Read(Secret<String>),
}

/// A code on its way and what was typed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnterCode {
    pub(crate) method: Method,
    /// The number of its digits, or of letters and digits where they are more than [`DIGITS`].
    length: u8,
    /// The end of its validity, at the server.
    expires_at: Millis,
    /// The time from which another may be asked for, at the server.
    resend_at: Millis,
    resends_left: u8,
    /// The number of wrong codes that are still forgiven.
    tries_left: u8,
    /// The code as typed.
    pub(crate) code: Secret<String>,
    /// The key for an authenticator app.
    pub(crate) setup: Option<Full<Arc<AuthenticatorSetup>>>,
    error: Option<FieldError>,
    /// The last announced time, in seconds left.
    announced: Option<u32>,
}

/// A code to be entered.
#[derive(Debug, Clone)]
pub struct CodeView {
    /// The kind of the method.
    pub kind: MethodKind,
    /// The destination, with most of it hidden.
    pub masked: Option<String>,
    /// The number of its digits; of a recovery code, of letters and digits.
    pub length: u8,
    /// True where it is to show that something to be registered is the person's.
    pub registers: bool,
    /// The key for an authenticator app.
    pub setup: Option<Full<Arc<AuthenticatorSetup>>>,
    /// The code's fault.
    pub error: Option<FieldError>,
    /// Seconds for which it is still valid.
    pub expires_in: u32,
    /// The number of wrong codes that are still forgiven.
    pub tries_left: u8,
    /// The number of codes that may still be asked for.
    pub resends_left: u8,
    /// Seconds until another may be asked for.
    pub resend_in: u32,
    /// True where another may be asked for now.
    pub can_resend: bool,
}

impl EnterCode {
    /// `None` when the step is another one, or says a time that is none.
    pub(crate) fn new(body: StepBody) -> Option<Self> {
        let StepBody::EnterCode { method, length, expires_at, resend_at, resends_left, tries_left, setup } = body
        else {
            return None;
        };
        let (expires_at, resend_at) = (parse_utc(&expires_at)?, parse_utc(&resend_at)?);
        let (code, setup) = (Secret::from(""), Full::make(|| setup.map(Arc::new)));
        Some(Self {
            method,
            length,
            expires_at,
            resend_at,
            resends_left,
            tries_left,
            code,
            setup,
            error: None,
            announced: None,
        })
    }

    pub(crate) fn update(&mut self, event: CodeEvent, context: &mut Context) -> Outcome {
        match event {
            CodeEvent::Resent if self.resends_left > 0 && self.resend_at <= context.server_now => {
                Outcome::Complete(Intent::NewCode, Answer::Resend {})
            }
            CodeEvent::Resent => Outcome::UNCHANGED,
            CodeEvent::Read(code) => {
                context.push(Effect::Fill(Field::Code, code.clone()));
                context.announce(Some(Announcement::CodeRead));
                self.input(Field::Code, code, context)
            }
        }
    }

    /// Copies the authenticator app's key.
    pub(crate) fn copy_key(&self, context: &mut Context) -> Outcome {
        if let Some(setup) = &self.setup {
            context.push(Effect::Full(setup.clone().map(FullEffect::CopyKey)));
        }
        Outcome::UNCHANGED
    }

    fn answer(&mut self) -> Result<Answer, Field> {
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

    /// The announcement that is due about the code's time: sparingly, at 60 s, at 10 s and at its end. An
    /// app always has a new one, and a saved one stays valid.
    pub(crate) fn announcement(&mut self, server_now: Millis) -> Option<Announcement> {
        if self.method.kind == MethodKind::Authenticator || is_saved(self.method.kind) {
            return None;
        }
        let mark = mark_passed(self.announced, seconds_until(self.expires_at, server_now))?;
        self.announced = Some(mark);
        Some(if mark == 0 { Announcement::CodeExpired } else { Announcement::CodeExpires(mark) })
    }

    pub(crate) fn view(&self, surroundings: &Surroundings) -> CodeView {
        let resend_in = seconds_until(self.resend_at, surroundings.server_now);
        CodeView {
            kind: self.method.kind,
            masked: surroundings.shown(&self.method),
            length: self.length,
            registers: surroundings.registers,
            setup: self.setup.clone(),
            error: self.error,
            expires_in: seconds_until(self.expires_at, surroundings.server_now),
            tries_left: self.tries_left,
            resends_left: self.resends_left,
            resend_in,
            can_resend: self.resends_left > 0 && resend_in == 0 && !surroundings.blocked,
        }
    }
}

impl StepState for EnterCode {
    const NAME: &'static str = "enter_code";

    fn input(&mut self, field: Field, code: Secret<String>, _: &mut Context) -> Outcome {
        if field != Field::Code {
            return Outcome::UNCHANGED;
        }
        self.code = code;
        self.error = None;
        Outcome::EDITED
    }

    fn submit(&mut self, context: &mut Context) -> Outcome {
        let answer = self.answer();
        context.submit(answer)
    }

    fn refused(&mut self, refusal: Refusal) -> Option<Field> {
        self.error = Some(match refusal.code {
            ProblemCode::WrongCode => FieldError::Wrong { tries_left: self.tries_left },
            ProblemCode::CodeExpired => FieldError::CodeExpired,
            ProblemCode::Invalid => FieldError::Unusable,
            _ => return None,
        });
        Some(Field::Code)
    }

    fn refresh(&mut self, new: Self, _: &mut Context) {
        let same_code = self.expires_at == new.expires_at;
        let old = std::mem::replace(self, new);
        if same_code {
            self.announced = old.announced;
        }
        self.error = old.error;
        self.code = old.code;
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
            step.code = Secret::from(typed);
            let Ok(Answer::Verify { code }) = step.answer() else { panic!("{typed} is a code") };
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
            step.code = Secret::from(typed);
            let Ok(Answer::Verify { code }) = step.answer() else { panic!("{typed} is a code") };
            assert_eq!(code.expose().to_uppercase(), "7K3QX9MBWD");
        }
        step.code = Secret::from("123456");
        assert_eq!((step.answer().err(), step.error), (Some(Field::Code), Some(FieldError::CodeLength { length: 10 })));
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
            step.code = Secret::from(typed);
            let Ok(Answer::Verify { code }) = step.answer() else { panic!("{typed} is a code") };
            assert_eq!(code.expose().to_uppercase(), "7K3QX9MBWD2HZ4T");
        }
        for (typed, error) in
            [("7K3QX-9MBWD-2HZ4", FieldError::CodeLength { length: 15 }), (" - ", FieldError::Missing)]
        {
            step.code = Secret::from(typed);
            assert_eq!((step.answer().err(), step.error), (Some(Field::Code), Some(error)));
        }
        assert_eq!(step.announcement(step.expires_at - 5_000), None, "a saved code has no time of its own");
    }

    #[test]
    fn a_code_of_another_length_is_not_sent() {
        let mut step = step();
        step.code = Secret::from("12345");
        assert_eq!(step.answer().err(), Some(Field::Code));
        assert_eq!(step.error, Some(FieldError::CodeLength { length: 6 }));
    }

    #[test]
    fn its_time_is_said_three_times() {
        let mut step = step();
        let said: Vec<_> =
            (0..700).filter_map(|second| step.announcement(step.expires_at - 600_000 + second * 1000)).collect();
        assert_eq!(said, [Announcement::CodeExpires(60), Announcement::CodeExpires(10), Announcement::CodeExpired]);
    }
}
