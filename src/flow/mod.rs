//! The flow core: what a person sees and what happens next, as plain data.
//!
//! [`Model::update`] takes an [`Event`] and the time and gives back [`Effect`]s; [`Model::view`]
//! says what to draw. It knows no browser, no clock and no randomness, so every order of events can
//! be tried in `cargo test`. The server decides which step comes next: nothing in here leads from
//! one step to another but the server's word.

mod account_type;
mod address;
mod aids;
mod answer_call;
mod answer_questions;
mod challenge;
mod choose_method;
mod choose_outcome;
mod contact_administrator;
mod effect;
mod enter_code;
mod event;
mod identify;
mod line;
mod new_password;
mod replies;
mod requests;
#[cfg(feature = "full")]
mod security_info;
#[cfg(feature = "full")]
mod sign_in;
mod time;
mod view;

#[cfg(test)]
mod tests;

use regain_protocol::{AccountType, EndReason, FlowKind, Gate, Help, MethodKind, Notice, Outcome, Secret};

pub use aids::{Matching, Strength, Suggested};
pub use answer_call::AnswerCall;
pub use answer_questions::AnswerQuestions;
pub use choose_method::ChooseMethod;
pub use choose_outcome::ChooseOutcome;
pub use contact_administrator::{ContactAdministrator, LONGEST};
#[cfg(feature = "full")]
pub use effect::Keep;
pub use effect::{Announcement, Effect, Focus, HostEvent, Resume};
pub(crate) use enter_code::DIGITS;
pub use enter_code::EnterCode;
pub use event::{Event, Fault, Field, Reply, Ticket};
pub use identify::Identify;
pub use new_password::{Item, NewPassword, Standing};
#[cfg(feature = "full")]
pub use security_info::{
    Change, Chosen, Codes, DestinationView, MethodView, OverviewView, QuestionsFormView, RemovalView, RowView,
    SecurityInfo, SecurityInfoView, Way,
};
#[cfg(feature = "full")]
pub use sign_in::SignIn;
#[cfg(feature = "full")]
pub use view::SignInView;
pub use view::{
    CallView, CaptchaView, CodeView, ContactView, EndedView, MethodsView, OutcomesView, PasswordView, QuestionsView,
    Screen, Trouble, View,
};

use crate::clock::Millis;
use account_type::Account;
use address::is_page;
use line::{Ask, Call, Line};
use time::seconds_until;

/// What the widget is opened with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What the flow is for.
    pub kind: FlowKind,
    /// The language for mails and messages.
    pub locale: Option<String>,
    /// The user ID that the host page's own field holds.
    pub user_id: String,
    /// Randomness for the idempotency keys: different at every opening.
    pub nonce: String,
    /// What a former load of the page kept.
    pub resume: Option<Resume>,
    /// Whether the widget opened by itself after a reload. Then a flow that is gone is said to be
    /// over; after a click it is quietly replaced by a new one.
    pub reopened: bool,
    /// Whether the host page says who is signed in.
    #[cfg(feature = "full")]
    pub signed_in: bool,
    /// Whether there is a fuller widget for a step that this one does not know.
    pub has_more: bool,
}

/// What is wrong with what a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldError {
    /// Nothing.
    Missing,
    /// The server can't use it.
    Unusable,
    /// A code has another length.
    CodeLength {
        /// The right one, in digits.
        length: u8,
    },
    /// Not the right code, or not the right answers.
    Wrong {
        /// How many wrong ones are still forgiven.
        tries_left: u8,
    },
    /// The code's time is up.
    CodeExpired,
    /// More than fits.
    TooLong,
    /// The checklist has an open point.
    BreaksRules,
    /// The server refused the password by the rules listed with it.
    Refused,
    /// The two passwords differ.
    Different,
    /// Fewer characters than it must have.
    TooShort,
    /// The same as another one.
    Repeated,
    /// The question says it.
    GivenAway,
    /// A phone number does not say of which country.
    CountryCode,
    /// Something is still needed.
    Unfinished {
        /// How many.
        missing: u8,
    },
}

/// A flow in progress, and the step it is at.
#[derive(Debug, Clone)]
struct Live {
    resume: Resume,
    /// When the flow ends, at the server; `None` where that could not be read.
    ends_at: Option<Millis>,
    /// How many seconds were left when it was last said.
    said: Option<u32>,
    /// From when the server may be asked whether it is over.
    check_at: Millis,
    gate: Option<Gate>,
    notice: Option<Notice>,
    step_id: String,
    step: Step,
}

