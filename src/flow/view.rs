//! What to draw: everything worked out, so that the views only put it in place. Codes and passwords
//! are not in it: they stay in their fields, which last as long as their step.

use std::sync::Arc;

use regain_protocol::{
    AccountType, CallStatus, Captcha, Contact, FlowKind, Gate, Help, Method, MethodKind, NoticeCode, Outcome, Question,
    UnlockOutcome, Violation,
};

#[cfg(feature = "full")]
use regain_protocol::AuthenticatorSetup;

use super::account_type::Account;
use super::line::{Ask, Call};
#[cfg(feature = "full")]
use super::security_info::SecurityInfoView;
use super::{
    End, Fault, Field, FieldError, Item, Line, Live, Matching, Model, NewPassword, State, Step, Strength, Suggested,
    seconds_until,
};
use crate::clock::Millis;
use crate::full::InFull;

/// What to draw.
#[derive(Debug, Clone)]
pub struct View {
    /// Another key is another screen; the same key is the same screen with other values.
    pub key: (u32, bool),
    /// The screen.
    pub screen: Screen,
    /// A request is on its way.
    pub busy: bool,
    /// The form can be sent now.
    pub can_submit: bool,
    /// Why the last request got no answer that counts.
    pub trouble: Option<Trouble>,
    /// Seconds until the whole flow ends, in its last two minutes.
    pub ending: Option<u32>,
    /// Which proof is asked for.
    pub gate: Option<Gate>,
    /// Something to say at this step.
    pub notice: Option<NoticeCode>,
    /// Whether the person can be sent to the administrators.
    pub can_ask_administrator: bool,
    /// The organisation's name.
    pub organisation: Option<String>,
    /// Whom to turn to.
    pub help: Help,
}

/// A failure and what can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// What failed.
    pub fault: Fault,
    /// Seconds until the same request is sent again by itself, or, for [`Fault::Busy`], may be.
    pub wait: Option<u32>,
    /// Whether it can be sent again now.
    pub can_retry: bool,
    /// Whether starting again is the better way.
    pub can_start_again: bool,
}

/// One screen.
#[derive(Debug, Clone)]
pub enum Screen {
    /// Nothing to see yet.
    Loading,
    /// Nothing came.
    Failed,
    /// What kind of account is it?
    AccountType(Vec<AccountType>),
    /// Who are you?
    Identify {
        /// What for.
        kind: FlowKind,
        /// As typed.
        user_id: String,
        /// What one looks like here.
        hint: Option<String>,
        /// The challenge, where there is one.
        captcha: Option<CaptchaView>,
        /// The form was sent and waits for the challenge to be solved.
        waiting: bool,
        /// What is wrong, and where.
        error: Option<(Field, FieldError)>,
    },
    /// How do you want to prove it?
    ChooseMethod(MethodsView),
    /// Only an administrator can help.
    ContactAdministrator(ContactView),
    /// Type the code.
    EnterCode(CodeView),
    /// Answer the phone.
    AnswerCall(CallView),
    /// Answer the questions.
    AnswerQuestions(QuestionsView),
    /// Unlock, or choose a new password?
    ChooseOutcome(OutcomesView),
    /// Choose a new password.
    NewPassword(Box<PasswordView>),
    /// It worked.
    Done {
        /// What was done.
        outcome: Outcome,
        /// Whether a confirmation is on its way.
        notified: bool,
        /// Whether the organisation asks for more security info, or for a look at it.
        due: bool,
        /// Whether the person is signed in on the host page.
        #[cfg(feature = "full")]
        signed_in: bool,
    },
    /// It is over without success.
    Ended(EndedView),
    /// User ID and current password.
    #[cfg(feature = "full")]
    SignIn(SignInView),
    /// What is registered to prove who one is.
    #[cfg(feature = "full")]
    SecurityInfo(Box<SecurityInfoView>),
    /// A step for a newer widget, or one that needs a human.
    Unknown,
}

/// A challenge.
#[derive(Debug, Clone)]
pub struct CaptchaView {
    /// Itself.
    pub captcha: Arc<Captcha>,
    /// Another number is another challenge, to be drawn anew.
    pub number: u32,
    /// How much of the browser's work is done, in percent.
    pub progress: u32,
    /// Whether there is a solution: for a picture, whether something is typed.
    pub solved: bool,
    /// Whether another can be asked for now.
    pub can_renew: bool,
}

