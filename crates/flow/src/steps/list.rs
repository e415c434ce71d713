//! The list of the steps that both builds have.

use regain_protocol::{Answer, Captcha, StepBody};

use super::answer_call::AnswerCall;
use super::challenge::{Challenge, ChallengeEvent};
use super::choose_method::ChooseMethod;
use super::enter_code::EnterCode;
use super::full::FullStep;
use super::identify::Identify;
use super::new_password::NewPassword;
use crate::event::{FullEvent, StepEvent};
use crate::field::Field;
use crate::full::{Full, IS_FULL};
use crate::screen::Screen;
use crate::step::{Context, Intent, Outcome, Refusal, StepState, Surroundings};

/// A step with what was typed at it.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Identify(Identify),
    ChooseMethod(ChooseMethod),
    EnterCode(EnterCode),
    NewPassword(Box<NewPassword>),
    Full(Full<FullStep>),
    /// A step for a newer or a fuller widget.
    Unknown,
}

/// Does the same at each step.
macro_rules! at {
    ($step:expr, $it:pat => $do:expr, $otherwise:expr) => {
        match $step {
            Step::Identify($it) => $do,
            Step::ChooseMethod($it) => $do,
            Step::EnterCode($it) => $do,
            Step::NewPassword($it) => $do,
            Step::Full($it) => $do,
            Step::Unknown => $otherwise,
        }
    };
}

impl Step {
    /// `typed` is the user ID as it was typed last, so that nobody types it twice.
    pub(crate) fn new(body: StepBody, typed: &str) -> Self {
        match body {
            StepBody::Identify { captcha } if captcha != Some(Captcha::Unknown) => {
                Self::Identify(Identify::new(typed.to_owned(), captcha))
            }
            StepBody::ChooseMethod { methods } => Self::ChooseMethod(ChooseMethod::new(methods)),
            body @ StepBody::EnterCode { .. } => EnterCode::new(body).map_or(Self::Unknown, Self::EnterCode),
            body @ StepBody::NewPassword { .. } => {
                NewPassword::new(body).map_or(Self::Unknown, |step| Self::NewPassword(Box::new(step)))
            }
            body => Full::make(|| FullStep::new(body, typed)).map_or(Self::Unknown, Self::Full),
        }
    }

