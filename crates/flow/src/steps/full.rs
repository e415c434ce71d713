//! The list of the steps that only the full build has.

use regain_protocol::{Answer, Captcha, Secret, StepBody};

use super::answer_call::AnswerCall;
use super::answer_questions::AnswerQuestions;
use super::challenge::Challenge;
use super::choose_outcome::ChooseOutcome;
use super::contact_administrator::ContactAdministrator;
use super::security_info::SecurityInfo;
use super::sign_in::SignIn;
use crate::clock::parse_utc;
use crate::event::{FullEvent, StepEvent};
use crate::field::Field;
use crate::screen::FullScreen;
use crate::step::{Context, Intent, Outcome, Refusal, StepState, Surroundings};

/// A step that only the full build has, with what was typed at it.
#[derive(Debug, Clone)]
pub(crate) enum FullStep {
    ContactAdministrator(ContactAdministrator),
    AnswerCall(AnswerCall),
    AnswerQuestions(AnswerQuestions),
    ChooseOutcome(ChooseOutcome),
    SignIn(SignIn),
    SecurityInfo(Box<SecurityInfo>),
}

/// Does the same at each step.
macro_rules! at {
    ($step:expr, $it:pat => $do:expr) => {
        match $step {
            FullStep::ContactAdministrator($it) => $do,
            FullStep::AnswerCall($it) => $do,
            FullStep::AnswerQuestions($it) => $do,
            FullStep::ChooseOutcome($it) => $do,
            FullStep::SignIn($it) => $do,
            FullStep::SecurityInfo($it) => $do,
        }
    };
}

impl FullStep {
    pub(super) fn new(body: StepBody, typed: &str) -> Option<Self> {
        Some(match body {
            StepBody::ContactAdministrator { reason, contact, needs_user_id, back } => {
                Self::ContactAdministrator(ContactAdministrator::new(reason, contact, needs_user_id, back))
            }
            StepBody::AnswerCall { method, status, calls_left, call_again_at } => {
                let again_at = call_again_at.as_deref().and_then(parse_utc).unwrap_or_default();
                Self::AnswerCall(AnswerCall::new(method, status, calls_left, again_at))
            }
            StepBody::AnswerQuestions { questions, tries_left } => {
                Self::AnswerQuestions(AnswerQuestions::new(questions, tries_left)?)
            }
            StepBody::ChooseOutcome { outcomes } => Self::ChooseOutcome(ChooseOutcome::new(outcomes)?),
            StepBody::SignIn { user_id, captcha } if captcha != Some(Captcha::Unknown) => {
                Self::SignIn(SignIn::new(user_id, captcha, typed))
            }
            body @ StepBody::SecurityInfo { .. } => Self::SecurityInfo(Box::new(SecurityInfo::new(body)?)),
            _ => return None,
        })
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::ContactAdministrator(_) => ContactAdministrator::NAME,
            Self::AnswerCall(_) => AnswerCall::NAME,
            Self::AnswerQuestions(_) => AnswerQuestions::NAME,
            Self::ChooseOutcome(_) => ChooseOutcome::NAME,
            Self::SignIn(_) => SignIn::NAME,
            Self::SecurityInfo(_) => SecurityInfo::NAME,
        }
    }

    pub(super) fn update(&mut self, event: StepEvent, context: &mut Context) -> Outcome {
        match (self, event) {
            (Self::AnswerCall(_) | Self::AnswerQuestions(_), StepEvent::AnotherMethodRequested) => {
                Outcome::Complete(Intent::Other, Answer::ChooseAnother {})
            }
            (Self::AnswerCall(step), StepEvent::Full(event)) if *event == FullEvent::CallAgain => {
                step.call_again(context.server_now)
            }
            (Self::ContactAdministrator(step), StepEvent::Full(event)) if *event == FullEvent::WentBack => {
                step.go_back()
            }
            (Self::SecurityInfo(step), StepEvent::Full(event)) => match *event {
                FullEvent::SecurityInfo(event) => step.update(event, context),
                FullEvent::CallAgain | FullEvent::KeyCopyRequested | FullEvent::WentBack => Outcome::UNCHANGED,
            },
            _ => Outcome::UNCHANGED,
        }
    }

    pub(super) fn input(&mut self, field: Field, text: Secret<String>, context: &mut Context) -> Outcome {
        at!(self, step => step.input(field, text, context))
    }

    pub(super) fn choose(&mut self, place: usize) -> Outcome {
        at!(self, step => step.choose(place))
    }

    pub(super) fn submit(&mut self, context: &mut Context) -> Outcome {
        at!(self, step => step.submit(context))
    }

    pub(super) fn refused(&mut self, refusal: Refusal) -> Option<Field> {
        at!(self, step => step.refused(refusal))
    }

    pub(super) fn accepted(&mut self, context: &mut Context) {
        at!(self, step => step.accepted(context));
    }

    pub(super) fn challenge(&mut self) -> Option<&mut Challenge> {
        match self {
            Self::SignIn(step) => Some(&mut step.challenge),
            _ => None,
        }
    }

    pub(super) fn call(&mut self) -> Option<&mut AnswerCall> {
        match self {
            Self::AnswerCall(step) => Some(step),
            _ => None,
        }
    }

    pub(super) fn user_id(&self) -> Option<&String> {
        match self {
            Self::SignIn(step) => Some(&step.user_id),
            _ => None,
        }
    }

    /// Takes the step as the server has it now; gives it back where it is another one.
    pub(super) fn refresh(&mut self, new: Self, context: &mut Context) -> Option<Self> {
        match (self, new) {
            (Self::ContactAdministrator(old), Self::ContactAdministrator(new)) => old.refresh(new, context),
            (Self::AnswerCall(old), Self::AnswerCall(new)) => old.refresh(new, context),
            (Self::AnswerQuestions(old), Self::AnswerQuestions(new)) => old.refresh(new, context),
            (Self::ChooseOutcome(old), Self::ChooseOutcome(new)) => old.refresh(new, context),
            (Self::SignIn(old), Self::SignIn(new)) => old.refresh(new, context),
            (Self::SecurityInfo(old), Self::SecurityInfo(new)) => old.refresh(*new, context),
            (_, new) => return Some(new),
        }
        None
    }

    pub(super) fn screen(&self, surroundings: &Surroundings) -> FullScreen {
        match self {
            Self::ContactAdministrator(step) => FullScreen::ContactAdministrator(step.view()),
            Self::AnswerCall(step) => FullScreen::AnswerCall(step.view(surroundings)),
            Self::AnswerQuestions(step) => FullScreen::AnswerQuestions(step.view()),
            Self::ChooseOutcome(step) => FullScreen::ChooseOutcome(step.view()),
            Self::SignIn(step) => FullScreen::SignIn(step.view(surroundings)),
            Self::SecurityInfo(step) => FullScreen::SecurityInfo(Box::new(step.view(surroundings.changed))),
        }
    }
}