/// The ways on offer.
#[derive(Debug, Clone)]
pub struct MethodsView {
    /// In the server's order.
    pub methods: Vec<Method>,
    /// The place of the chosen one.
    pub chosen: Option<usize>,
    /// Whether the whole destination must be typed for it.
    pub asks_destination: bool,
    /// What is wrong, and where.
    pub error: Option<(Field, FieldError)>,
}

/// The way to the administrators.
#[derive(Debug, Clone)]
pub struct ContactView {
    /// Why, as the server's word.
    pub reason: String,
    /// How they are reached.
    pub contact: Contact,
    /// How many more characters can be written; below zero is too many.
    pub left: i32,
    /// What is wrong with the message.
    pub error: Option<FieldError>,
    /// It is in the full build only.
    pub in_full: InFull,
}

/// A call on its way.
#[derive(Debug, Clone)]
pub struct CallView {
    /// To where, with most of it hidden.
    pub masked: Option<String>,
    /// How it goes.
    pub status: CallStatus,
    /// Whether it is to show that a number to be registered is the person's.
    #[cfg(feature = "full")]
    pub registers: bool,
    /// Nothing more happens in it.
    pub is_over: bool,
    /// How many more may be asked for.
    pub calls_left: u8,
    /// Whether another may be asked for now.
    pub can_call: bool,
    /// It is in the full build only.
    pub in_full: InFull,
}

/// Questions to answer.
#[derive(Debug, Clone)]
pub struct QuestionsView {
    /// In the order to ask them.
    pub questions: Vec<Question>,
    /// What is wrong, and where.
    pub error: Option<(Field, FieldError)>,
    /// It is in the full build only.
    pub in_full: InFull,
}

/// What can be done for a locked account.
#[derive(Debug, Clone)]
pub struct OutcomesView {
    /// In the server's order.
    pub outcomes: Vec<UnlockOutcome>,
    /// The place of the chosen one.
    pub chosen: Option<usize>,
    /// What is wrong with the choice.
    pub error: Option<FieldError>,
    /// It is in the full build only.
    pub in_full: InFull,
}

/// A code on its way.
#[derive(Debug, Clone)]
pub struct CodeView {
    /// By which kind of method.
    pub kind: MethodKind,
    /// To where, with most of it hidden.
    pub masked: Option<String>,
    /// The number of its digits; of a recovery code, of letters and digits.
    pub length: u8,
    /// Whether it is to show that something to be registered is the person's.
    #[cfg(feature = "full")]
    pub registers: bool,
    /// What to set up an authenticator app with.
    #[cfg(feature = "full")]
    pub setup: Option<Arc<AuthenticatorSetup>>,
    /// What is wrong with it.
    pub error: Option<FieldError>,
    /// Seconds for which it is still good.
    pub good_for: u32,
    /// How many wrong codes are still forgiven.
    pub tries_left: u8,
    /// How many more may be asked for.
    pub resends_left: u8,
    /// Seconds until another may be asked for.
    pub resend_in: u32,
    /// Whether another may be asked for now.
    pub can_resend: bool,
}

/// The new password.
#[expect(clippy::struct_excessive_bools, reason = "facts that hold each by itself, not states of one thing")]
#[derive(Debug, Clone)]
pub struct PasswordView {
    /// Whose password it is.
    pub user_id: String,
    /// Whether the account never had one.
    pub first: bool,
    /// Whether the current one must be given too.
    pub needs_current: bool,
    /// Whether it takes the place of one that still works.
    pub changes: bool,
    /// The checklist.
    pub items: Vec<Item>,
    /// How strong the password is, where that can be told.
    pub strength: Option<Strength>,
    /// What can be said of the two being the same.
    pub matching: Matching,
    /// Whether what is typed can be seen.
    pub shown: bool,
    /// Where something is typed with Caps Lock on.
    pub caps_lock: Option<Field>,
    /// How a suggestion comes along.
    pub suggested: Suggested,
    /// Whether suggestions are made of words.
    pub words: bool,
    /// The rules by which the server refused it as it is.
    pub refused: Vec<Violation>,
    /// Seconds until the directory lets it be changed, where it was refused for that.
    pub too_soon_for: u32,
    /// What is wrong, and where.
    pub error: Option<(Field, FieldError)>,
    /// The fewest characters, for password generators.
    pub min_length: u32,
    /// The most characters, for password generators.
    pub max_length: u32,
    /// How many of the four classes must occur, for password generators.
    pub min_classes: u8,
}

