//! The whole state of one widget, and what happens to it.

use std::sync::Arc;

use regain_protocol::{Answer, Config, FlowKind, Gate, Notice, Outcome};

use crate::account::Account;
use crate::clock::Millis;
use crate::effect::{Effect, Effects, Fault, Focus, HostEvent, Resume};
use crate::event::{Event, StepEvent};
use crate::full::{Full, IS_FULL};
use crate::request::{Connection, Request, RequestKind};
use crate::screen::End;
use crate::setup::Setup;
use crate::step::{self, Context, Intent};
use crate::steps::list::Step;
use crate::steps::new_password::PasswordEvent;
use crate::steps::security_info::Change;

/// A flow in progress, and the step it is at.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    pub(crate) resume: Resume,
    /// The end of the flow, at the server; `None` where that could not be read.
    pub(crate) ends_at: Option<Millis>,
    /// The last announced time, in seconds left.
    pub(crate) announced: Option<u32>,
    /// The time from which the server may be asked whether it is over.
    pub(crate) check_at: Millis,
    /// True until the server has refused more time.
    pub(crate) can_extend: bool,
    /// True once the server knows whom the flow is about.
    pub(crate) identified: bool,
    pub(crate) gate: Option<Gate>,
    pub(crate) notice: Option<Notice>,
    pub(crate) step_id: String,
    pub(crate) step: Step,
}

#[derive(Debug, Clone)]
pub(crate) enum State {
    /// No flow yet: being created, or being fetched after a reload. With the step that it is going to begin with, where that
    /// is known: nobody waits for the server to see it.
    Opening(Option<Step>),
    /// A flow in progress.
    Live(Box<Live>),
    /// It worked.
    Done { outcome: Outcome, user_id: String, notified: bool, continue_url: Option<String>, due: bool },
    /// It is over without success.
    Ended { reason: End, retry_at: Option<Millis> },
    /// The person closed the widget.
    Closed,
}

/// The whole state of one widget.
#[derive(Debug, Clone)]
pub struct Model {
    pub(crate) setup: Setup,
    pub(crate) config: Arc<Config>,
    pub(crate) account: Account,
    /// The server's clock, from this device's.
    pub(crate) clock_offset: Millis,
    /// The user ID as typed last: it outlives its step, so that nobody types it twice.
    pub(crate) user_id: String,
    pub(crate) state: State,
    pub(crate) connection: Connection,
    pub(crate) tickets: u32,
    pub(crate) keys: u32,
    /// Another number is another screen.
    pub(crate) revision: u32,
    /// Passwords can be scored.
    pub(crate) scores: bool,
    /// True once a flow of the same user ID was finished in another tab.
    pub(crate) elsewhere: bool,
    /// The last change of the security info.
    pub(crate) change: Option<Full<Change>>,
}

impl Model {
    /// A widget about to open.
    pub fn new(mut setup: Setup) -> Self {
        if setup.is_vouched_for() {
            setup.resume = None;
        }
        Self {
            config: Arc::default(),
            account: Account::Undecided,
            clock_offset: 0,
            user_id: setup.user_id.clone(),
            state: State::Opening(None),
            connection: Connection::Idle,
            tickets: 0,
            keys: 0,
            revision: 0,
            scores: false,
            elsewhere: false,
            change: None,
            setup,
        }
    }

    /// Takes in what happened at `now` (by this device's clock) and says what to do about it.
    pub fn update(&mut self, now: Millis, event: Event) -> Vec<Effect> {
        let mut effects = Effects::default();
        if !matches!(self.state, State::Closed) {
            self.handle(now, event, &mut effects);
        }
        effects.into_inner()
    }

