//! The view: everything worked out, so that the views only put it in place. Codes and passwords are not in it: they stay in
//! their fields, which last as long as their step.

use std::sync::Arc;

use regain_protocol::{Config, FlowKind, Gate, NoticeCode, Outcome};

use crate::clock::{Millis, seconds_until};
use crate::effect::Fault;
use crate::full::IS_FULL;
use crate::model::{Model, State};
use crate::request::{Connection, Request, RequestKind};
use crate::screen::{DoneView, EndedView, Screen};
use crate::step::Surroundings;
use crate::steps::list::Step;

/// The whole widget, to draw.
#[expect(clippy::struct_excessive_bools, reason = "facts that hold each by itself, not states of one thing")]
#[derive(Debug, Clone)]
pub struct View {
    /// Another key is another screen; the same key is the same screen with other values.
    pub key: (u32, bool),
    /// The screen.
    pub screen: Screen,
    /// True while a request is on its way.
    pub busy: bool,
    /// True where the form can be sent now.
    pub can_submit: bool,
    /// The failure of the last request.
    pub trouble: Option<Trouble>,
    /// Seconds until the whole flow ends, in its last two minutes.
    pub ending: Option<u32>,
    /// True where more time can be asked for.
    pub can_extend: bool,
    /// The user ID that this is about, once the server knows it.
    pub identity: Option<String>,
    /// True where it may be another one.
    pub can_correct_identity: bool,
    /// The proof that is asked for.
    pub gate: Option<Gate>,
    /// A notice at this step.
    pub notice: Option<NoticeCode>,
    /// True where the person can be sent to the administrators.
    pub can_ask_administrator: bool,
    /// The server's configuration; empty until it is there.
    pub config: Arc<Config>,
}

/// A failure and what can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// The fault.
    pub fault: Fault,
    /// Seconds until the same request is sent again by itself, or, for [`Fault::Busy`], may be.
    pub wait: Option<u32>,
    /// True where it can be sent again now.
    pub can_retry: bool,
    /// True where starting again is the better way.
    pub can_start_again: bool,
}

/// The end of a flow is shown this many seconds ahead. WCAG 2.2.1 asks for 20 at least.
const WARN_AHEAD: u32 = 120;

impl View {
    /// The key of the challenge.
    pub fn challenge(&self) -> (u32, bool) {
        (self.screen.captcha().map_or(0, |captcha| captcha.number), false)
    }

    /// The key of its place, which comes with the flow.
    pub fn challenge_place(&self) -> (u32, bool) {
        (0, self.screen.captcha().is_some())
    }
}

impl Model {
    /// The view at `now`.
    pub fn view(&self, now: Millis) -> View {
        let server_now = now + self.clock_offset;
        let live = match &self.state {
            State::Live(live) => Some(live),
            _ => None,
        };
        let limited = matches!(self.connection, Connection::Failed { fault: Fault::Busy, .. });
        let screen = self.screen(server_now, limited || self.is_busy());
        let busy = screen.is_waiting() || self.is_busy();
        View {
            key: (self.revision, matches!(screen, Screen::Failed)),
            screen,
            busy,
            can_submit: self.current().is_some_and(|step| !matches!(step, Step::Unknown)) && !busy && !limited,
            trouble: self.trouble(now),
            ending: live
                .and_then(|live| live.ends_at)
                .map(|at| seconds_until(at, server_now))
                .filter(|left| *left <= WARN_AHEAD),
            can_extend: live.is_some_and(|live| live.can_extend),
            identity: live
                .filter(|live| live.identified && live.step.user_id().is_none())
                .map(|_| self.user_id.clone()),
            can_correct_identity: !self.setup.is_vouched_for(),
            gate: live.and_then(|live| live.gate),
            notice: live.and_then(|live| live.notice).map(|notice| notice.code),
            can_ask_administrator: self.can_ask_administrator(),
            config: Arc::clone(&self.config),
        }
    }

    fn trouble(&self, now: Millis) -> Option<Trouble> {
        match &self.connection {
            Connection::Busy { fault: Some(fault), .. } => {
                Some(Trouble { fault: *fault, wait: None, can_retry: false, can_start_again: false })
            }
            Connection::Failed { request: Request { kind, .. }, fault, retry_at } => {
                let wait = retry_at.map(|at| seconds_until(at, now)).filter(|left| *left > 0);
                let can_retry = match fault {
                    Fault::Offline | Fault::Unreachable | Fault::Server => true,
                    // In a form, its own button is the way to go on.
                    Fault::Busy => wait.is_none() && !matches!(kind, RequestKind::Answer { .. }),
                    Fault::Refused => false,
                };
                Some(Trouble { fault: *fault, wait, can_retry, can_start_again: *fault == Fault::Refused })
            }
            Connection::Busy { fault: None, .. } | Connection::Idle => None,
        }
    }

    fn screen(&self, server_now: Millis, blocked: bool) -> Screen {
        match &self.state {
            State::Opening(Some(step)) => self.step_screen(step, server_now, blocked),
            State::Opening(None)
                if matches!(self.connection, Connection::Failed { .. } | Connection::Busy { fault: Some(_), .. }) =>
            {
                Screen::Failed
            }
            State::Opening(None) | State::Closed => Screen::Loading,
            State::Done { outcome, notified, continue_url, due, .. } => Screen::Done(DoneView {
                outcome: *outcome,
                // Nothing was proved by somebody who asked for help.
                account: (*outcome != Outcome::RequestSent && !self.user_id.is_empty()).then(|| self.user_id.clone()),
                notified: *notified,
                due: *due,
                signed_in: self.setup.signed_in,
                elsewhere: self.elsewhere,
                can_return: self.setup.can_return || continue_url.is_some(),
            }),
            State::Ended { reason, retry_at } => {
                let wait = retry_at.map_or(0, |at| seconds_until(at, server_now));
                Screen::Ended(EndedView { reason: *reason, wait })
            }
            State::Live(live) => self.step_screen(&live.step, server_now, blocked),
        }
    }

    fn step_screen(&self, step: &Step, server_now: Millis, blocked: bool) -> Screen {
        match step {
            _ if self.asks_account() => Screen::AccountType,
            Step::Unknown if self.setup.can_hand_over => Screen::Loading,
            step => step.screen(&Surroundings {
                typed_destination: self
                    .change
                    .as_ref()
                    .and_then(|change| change.destination.as_ref())
                    .map(|typed| typed.expose().as_str()),
                changed: self.changed(),
                server_now,
                blocked,
                kind: self.setup.kind,
                registers: self.registers(),
                can_reset: IS_FULL && self.config.flows.contains(&FlowKind::Reset),
                scores: self.scores,
            }),
        }
    }
}
