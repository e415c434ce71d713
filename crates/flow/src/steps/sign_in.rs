//! Sign in with user ID and current password, to change the password or the security info: begins where no assertion of the
//! host page's says who it is; ends when the server takes the password.

use regain_protocol::{Answer, Captcha, FlowKind, ProblemCode, Secret};

use super::challenge::{CaptchaView, Challenge, Solution};
use crate::effect::Announcement;
use crate::field::{Field, FieldError};
use crate::step::{Context, Intent, Outcome, Refusal, StepState, Surroundings};

/// The current password being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignIn {
    /// As typed, or as the step or the host page's own field had it.
    pub(crate) user_id: String,
    /// True where the step says whose account it is.
    known: bool,
    pub(crate) password: Secret<String>,
    pub(crate) challenge: Challenge,
    error: Option<(Field, FieldError)>,
}

/// User ID and current password, to draw.
#[derive(Debug, Clone)]
pub struct SignInView {
    /// The kind of flow.
    pub kind: FlowKind,
    /// As typed, or as it is known.
    pub user_id: String,
    /// True where it is known whose account it is.
    pub known: bool,
    /// True where a forgotten password can be reset.
    pub can_reset: bool,
    /// The challenge, where there is one.
    pub captcha: Option<CaptchaView>,
    /// True where the form was sent and waits for the challenge to be solved.
    pub waiting: bool,
    /// The field at fault, and its fault.
    pub error: Option<(Field, FieldError)>,
}

impl SignIn {
    /// `typed` is the user ID as it was typed last, for a step that does not say whose account it is.
    pub(crate) fn new(user_id: Option<String>, captcha: Option<Captcha>, typed: &str) -> Self {
        let known = user_id.is_some();
        Self {
            user_id: user_id.unwrap_or_else(|| typed.to_owned()),
            known,
            password: Secret::from(""),
            challenge: Challenge::new(captcha),
            error: None,
        }
    }

    /// `None` for an answer that has to wait for the challenge's solution.
    fn answer(&mut self) -> Result<Option<Answer>, Field> {
        let user_id = self.user_id.trim();
        let missing = if user_id.is_empty() {
            Field::UserId
        } else if self.password.expose().is_empty() {
            Field::Current
        } else {
            self.error = None;
            let (user_id, password) = (user_id.to_owned(), self.password.clone());
            return match self.challenge.solution() {
                Solution::Ready(captcha) => Ok(Some(Answer::SignIn { user_id, password, captcha })),
                Solution::Pending => Ok(None),
                Solution::Missing => Err(Field::Captcha),
            };
        };
        self.error = Some((missing, FieldError::Missing));
        Err(missing)
    }

    pub(crate) fn view(&self, surroundings: &Surroundings) -> SignInView {
        SignInView {
            kind: surroundings.kind,
            user_id: self.user_id.clone(),
            known: self.known,
            can_reset: surroundings.can_reset,
            captcha: self.challenge.view(surroundings.blocked),
            waiting: self.challenge.waiting,
            error: self.error.or(self.challenge.error.map(|error| (Field::Captcha, error))),
        }
    }
}

impl StepState for SignIn {
    const NAME: &'static str = "sign_in";

    fn input(&mut self, field: Field, text: Secret<String>, _: &mut Context) -> Outcome {
        match field {
            Field::Captcha => {
                self.challenge.input(text.expose());
                return Outcome::EDITED;
            }
            Field::UserId if self.known => return Outcome::EDITED,
            Field::UserId => text.expose().clone_into(&mut self.user_id),
            Field::Current => self.password = text,
            _ => return Outcome::UNCHANGED,
        }
        // Either of the two may be what was wrong.
        self.error = None;
        self.challenge.waiting = false;
        Outcome::EDITED
    }

    fn submit(&mut self, context: &mut Context) -> Outcome {
        match self.answer() {
            Ok(Some(answer)) => Outcome::Complete(Intent::Submit, answer),
            Ok(None) => {
                context.announce(Some(Announcement::StillWorking));
                Outcome::UNCHANGED
            }
            Err(field) => context.focus(field),
        }
    }

    fn refused(&mut self, refusal: Refusal) -> Option<Field> {
        let field = match refusal.code {
            ProblemCode::Invalid if refusal.pointer == "/user_id" && !self.known => Field::UserId,
            ProblemCode::WrongPassword | ProblemCode::Invalid => Field::Current,
            code => return self.challenge.refused(code),
        };
        self.error = Some((field, FieldError::Unusable));
        Some(field)
    }

    fn refresh(&mut self, new: Self, _: &mut Context) {
        if new.known {
            self.user_id = new.user_id;
            self.known = true;
        }
        self.challenge.refresh(new.challenge);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::Ticket;
    use crate::step::in_context;
    use crate::steps::challenge::ChallengeEvent;

    fn input(step: &mut SignIn, field: Field, text: &str) {
        in_context(|context| step.input(field, text.into(), context));
    }

    fn refusal(code: ProblemCode) -> Refusal {
        Refusal { code, pointer: String::new(), violations: vec![] }
    }

    #[test]
    fn what_is_missing_is_asked_for_in_order() {
        let mut step = SignIn::new(None, None, "");
        assert_eq!(step.answer().err(), Some(Field::UserId));
        input(&mut step, Field::UserId, " ada ");
        assert_eq!(step.answer().err(), Some(Field::Current));
        input(&mut step, Field::Current, " with spaces ");
        let Ok(Some(Answer::SignIn { user_id, password, captcha: None })) = step.answer() else {
            panic!("it is complete")
        };
        assert_eq!((user_id.as_str(), password.expose().as_str()), ("ada", " with spaces "));
    }

    #[test]
    fn whose_account_it_is_cannot_be_changed_where_the_step_says_so() {
        let mut step = SignIn::new(Some("ada".into()), None, "grace");
        input(&mut step, Field::UserId, "grace");
        assert_eq!(step.user_id, "ada");
    }

    #[test]
    fn a_wrong_password_is_said_at_the_password_until_something_is_typed() {
        let mut step = SignIn::new(None, None, "ada");
        input(&mut step, Field::Current, "wrong");
        assert_eq!(step.refused(refusal(ProblemCode::WrongPassword)), Some(Field::Current));
        in_context(|context| step.refresh(SignIn::new(None, None, ""), context));
        assert_eq!(step.error, Some((Field::Current, FieldError::Unusable)));
        assert_eq!(step.password.expose(), "wrong", "what was typed is never lost");
        input(&mut step, Field::UserId, "ada2");
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
        input(&mut step, Field::Current, "right");
        assert!(matches!(step.answer(), Ok(None)), "it waits");
        assert!(step.challenge.waiting);
        let solved = ChallengeEvent::Solved(Ticket(1), "solution".into());
        in_context(|context| {
            step.challenge.begin(context);
            assert!(step.challenge.update(solved, context), "it can go");
        });
        let Ok(Some(Answer::SignIn { captcha: Some(given), .. })) = step.answer() else { panic!("it is complete") };
        assert_eq!(given.solution, "solution");
    }
}