/// A step with what was typed at it.
#[derive(Debug, Clone)]
enum Step {
    Identify(Identify),
    ContactAdministrator(ContactAdministrator),
    ChooseMethod(ChooseMethod),
    EnterCode(EnterCode),
    AnswerCall(AnswerCall),
    AnswerQuestions(AnswerQuestions),
    ChooseOutcome(ChooseOutcome),
    NewPassword(Box<NewPassword>),
    #[cfg(feature = "full")]
    SignIn(SignIn),
    #[cfg(feature = "full")]
    SecurityInfo(Box<SecurityInfo>),
    /// A step for a newer or a fuller widget.
    Unknown,
}

/// Why there is no flow any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The server ended it.
    Reason(EndReason),
    /// The server does not know it any more.
    SessionOver,
}

#[derive(Debug, Clone)]
enum State {
    /// No flow yet: being created, or being fetched after a reload.
    Opening,
    /// A flow in progress.
    Live(Box<Live>),
    /// It worked.
    Done { outcome: Outcome, user_id: String, notified: bool, continue_url: Option<String>, due: bool },
    /// It is over without success.
    Ended { why: End, retry_at: Option<Millis> },
    /// The person closed the widget.
    Closed,
}

/// The whole state of one widget.
#[expect(clippy::struct_excessive_bools, reason = "facts that hold each by itself, not states of one thing")]
#[derive(Debug, Clone)]
pub struct Model {
    setup: Setup,
    help: Help,
    organisation: Option<String>,
    user_id_hint: Option<String>,
    /// Whether anyone can be sent to the administrators.
    ask_administrator: bool,
    /// The kinds of flow that are switched on.
    #[cfg(feature = "full")]
    flows: Vec<FlowKind>,
    accounts: Vec<AccountType>,
    account: Account,
    /// What time it is at the server, from this device's clock.
    offset: Millis,
    /// The user ID as typed last: it outlives its step, so that nobody types it twice.
    user_id: String,
    state: State,
    line: Line,
    tickets: u32,
    keys: u32,
    /// Counts the screens, so that the view knows when to draw another.
    drawn: u32,
    ticking: bool,
    reading_sms: bool,
    /// What tells how strong a password is was brought in.
    scorer: bool,
    /// And it is ready.
    scores: bool,
}

type Effects = Vec<Effect>;

impl Setup {
    /// Whether the flow is for whom the host page says is signed in. Then nothing is kept for a reload: the
    /// next one at this device may be somebody else, for whom the host page has another word.
    #[cfg(feature = "full")]
    pub(crate) fn is_vouched_for(&self) -> bool {
        self.signed_in && matches!(self.kind, FlowKind::Change | FlowKind::Register)
    }

    #[cfg(not(feature = "full"))]
    #[expect(clippy::unused_self, reason = "as in the full build")]
    const fn is_vouched_for(&self) -> bool {
        false
    }
}

impl Model {
    /// A widget about to open.
    pub fn new(mut setup: Setup) -> Self {
        if setup.is_vouched_for() {
            setup.resume = None;
        }
        Self {
            help: Help::default(),
            organisation: None,
            user_id_hint: None,
            ask_administrator: false,
            #[cfg(feature = "full")]
            flows: Vec::new(),
            accounts: Vec::new(),
            account: Account::Settled,
            offset: 0,
            user_id: setup.user_id.clone(),
            state: State::Opening,
            line: Line::Idle,
            tickets: 0,
            keys: 0,
            drawn: 0,
            ticking: false,
            reading_sms: false,
            scorer: false,
            scores: false,
            setup,
        }
    }

    /// Takes in what happened at `now` (by this device's clock) and says what to do about it.
    pub fn update(&mut self, now: Millis, event: Event) -> Vec<Effect> {
        let mut effects = Effects::new();
        if !matches!(self.state, State::Closed) {
            self.handle(now, event, &mut effects);
        }
        let needs_time = match &self.state {
            State::Opening | State::Live(_) => true,
            State::Ended { retry_at, .. } => retry_at.is_some_and(|at| at > now + self.offset),
            State::Done { .. } | State::Closed => false,
        };
        if needs_time != self.ticking {
            self.ticking = needs_time;
            effects.push(if needs_time { Effect::StartTicking } else { Effect::StopTicking });
        }
        let reads_sms =
            matches!(self.step(), Some(Step::EnterCode(EnterCode { method, .. })) if method.kind == MethodKind::Sms);
        if reads_sms != self.reading_sms {
            self.reading_sms = reads_sms;
            effects.push(if reads_sms { Effect::StartReadingSms } else { Effect::StopReadingSms });
        }
        self.send_strength_away(&mut effects);
        effects
    }