/// User ID and current password.
#[cfg(feature = "full")]
#[derive(Debug, Clone)]
pub struct SignInView {
    /// What for.
    pub kind: FlowKind,
    /// As typed, or as it is known.
    pub user_id: String,
    /// Whether it is known whose account it is.
    pub known: bool,
    /// What a user ID looks like here.
    pub hint: Option<String>,
    /// Whether there is a way for those who forgot the password.
    pub can_reset: bool,
    /// The challenge, where there is one.
    pub captcha: Option<CaptchaView>,
    /// The form was sent and waits for the challenge to be solved.
    pub waiting: bool,
    /// What is wrong, and where.
    pub error: Option<(Field, FieldError)>,
}

/// It is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedView {
    /// Why.
    pub why: End,
    /// Seconds until a new attempt makes sense; 0 for now.
    pub wait: u32,
}

/// The end of a flow is shown this many seconds ahead. WCAG 2.2.1 asks for 20 at least.
const WARN_AHEAD: u32 = 120;

impl Model {
    /// What to draw at `now`.
    pub fn view(&self, now: Millis) -> View {
        let server_now = now + self.offset;
        let live = match &self.state {
            State::Live(live) => Some(live),
            _ => None,
        };
        let waiting = live.is_some_and(|live| match &live.step {
            Step::Identify(step) => step.waiting,
            #[cfg(feature = "full")]
            Step::SignIn(step) => step.check.waiting,
            _ => false,
        });
        let busy = waiting || self.line.is_busy();
        let limited = matches!(self.line, Line::Failed { fault: Fault::Busy, .. });
        let screen = self.screen(server_now, limited || self.line.is_busy());
        View {
            key: (self.drawn, matches!(screen, Screen::Failed)),
            screen,
            busy,
            can_submit: live.is_some_and(|live| !matches!(live.step, Step::Unknown)) && !busy && !limited,
            trouble: self.trouble(now),
            ending: live
                .and_then(|live| live.ends_at)
                .map(|at| seconds_until(at, server_now))
                .filter(|left| *left <= WARN_AHEAD),
            gate: live.and_then(|live| live.gate),
            notice: live.and_then(|live| live.notice).map(|notice| notice.code),
            can_ask_administrator: self.can_ask_administrator(),
            organisation: self.organisation.clone(),
            help: self.help.clone(),
        }
    }

    fn trouble(&self, now: Millis) -> Option<Trouble> {
        match &self.line {
            Line::Busy { fault: Some(fault), .. } => {
                Some(Trouble { fault: *fault, wait: None, can_retry: false, can_start_again: false })
            }
            Line::Failed { ask: Ask { call, .. }, fault, retry_at } => {
                let wait = retry_at.map(|at| seconds_until(at, now)).filter(|left| *left > 0);
                let can_retry = match fault {
                    Fault::Offline | Fault::Unreachable | Fault::Server => true,
                    // In a form, its own button is the way to go on.
                    Fault::Busy => wait.is_none() && !matches!(call, Call::Answer { .. }),
                    Fault::Refused => false,
                };
                Some(Trouble { fault: *fault, wait, can_retry, can_start_again: *fault == Fault::Refused })
            }
            Line::Busy { fault: None, .. } | Line::Idle => None,
        }
    }

    fn screen(&self, server_now: Millis, blocked: bool) -> Screen {
        match &self.state {
            State::Opening if matches!(self.line, Line::Failed { .. } | Line::Busy { fault: Some(_), .. }) => {
                Screen::Failed
            }
            State::Opening | State::Closed => Screen::Loading,
            State::Done { outcome, notified, due, .. } => Screen::Done {
                outcome: *outcome,
                notified: *notified,
                due: *due,
                #[cfg(feature = "full")]
                signed_in: self.setup.signed_in,
            },
            State::Ended { why, retry_at } => {
                let wait = retry_at.map_or(0, |at| seconds_until(at, server_now));
                Screen::Ended(EndedView { why: *why, wait })
            }
            State::Live(live) => self.step_screen(live, server_now, blocked),
        }
    }