    fn handle(&mut self, now: Millis, event: Event, effects: &mut Effects) {
        match event {
            Event::Opened => {
                if self.account == Account::Undecided {
                    effects.push(Effect::LoadConfig);
                }
                if self.setup.is_vouched_for() {
                    effects.push(Effect::ClearResume);
                }
                let kind = self.setup.resume.clone().map_or(RequestKind::Create, RequestKind::Resume);
                self.send(now, kind, effects);
                self.draw_first_step(effects);
            }
            Event::Step(StepEvent::Submitted) => self.submit(now, effects),
            Event::Step(event) => self.at_step(now, event, effects),
            Event::AccountTypeChosen => {
                if self.asks_account() {
                    self.decide(Account::Settled, effects);
                }
            }
            Event::HelpRequested => self.ask_administrator(now, effects),
            Event::MoreTimeRequested => self.answer(now, Intent::MoreTime, Answer::MoreTime {}, effects),
            Event::StrengthReady(ready) => {
                self.scores = ready;
                self.at_step(now, StepEvent::Password(PasswordEvent::StrengthReady(ready)), effects);
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
            Event::Cancelled => {
                self.delete_flow(effects);
                effects.push(Effect::ClearResume);
                self.close(effects);
            }
            Event::Ticked => self.tick(now, effects),
            Event::PollDue => self.poll(now, effects),
            Event::CameOnline => {
                if matches!(self.connection, Connection::Failed { fault: Fault::Offline | Fault::Unreachable, .. }) {
                    self.send_again(now, effects);
                }
            }
            Event::FinishedElsewhere(mark) => self.finished_elsewhere(&mark, effects),
            Event::Replied(ticket, reply) => {
                // A reply to a request that was given up is not for us any more.
                if let Connection::Busy { ticket: awaited, .. } = &self.connection
                    && *awaited == ticket
                    && let Connection::Busy { request, .. } = std::mem::replace(&mut self.connection, Connection::Idle)
                {
                    self.replied(now, request, reply, effects);
                    self.end_elsewhere(effects);
                }
            }
            Event::Configured(config) => self.configure(Some(config), effects),
            Event::Unconfigured => self.configure(None, effects),
            Event::ClockRead(offset) => self.clock_offset = offset,
        }
    }

    /// Has the current step take something in.
    pub(crate) fn at_step(&mut self, now: Millis, event: StepEvent, effects: &mut Effects) {
        let Some((step, mut context)) = self.step_in_context(now, effects) else { return };
        let outcome = step.update(event, &mut context);
        if let Some(user_id) = step.user_id().cloned() {
            self.user_id = user_id;
        }
        match outcome {
            step::Outcome::Continue { edited: false } => {}
            step::Outcome::Continue { edited: true } => self.forget_failure(),
            step::Outcome::Complete(intent, answer) => {
                if IS_FULL {
                    self.remember(&answer);
                }
                self.forget_failure();
                self.answer(now, intent, answer, effects);
            }
        }
    }

    /// The current step with its surroundings.
    pub(crate) fn step_in_context<'a>(
        &'a mut self,
        now: Millis,
        effects: &'a mut Effects,
    ) -> Option<(&'a mut Step, Context<'a>)> {
        let step = match &mut self.state {
            State::Live(live) => &mut live.step,
            State::Opening(Some(step)) => step,
            _ => return None,
        };
        let context = Context {
            server_now: now + self.clock_offset,
            busy: self.connection.is_busy(),
            tickets: &mut self.tickets,
            revision: &mut self.revision,
            effects,
        };
        Some((step, context))
    }

    pub(crate) fn step(&mut self) -> Option<&mut Step> {
        match &mut self.state {
            State::Live(live) => Some(&mut live.step),
            State::Opening(step) => step.as_mut(),
            _ => None,
        }
    }

    /// The step that is shown.
    pub(crate) fn current(&self) -> Option<&Step> {
        match &self.state {
            State::Live(live) => Some(&live.step),
            State::Opening(step) => step.as_ref(),
            _ => None,
        }
    }

    /// Tells if the person has to wait for the connection. What begins a flow is not waited for where its first step is there.
    pub(crate) fn is_busy(&self) -> bool {
        self.connection.is_busy() && !matches!(self.state, State::Opening(Some(_)))
    }

    /// Forgets a failure that was about what the fields held before: it is not to be sent again by itself.
    fn forget_failure(&mut self) {
        if let Connection::Failed { request: Request { kind: RequestKind::Answer { .. }, .. }, fault, .. } =
            &self.connection
            && *fault != Fault::Busy
        {
            self.connection = Connection::Idle;
        }
    }

    fn start_again(&mut self, now: Millis, effects: &mut Effects) {
        let allowed = match &self.state {
            State::Ended { retry_at, .. } => retry_at.is_none_or(|at| at <= now + self.clock_offset),
            State::Opening(_) => matches!(self.connection, Connection::Failed { .. }),
            State::Live(_) => true,
            State::Done { .. } | State::Closed => false,
        };
        if !allowed {
            return;
        }
        self.delete_flow(effects);
        effects.push(Effect::ClearResume);
        self.open_anew(now, effects);
    }

    pub(crate) fn open_anew(&mut self, now: Millis, effects: &mut Effects) {
        self.connection = Connection::Idle;
        self.elsewhere = false;
        self.enter(State::Opening(None));
        self.send(now, RequestKind::Create, effects);
    }

    /// On to a flow of another kind: from the end of this one, or in its place.
    fn go_to(&mut self, kind: FlowKind, effects: &mut Effects) {
        let user_id = match &self.state {
            State::Done { user_id, .. } => user_id.clone(),
            State::Live(_) => {
                self.delete_flow(effects);
                effects.push(Effect::ClearResume);
                self.user_id.clone()
            }
            _ => return,
        };
        self.connection = Connection::Idle;
        self.state = State::Closed;
        effects.push(Effect::OpenFlow(kind, user_id));
    }

    pub(crate) fn delete_flow(&self, effects: &mut Effects) {
        if let State::Live(live) = &self.state {
            effects.push(Effect::DeleteFlow(live.resume.clone()));
        }
    }

    fn close(&mut self, effects: &mut Effects) {
        self.connection = Connection::Idle;
        self.state = State::Closed;
        effects.push(Effect::NotifyHost(HostEvent::Closed));
    }

    pub(crate) fn enter(&mut self, state: State) {
        self.state = state;
        self.revision += 1;
    }
}