    fn handle(&mut self, now: Millis, event: Event, effects: &mut Effects) {
        match event {
            Event::Opened => {
                effects.push(Effect::LoadConfig);
                self.account = Account::new(now);
                if self.setup.is_vouched_for() {
                    effects.push(Effect::ClearResume);
                }
                let call = self.setup.resume.clone().map_or(Call::Create, Call::Resume);
                self.send(now, call, effects);
            }
            Event::Typed(field, text) => self.typed(field, text, effects),
            Event::ChoseAccountType => {
                if self.asks_account() {
                    self.decide(Account::Settled, effects);
                }
            }
            Event::Chose(place) => {
                match self.step() {
                    Some(Step::ChooseMethod(step)) => step.chose(place),
                    Some(Step::ChooseOutcome(step)) => step.chose(place),
                    #[cfg(feature = "full")]
                    Some(Step::SecurityInfo(step)) => step.chose(place),
                    _ => return,
                }
                self.forget_failure();
            }
            Event::Submitted => self.submit(now, effects),
            Event::CaptchaSolved(..) | Event::CaptchaProgress(..) | Event::CaptchaUnsolvable(_) => {
                self.challenged(now, event, effects);
            }
            Event::AskedForNewCaptcha
            | Event::AskedForAnotherCode
            | Event::AskedForAnotherCall
            | Event::AskedForAnotherMethod
            | Event::AskedForAdministrator => self.asked(now, &event, effects),
            Event::CodeRead(code) => {
                if let Some(Step::EnterCode(step)) = self.step() {
                    step.typed(code.clone());
                    self.forget_failure();
                    effects.push(Effect::Fill(Field::Code, code));
                    effects.push(Effect::Announce(Announcement::CodeRead));
                }
            }
            Event::Retried => {
                self.retry(now, effects);
                // The button that was pressed goes away.
                effects.push(Effect::Focus(Focus::Heading));
            }
            Event::StartedAgain => self.start_again(now, effects),
            Event::WentToSignIn => {
                if let State::Done { user_id, continue_url, .. } = &self.state {
                    let (user_id, continue_url) = (user_id.clone(), continue_url.clone());
                    self.close(effects);
                    effects.push(Effect::ReturnToSignIn { user_id, continue_url });
                }
            }
            Event::WentTo(kind) => self.go_to(kind, effects),
            #[cfg(feature = "full")]
            Event::Changed(change) => self.change(now, change, effects),
            #[cfg(feature = "full")]
            Event::AskedToCopyKey | Event::AskedToKeepCodes(_) => effects.extend(self.kept(&event)),
            Event::Cancelled => {
                if let State::Live(live) = &self.state {
                    effects.push(Effect::DeleteFlow(live.resume.clone()));
                }
                effects.push(Effect::ClearResume);
                self.close(effects);
            }
            Event::Ticked => self.tick(now, effects),
            Event::CameOnline => {
                if matches!(self.line, Line::Failed { fault: Fault::Offline | Fault::Unreachable, .. }) {
                    self.send_again(now, effects);
                }
            }
            Event::Replied(ticket, reply) => {
                // A reply to a request that was given up is not for us any more.
                if let Line::Busy { ticket: awaited, .. } = &self.line
                    && *awaited == ticket
                    && let Line::Busy { ask, .. } = std::mem::replace(&mut self.line, Line::Idle)
                {
                    self.replied(now, ask, reply, effects);
                }
            }
            Event::Configured(config) => {
                self.help = config.help;
                self.organisation = Some(config.name).filter(|name| !name.is_empty());
                self.user_id_hint = config.user_id_hint;
                self.ask_administrator = config.ask_administrator;
                #[cfg(feature = "full")]
                {
                    self.flows = config.flows;
                }
                self.offers(config.account_types, effects);
            }
            Event::Unconfigured => self.offers(Vec::new(), effects),
            Event::ClockRead(offset) => self.offset = offset,
            event => self.aided(event, effects),
        }
    }

