//! User ID and current password: whose security info, or whose password to change? Begins where no assertion
//! of the host page's says who it is; ends when the server takes the password.

use regain_protocol::{Answer, Captcha, ProblemCode, Secret};

use super::{Field, FieldError, Identify};

/// The current password being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// As typed, or as the step or the host page's own field had it.
    pub user_id: String,
    /// Whether the step says whose account it is.
    pub known: bool,
    /// As typed.
    pub password: Secret<String>,
    /// The challenge being solved, as on the first screen.
    pub check: Identify,
    /// What is wrong, and where.
    pub error: Option<(Field, FieldError)>,
}

impl SignIn {
    /// `typed` is the user ID as it was typed last, for a step that does not say whose account it is.
    pub(super) fn new(user_id: Option<String>, captcha: Option<Captcha>, typed: &str) -> Self {
        let known = user_id.is_some();
        Self {
            user_id: user_id.unwrap_or_else(|| typed.to_owned()),
            known,
            password: Secret::from(""),
            check: Identify::new(String::new(), captcha),
            error: None,
        }
    }

    /// The same step as the server has it now: what was typed stays.
    pub(super) fn refresh(&mut self, new: Self) {
        if new.known {
            self.user_id = new.user_id;
            self.known = true;
        }
        self.check.refresh(new.check);
    }

    pub(super) fn typed(&mut self, field: Field, text: Secret<String>) {
        match field {
            Field::Captcha => return self.check.typed(field, text.expose()),
            Field::UserId if self.known => return,
            Field::UserId => text.expose().clone_into(&mut self.user_id),
            _ => self.password = text,
        }
        // Either of the two may be what was wrong.
        self.error = None;
        self.check.waiting = false;
    }

    /// `None` for an answer that has to wait for the challenge's solution.
    pub(super) fn submit(&mut self) -> Result<Option<Answer>, Field> {
        let user_id = self.user_id.trim();
        let missing = if user_id.is_empty() {
            Field::UserId
        } else if self.password.expose().is_empty() {
            Field::Current
        } else {
            self.error = None;
            user_id.clone_into(&mut self.check.user_id);
            let identified = self.check.submit()?;
            return Ok(identified.and_then(|answer| match answer {
                Answer::Identify { user_id, captcha } => {
                    Some(Answer::SignIn { user_id, password: self.password.clone(), captcha })
                }
                _ => None,
            }));
        };
        self.error = Some((missing, FieldError::Missing));
        Err(missing)
    }

    pub(super) fn refused(&mut self, code: ProblemCode, pointer: &str) -> Option<Field> {
        let field = match code {
            ProblemCode::Invalid if pointer == "/user_id" && !self.known => Field::UserId,
            ProblemCode::WrongPassword | ProblemCode::Invalid => Field::Current,
            ProblemCode::CaptchaFailed => return self.check.refused(code),
            _ => return None,
        };
        self.error = Some((field, FieldError::Unusable));
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_asked_for_in_order() {
        let mut step = SignIn::new(None, None, "");
        assert_eq!(step.submit().err(), Some(Field::UserId));
        step.typed(Field::UserId, " ada ".into());
        assert_eq!(step.submit().err(), Some(Field::Current));
        step.typed(Field::Current, " with spaces ".into());
        let Ok(Some(Answer::SignIn { user_id, password, captcha: None })) = step.submit() else {
            panic!("it is complete")
        };
        assert_eq!((user_id.as_str(), password.expose().as_str()), ("ada", " with spaces "));
    }

    #[test]
    fn whose_account_it_is_cannot_be_changed_where_the_step_says_so() {
        let mut step = SignIn::new(Some("ada".into()), None, "grace");
        step.typed(Field::UserId, "grace".into());
        assert_eq!(step.user_id, "ada");
    }

    #[test]
    fn a_wrong_password_is_said_at_the_password_until_something_is_typed() {
        let mut step = SignIn::new(None, None, "ada");
        step.typed(Field::Current, "wrong".into());
        assert_eq!(step.refused(ProblemCode::WrongPassword, ""), Some(Field::Current));
        step.refresh(SignIn::new(None, None, ""));
        assert_eq!(step.error, Some((Field::Current, FieldError::Unusable)));
        assert_eq!(step.password.expose(), "wrong", "what was typed is never lost");
        step.typed(Field::UserId, "ada2".into());
        assert_eq!(step.error, None);
    }

    #[test]
    fn d5_the_challenge_is_solved_before_the_password_goes() {
        let captcha = Captcha::ProofOfWork {
            algorithm: "SHA-256".into(),
            salt: "salt".into(),
            challenge: "challenge".into(),
            max_number: 1,
            signature: "signature".into(),
        };
        let mut step = SignIn::new(None, Some(captcha), "ada");
        step.typed(Field::Current, "right".into());
        assert!(matches!(step.submit(), Ok(None)), "it waits");
        assert!(step.check.waiting);
        let ticket = super::super::Ticket(1);
        assert!(step.check.begin(ticket).is_some());
        assert!(step.check.solved(ticket, "solution".into()), "it can go");
        let Ok(Some(Answer::SignIn { captcha: Some(given), .. })) = step.submit() else { panic!("it is complete") };
        assert_eq!(given.solution, "solution");
    }
}
