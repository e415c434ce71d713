//! Identify: the user ID and the challenge. Begins when a flow is created; ends when the server takes the user ID.

use regain_folding::trimmed;
use regain_protocol::{Answer, Captcha, FlowKind, ProblemCode, Secret};

use super::challenge::{CaptchaView, Challenge, Solution};
use crate::effect::Announcement;
use crate::field::{Field, FieldError};
use crate::step::{Context, Intent, Outcome, Refusal, StepState, Surroundings};

/// The user ID being typed, and the challenge being solved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identify {
    /// As typed, or as the host page's own field had it.
    pub(crate) user_id: String,
    pub(crate) challenge: Challenge,
    error: Option<FieldError>,
}

/// The first screen.
#[derive(Debug, Clone)]
pub struct IdentifyView {
    /// The kind of flow.
    pub kind: FlowKind,
    /// The user ID as typed.
    pub user_id: String,
    /// The challenge, where there is one.
    pub captcha: Option<CaptchaView>,
    /// True where the form was sent and waits for the challenge to be solved.
    pub waiting: bool,
    /// The field at fault, and its fault.
    pub error: Option<(Field, FieldError)>,
}

impl Identify {
    pub(crate) fn new(user_id: String, captcha: Option<Captcha>) -> Self {
        Self { user_id, challenge: Challenge::new(captcha), error: None }
    }

    /// The step before its flow is there: whether it has a challenge is not known yet.
    pub(crate) fn awaited(user_id: String) -> Self {
        Self { user_id, challenge: Challenge::awaited(), error: None }
    }

    /// The user ID as typed so far, if any.
    pub(crate) fn typed_user_id(&self) -> Option<String> {
        let user_id = trimmed(&self.user_id);
        (!user_id.is_empty()).then(|| user_id.to_owned())
    }

    pub(crate) fn view(&self, surroundings: &Surroundings) -> IdentifyView {
        let error = self.error.map(|error| (Field::UserId, error));
        IdentifyView {
            kind: surroundings.kind,
            user_id: self.user_id.clone(),
            captcha: self.challenge.view(surroundings.blocked),
            waiting: self.challenge.waiting,
            error: error.or(self.challenge.error.map(|error| (Field::Captcha, error))),
        }
    }
}

impl StepState for Identify {
    const NAME: &'static str = "identify";

    fn input(&mut self, field: Field, text: Secret<String>, _: &mut Context) -> Outcome {
        match field {
            Field::UserId => {
                text.expose().clone_into(&mut self.user_id);
                self.error = None;
                self.challenge.edited();
            }
            Field::Captcha => self.challenge.input(text.expose()),
            _ => return Outcome::UNCHANGED,
        }
        Outcome::EDITED
    }

    fn submit(&mut self, context: &mut Context) -> Outcome {
        let Some(user_id) = self.typed_user_id() else {
            self.error = Some(FieldError::Missing);
            return context.focus(Field::UserId);
        };
        self.error = None;
        match self.challenge.solution() {
            Solution::Ready(captcha) => Outcome::Complete(Intent::Submit, Answer::Identify { user_id, captcha }),
            Solution::Pending => {
                context.announce(Some(Announcement::StillWorking));
                Outcome::UNCHANGED
            }
            Solution::Missing => context.focus(Field::Captcha),
        }
    }

    fn refused(&mut self, refusal: Refusal) -> Option<Field> {
        let field = self.challenge.refused(refusal.code);
        if refusal.code != ProblemCode::Invalid {
            return field;
        }
        self.error = Some(FieldError::Unusable);
        Some(Field::UserId)
    }

    fn refresh(&mut self, new: Self, _: &mut Context) {
        self.challenge.refresh(new.challenge);
    }
}