    fn step(&mut self) -> Option<&mut Step> {
        match &mut self.state {
            State::Live(live) => Some(&mut live.step),
            _ => None,
        }
    }

    fn typed(&mut self, field: Field, text: Secret<String>, effects: &mut Effects) {
        let ticket = Ticket(self.tickets + 1);
        let Some(step) = self.step() else { return };
        match (step, field) {
            (Step::Identify(step), Field::UserId | Field::Captcha) => {
                step.typed(field, text.expose());
                if field == Field::UserId {
                    text.expose().clone_into(&mut self.user_id);
                }
            }
            (Step::ChooseMethod(step), Field::Destination) => step.typed(text),
            (Step::EnterCode(step), Field::Code) => step.typed(text),
            (Step::AnswerQuestions(step), Field::Answer(place)) => step.typed(place, text),
            (Step::ContactAdministrator(step), Field::Message) => {
                effects.extend(step.typed(text).map(Effect::Announce));
            }
            (Step::NewPassword(step), Field::Current | Field::Password | Field::Confirm) => {
                // Fields are read once more when the form is sent.
                if step.holds(field, &text) {
                    return;
                }
                effects.extend(step.typed(field, text).map(Effect::Announce));
                if field == Field::Password {
                    step.text = ticket;
                    self.tickets = ticket.0;
                    self.examine(effects);
                }
            }
            #[cfg(feature = "full")]
            (Step::SignIn(step), Field::UserId | Field::Current | Field::Captcha) => {
                step.typed(field, text);
                self.user_id = step.user_id.clone();
            }
            #[cfg(feature = "full")]
            (Step::SecurityInfo(step), _) => step.typed(field, text),
            _ => return,
        }
        self.forget_failure();
    }

    /// What failed was about what the fields held before: it is not to be sent again by itself.
    fn forget_failure(&mut self) {
        if let Line::Failed { ask: Ask { call: Call::Answer { .. }, .. }, fault, .. } = &self.line
            && *fault != Fault::Busy
        {
            self.line = Line::Idle;
        }
    }

    fn start_again(&mut self, now: Millis, effects: &mut Effects) {
        let allowed = match &self.state {
            State::Ended { retry_at, .. } => retry_at.is_none_or(|at| at <= now + self.offset),
            State::Opening => matches!(self.line, Line::Failed { .. }),
            State::Live(_) => true,
            State::Done { .. } | State::Closed => false,
        };
        if !allowed {
            return;
        }
        if let State::Live(live) = &self.state {
            effects.push(Effect::DeleteFlow(live.resume.clone()));
        }
        effects.push(Effect::ClearResume);
        self.open_anew(now, effects);
    }

    fn open_anew(&mut self, now: Millis, effects: &mut Effects) {
        self.line = Line::Idle;
        self.enter(State::Opening);
        self.send(now, Call::Create, effects);
    }

    /// On to a flow of another kind: from the end of this one, or in its place.
    fn go_to(&mut self, kind: FlowKind, effects: &mut Effects) {
        let user_id = match &self.state {
            State::Done { user_id, .. } => user_id.clone(),
            State::Live(live) => {
                effects.push(Effect::DeleteFlow(live.resume.clone()));
                effects.push(Effect::ClearResume);
                self.user_id.clone()
            }
            _ => return,
        };
        self.line = Line::Idle;
        self.state = State::Closed;
        effects.push(Effect::OpenFlow(kind, user_id));
    }

    fn close(&mut self, effects: &mut Effects) {
        self.line = Line::Idle;
        self.state = State::Closed;
        effects.push(Effect::Tell(HostEvent::Closed));
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.drawn += 1;
    }
}

impl Step {
    fn name(&self) -> &'static str {
        match self {
            Self::Identify(_) => "identify",
            Self::ContactAdministrator(_) => "contact_administrator",
            Self::ChooseMethod(_) => "choose_method",
            Self::EnterCode(_) => "enter_code",
            Self::AnswerCall(_) => "answer_call",
            Self::AnswerQuestions(_) => "answer_questions",
            Self::ChooseOutcome(_) => "choose_outcome",
            Self::NewPassword(_) => "new_password",
            #[cfg(feature = "full")]
            Self::SignIn(_) => "sign_in",
            #[cfg(feature = "full")]
            Self::SecurityInfo(_) => "security_info",
            Self::Unknown => "unknown",
        }
    }
}