    fn step_screen(&self, live: &Live, server_now: Millis, blocked: bool) -> Screen {
        match &live.step {
            Step::Identify(_) if self.account == Account::Asked => Screen::AccountType(self.accounts.clone()),
            Step::Identify(_) if self.account != Account::Settled => Screen::Loading,
            Step::Identify(step) => Screen::Identify {
                kind: self.setup.kind,
                user_id: step.user_id.clone(),
                hint: self.user_id_hint.clone(),
                captcha: captcha_view(step, blocked),
                waiting: step.waiting,
                error: step.error,
            },
            Step::ChooseMethod(step) => Screen::ChooseMethod(MethodsView {
                methods: step.methods.clone(),
                chosen: step.chosen,
                asks_destination: step.method().is_some_and(|method| method.confirm),
                error: step.error,
            }),
            Step::ContactAdministrator(step) => Screen::ContactAdministrator(ContactView {
                reason: step.reason.clone(),
                contact: step.contact.clone(),
                left: step.left(),
                error: step.error,
                in_full: step.in_full,
            }),
            Step::AnswerCall(step) => Screen::AnswerCall(CallView {
                masked: step.method.masked.clone(),
                #[cfg(feature = "full")]
                registers: self.registers(live.gate),
                status: step.status,
                is_over: step.is_over(),
                calls_left: step.calls_left,
                can_call: step.can_call() && !blocked,
                in_full: step.in_full,
            }),
            Step::AnswerQuestions(step) => Screen::AnswerQuestions(QuestionsView {
                questions: step.questions.clone(),
                error: step.error,
                in_full: step.in_full,
            }),
            Step::ChooseOutcome(step) => Screen::ChooseOutcome(OutcomesView {
                outcomes: step.outcomes.clone(),
                chosen: step.chosen,
                error: step.error,
                in_full: step.in_full,
            }),
            Step::EnterCode(step) => {
                let resend_in = seconds_until(step.resend_at, server_now);
                Screen::EnterCode(CodeView {
                    kind: step.method.kind,
                    masked: step.method.masked.clone(),
                    length: step.length,
                    #[cfg(feature = "full")]
                    registers: self.registers(live.gate),
                    #[cfg(feature = "full")]
                    setup: step.setup.clone(),
                    error: step.error,
                    good_for: seconds_until(step.expires_at, server_now),
                    tries_left: step.tries_left,
                    resends_left: step.resends_left,
                    resend_in,
                    can_resend: step.resends_left > 0 && resend_in == 0 && !blocked,
                })
            }
            Step::NewPassword(step) => Screen::NewPassword(Box::new(self.password_view(step, server_now))),
            #[cfg(feature = "full")]
            Step::SignIn(step) => Screen::SignIn(SignInView {
                kind: self.setup.kind,
                user_id: step.user_id.clone(),
                known: step.known,
                hint: self.user_id_hint.clone(),
                can_reset: self.flows.contains(&FlowKind::Reset),
                captcha: captcha_view(&step.check, blocked),
                waiting: step.check.waiting,
                error: step.error.or(step.check.error),
            }),
            #[cfg(feature = "full")]
            Step::SecurityInfo(step) => Screen::SecurityInfo(Box::new(step.view())),
            Step::Unknown if self.setup.has_more => Screen::Loading,
            Step::Unknown => Screen::Unknown,
        }
    }

    fn password_view(&self, step: &NewPassword, server_now: Millis) -> PasswordView {
        PasswordView {
            user_id: step.user_id.clone(),
            first: step.first,
            needs_current: step.needs_current,
            changes: self.setup.kind == FlowKind::Change,
            items: step.items(self.scores),
            strength: step.strength.as_ref().map(|(_, strength)| strength.clone()),
            matching: step.matching,
            shown: step.shown,
            caps_lock: step.caps_lock,
            suggested: step.suggested,
            words: step.words,
            refused: step.refused.clone(),
            too_soon_for: step.refused_until().map_or(0, |at| seconds_until(at, server_now)),
            error: step.error,
            min_length: step.policy.min_length,
            max_length: step.policy.max_length,
            min_classes: step.policy.min_classes,
        }
    }

    /// Whether a code or a call is about something to be registered: once the proofs are done, there is no
    /// gate any more.
    #[cfg(feature = "full")]
    fn registers(&self, gate: Option<Gate>) -> bool {
        self.setup.kind == FlowKind::Register && gate.is_none()
    }
}

impl Screen {
    /// Whether a challenge can be on it.
    pub const fn has_challenge(&self) -> bool {
        match self {
            Self::Identify { .. } => true,
            #[cfg(feature = "full")]
            Self::SignIn(_) => true,
            _ => false,
        }
    }
}

fn captcha_view(step: &super::Identify, blocked: bool) -> Option<CaptchaView> {
    step.captcha.as_ref().map(|captcha| CaptchaView {
        captcha: Arc::clone(captcha),
        number: step.number,
        progress: step.progress,
        solved: !step.solution.is_empty(),
        can_renew: !blocked,
    })
}