    /// Its name in the API.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Identify(_) => Identify::NAME,
            Self::ChooseMethod(_) => ChooseMethod::NAME,
            Self::EnterCode(_) => EnterCode::NAME,
            Self::NewPassword(_) => NewPassword::NAME,
            Self::Full(step) => step.name(),
            Self::Unknown => "unknown",
        }
    }

    /// The field that it begins with, where that is the one thing to do.
    pub(crate) fn first_field(&self) -> Option<Field> {
        match self {
            Self::Identify(_) => Some(Field::UserId),
            // An authenticator app is set up first.
            Self::EnterCode(step) if step.setup.is_none() => Some(Field::Code),
            _ => None,
        }
    }

    pub(crate) fn update(&mut self, event: StepEvent, context: &mut Context) -> Outcome {
        match (self, event) {
            (step, StepEvent::Input(field, text)) => {
                at!(step, it => it.input(field, text, context), Outcome::UNCHANGED)
            }
            (step, StepEvent::Chosen(place)) => at!(step, it => it.choose(place), Outcome::UNCHANGED),
            (step, StepEvent::Submitted) => step.submit(context),
            (step, StepEvent::Challenge(event)) => step.challenged(event, context),
            (Self::EnterCode(step), StepEvent::Code(event)) => step.update(event, context),
            (Self::EnterCode(_), StepEvent::AnotherMethodRequested) => {
                Outcome::Complete(Intent::Other, Answer::ChooseAnother {})
            }
            (Self::EnterCode(step), StepEvent::Full(event)) if *event == FullEvent::KeyCopyRequested => {
                step.copy_key(context)
            }
            (Self::NewPassword(step), StepEvent::Password(event)) => step.update(event, context),
            (Self::Full(step), event) => step.update(event, context),
            _ => Outcome::UNCHANGED,
        }
    }

    fn submit(&mut self, context: &mut Context) -> Outcome {
        let outcome = at!(&mut *self, step => step.submit(context), Outcome::UNCHANGED);
        if let Some(challenge) = self.challenge() {
            challenge.begin(context);
        }
        outcome
    }

    fn challenged(&mut self, event: ChallengeEvent, context: &mut Context) -> Outcome {
        let Some(challenge) = self.challenge() else { return Outcome::UNCHANGED };
        if IS_FULL && matches!(event, ChallengeEvent::Renewed) {
            if challenge.captcha.is_none() {
                return Outcome::UNCHANGED;
            }
            return Outcome::Complete(Intent::NewChallenge, Answer::NewCaptcha {});
        }
        if challenge.update(event, context) { self.submit(context) } else { Outcome::UNCHANGED }
    }

    /// Its challenge, where the step can have one.
    pub(crate) fn challenge(&mut self) -> Option<&mut Challenge> {
        match self {
            Self::Identify(step) => Some(&mut step.challenge),
            Self::Full(step) => step.challenge(),
            _ => None,
        }
    }

    /// Tells if it leads to the administrators.
    pub(crate) fn is_contact(&self) -> bool {
        match self {
            Self::Full(step) => matches!(**step, FullStep::ContactAdministrator(_)),
            _ => false,
        }
    }

    /// Its call, where it is one.
    pub(crate) fn call(&mut self) -> Option<&mut AnswerCall> {
        match self {
            Self::Full(step) => step.call(),
            _ => None,
        }
    }

    /// The user ID being typed.
    pub(crate) fn user_id(&self) -> Option<&String> {
        match self {
            Self::Identify(step) => Some(&step.user_id),
            Self::Full(step) => step.user_id(),
            _ => None,
        }
    }

    /// Takes a refusal; gives the field that is at fault, if one is.
    pub(crate) fn refused(&mut self, refusal: Refusal) -> Option<Field> {
        at!(self, step => step.refused(refusal), None)
    }

    /// Learns that the server took an answer and that the step goes on.
    pub(crate) fn accepted(&mut self, context: &mut Context) {
        if let Self::Full(step) = self {
            step.accepted(context);
        }
    }

    /// Takes the step as the server has it now; gives it back where it is another one.
    pub(crate) fn refresh(&mut self, new: Self, context: &mut Context) -> Option<Self> {
        match (self, new) {
            (Self::Identify(old), Self::Identify(new)) => old.refresh(new, context),
            (Self::ChooseMethod(old), Self::ChooseMethod(new)) => old.refresh(new, context),
            (Self::EnterCode(old), Self::EnterCode(new)) => old.refresh(new, context),
            (Self::NewPassword(old), Self::NewPassword(new)) => old.refresh(*new, context),
            (Self::Full(old), Self::Full(new)) => return old.refresh(new.into_inner(), context).and_then(Self::full),
            (Self::Unknown, Self::Unknown) => {}
            (_, new) => return Some(new),
        }
        None
    }

    fn full(step: FullStep) -> Option<Self> {
        Full::new(step).map(Self::Full)
    }

    pub(crate) fn screen(&self, surroundings: &Surroundings) -> Screen {
        match self {
            Self::Identify(step) => Screen::Identify(step.view(surroundings)),
            Self::ChooseMethod(step) => Screen::ChooseMethod(step.view()),
            Self::EnterCode(step) => Screen::EnterCode(step.view(surroundings)),
            Self::NewPassword(step) => Screen::NewPassword(Box::new(step.view(surroundings))),
            Self::Full(step) => Full::make(|| Some(step.screen(surroundings))).map_or(Screen::Unknown, Screen::Full),
            Self::Unknown => Screen::Unknown,
        }
    }
}
