//! Who are you? Begins when a flow is created; ends when the server takes the user ID.
//!
//! Where the step carries a challenge, it has to be solved too. A picture's text is typed; every
//! other challenge is solved by the browser ([`Effect::SolveCaptcha`](super::Effect::SolveCaptcha))
//! while the person types. Whoever is quicker than the browser waits for it: the answer then goes
//! by itself.

use std::sync::Arc;

use regain_protocol::{Answer, Captcha, CaptchaSolution, ProblemCode};

use super::{Field, FieldError, Ticket};

/// The user ID being typed, and the challenge being solved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identify {
    /// As typed, or as the host page's own field had it.
    pub user_id: String,
    /// The challenge, where there is one.
    pub captcha: Option<Arc<Captcha>>,
    /// The picture's text as typed, or what the browser worked out; empty for not yet.
    pub solution: String,
    /// How much of the work is done, in percent.
    pub progress: u32,
    /// The form was sent, and goes as soon as the solution is there.
    pub waiting: bool,
    /// What is wrong, and where.
    pub error: Option<(Field, FieldError)>,
    /// Counts the challenges.
    pub number: u32,
    /// The work under way.
    work: Option<Ticket>,
    /// A work's result was refused once already.
    again: bool,
}

impl Identify {
    pub(super) fn new(user_id: String, captcha: Option<Captcha>) -> Self {
        Self {
            user_id,
            captcha: captcha.map(Arc::new),
            solution: String::new(),
            progress: 0,
            waiting: false,
            error: None,
            number: 0,
            work: None,
            again: false,
        }
    }

    /// The same step as the server has it now: another challenge replaces the former one, and
    /// everything else stays.
    pub(super) fn refresh(&mut self, new: Self) {
        if new.captcha != self.captcha {
            self.captcha = new.captcha;
            self.unsolved();
            // A complaint about the former one would be out of place.
            self.error = self.error.filter(|(at, _)| *at != Field::Captcha);
        }
    }

    fn unsolved(&mut self) {
        self.solution.clear();
        self.progress = 0;
        self.work = None;
        self.number += 1;
    }

    /// Whether the browser has the challenge to solve, and not the person.
    fn is_work(&self) -> bool {
        self.captcha.as_ref().is_some_and(|captcha| !matches!(**captcha, Captcha::Image { .. }))
    }

    /// The challenge to be solved under this ticket, unless it is solved or being solved.
    pub(super) fn begin(&mut self, ticket: Ticket) -> Option<Arc<Captcha>> {
        let begins = self.is_work() && self.solution.is_empty() && self.work.is_none();
        begins.then(|| self.work = Some(ticket)).and(self.captcha.clone())
    }

    pub(super) fn progressed(&mut self, ticket: Ticket, percent: u32) {
        if self.work == Some(ticket) && self.solution.is_empty() {
            self.progress = percent.min(100);
        }
    }

    /// Takes the solution; whether the form can now go that waited for it. A challenge may be solved
    /// more than once: the solutions of some are good for a few minutes only.
    pub(super) fn solved(&mut self, ticket: Ticket, solution: String) -> bool {
        let ours = self.work == Some(ticket) && !solution.is_empty();
        if ours {
            self.solution = solution;
            self.progress = 100;
            self.error = self.error.filter(|(at, _)| *at != Field::Captcha);
        }
        ours && std::mem::take(&mut self.waiting)
    }

    /// The browser can't solve it. Sending the form tries again.
    pub(super) fn unsolvable(&mut self, ticket: Ticket) -> Option<Field> {
        if self.work != Some(ticket) {
            return None;
        }
        self.unsolved();
        self.waiting = false;
        self.error = Some((Field::Captcha, FieldError::Unusable));
        Some(Field::Captcha)
    }

    pub(super) fn typed(&mut self, field: Field, text: &str) {
        if field == Field::UserId {
            text.clone_into(&mut self.user_id);
        } else if !self.is_work() {
            text.clone_into(&mut self.solution);
        }
        self.waiting = false;
        self.again = false;
        self.error = self.error.filter(|(at, _)| *at != field);
    }

    /// The user ID as typed so far, if any.
    pub(super) fn named(&self) -> Option<String> {
        let user_id = self.user_id.trim();
        (!user_id.is_empty()).then(|| user_id.to_owned())
    }

    /// `None` for an answer that has to wait for the solution.
    pub(super) fn submit(&mut self) -> Result<Option<Answer>, Field> {
        let (user_id, solution) = (self.user_id.trim(), self.solution.trim());
        let missing = if user_id.is_empty() {
            Field::UserId
        } else if self.captcha.is_none() || !solution.is_empty() {
            let captcha = self.captcha.as_ref().map(|captcha| CaptchaSolution {
                id: match &**captcha {
                    Captcha::Image { id, .. } => Some(id.clone()),
                    _ => None,
                },
                solution: solution.to_owned(),
            });
            self.error = None;
            return Ok(Some(Answer::Identify { user_id: user_id.to_owned(), captcha }));
        } else if self.is_work() {
            self.error = None;
            self.waiting = true;
            return Ok(None);
        } else {
            Field::Captcha
        };
        self.error = Some((missing, FieldError::Missing));
        Err(missing)
    }

    /// A solution can be too old by the time the form is sent. Where the browser works it out, that
    /// is not the person's affair: it is worked out anew, once, and the form goes again by itself.
    pub(super) fn goes_on(&mut self, code: ProblemCode) -> bool {
        let proof_of_work = matches!(self.captcha.as_deref(), Some(Captcha::ProofOfWork { .. }));
        let goes_on = proof_of_work && code == ProblemCode::CaptchaFailed && !self.again;
        if goes_on {
            self.unsolved();
            self.again = true;
            self.waiting = true;
        }
        goes_on
    }

    pub(super) fn refused(&mut self, code: ProblemCode) -> Option<Field> {
        let field = match code {
            ProblemCode::Invalid => Field::UserId,
            ProblemCode::CaptchaFailed => Field::Captcha,
            _ => return None,
        };
        // Solutions are good for once.
        if self.is_work() {
            self.unsolved();
        }
        self.error = Some((field, FieldError::Unusable));
        Some(field)
    }
}
