//! The screens, to draw.

use regain_protocol::{EndReason, Outcome};

use crate::full::Full;
use crate::steps::answer_call::CallView;
use crate::steps::answer_questions::QuestionsView;
use crate::steps::challenge::CaptchaView;
use crate::steps::choose_method::MethodsView;
use crate::steps::choose_outcome::OutcomesView;
use crate::steps::contact_administrator::ContactView;
use crate::steps::enter_code::CodeView;
use crate::steps::identify::IdentifyView;
use crate::steps::new_password::PasswordView;
use crate::steps::security_info::SecurityInfoView;
use crate::steps::sign_in::SignInView;

/// One screen.
#[derive(Debug, Clone)]
pub enum Screen {
    /// Nothing to see yet.
    Loading,
    /// Nothing came.
    Failed,
    /// The kinds of account to choose from.
    AccountType,
    /// The user ID is to be typed.
    Identify(IdentifyView),
    /// A method is to be chosen.
    ChooseMethod(MethodsView),
    /// A code is to be entered.
    EnterCode(CodeView),
    /// A new password is to be chosen.
    NewPassword(Box<PasswordView>),
    /// A step of the full build.
    Full(Full<FullScreen>),
    /// It worked.
    Done(DoneView),
    /// It is over without success.
    Ended(EndedView),
    /// A step for a newer widget, or one that needs a human.
    Unknown,
}

/// The screen of a step that only the full build has.
#[derive(Debug, Clone)]
pub enum FullScreen {
    /// Only an administrator can help.
    ContactAdministrator(ContactView),
    /// A call is to be answered.
    AnswerCall(CallView),
    /// Questions are to be answered.
    AnswerQuestions(QuestionsView),
    /// The choice between unlocking and a new password.
    ChooseOutcome(OutcomesView),
    /// User ID and current password.
    SignIn(SignInView),
    /// The registered methods.
    SecurityInfo(Box<SecurityInfoView>),
}

/// A flow that worked, to draw.
#[expect(clippy::struct_excessive_bools, reason = "facts that hold each by itself, not states of one thing")]
#[derive(Debug, Clone)]
pub struct DoneView {
    /// The outcome.
    pub outcome: Outcome,
    /// The user ID that can sign in now.
    pub account: Option<String>,
    /// True where a confirmation is on its way.
    pub notified: bool,
    /// True where the organisation asks for more security info, or for a look at it.
    pub due: bool,
    /// True where the person is signed in on the host page.
    pub signed_in: bool,
    /// True where it was another tab's flow that worked.
    pub elsewhere: bool,
    /// True where there is a sign-in to go back to.
    pub can_return: bool,
}

/// The end of a flow without success, to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedView {
    /// The reason.
    pub reason: End,
    /// Seconds until a new attempt makes sense; 0 for now.
    pub wait: u32,
}

/// Reason why there is no flow any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The server ended it.
    Reason(EndReason),
    /// The server does not know it any more.
    SessionOver,
}

impl Screen {
    /// The screen of a step that only the full build has.
    pub fn full(&self) -> Option<&FullScreen> {
        match self {
            Self::Full(screen) => Some(screen),
            _ => None,
        }
    }

    /// The new password, where it is that screen.
    pub fn password(&self) -> Option<&PasswordView> {
        match self {
            Self::NewPassword(password) => Some(password),
            _ => None,
        }
    }

    /// The security info, where it is that screen.
    pub fn security_info(&self) -> Option<&SecurityInfoView> {
        match self.full() {
            Some(FullScreen::SecurityInfo(info)) => Some(info),
            _ => None,
        }
    }

    /// Tells if a challenge can be on it.
    pub fn has_challenge(&self) -> bool {
        matches!(self, Self::Identify(_)) || matches!(self.full(), Some(FullScreen::SignIn(_)))
    }

    /// Tells if its form was sent and waits for the challenge to be solved.
    pub(crate) fn is_waiting(&self) -> bool {
        match self {
            Self::Identify(identify) => identify.waiting,
            Self::Full(screen) => matches!(&**screen, FullScreen::SignIn(sign_in) if sign_in.waiting),
            _ => false,
        }
    }

    /// Its challenge, where there is one.
    pub fn captcha(&self) -> Option<&CaptchaView> {
        match self {
            Self::Identify(identify) => identify.captcha.as_ref(),
            Self::Full(screen) => match &**screen {
                FullScreen::SignIn(sign_in) => sign_in.captcha.as_ref(),
                _ => None,
            },
            _ => None,
        }
    }
}
