//! From what the person wants to requests: one at a time, under a key of its own, and again under
//! the same key where it got lost.

use std::rc::Rc;

use regain_protocol::{Answer, CreateFlow, FlowKind};

use crate::clock::Millis;
use crate::digits::digits;
use crate::effect::{Effect, Effects, Fault, HostEvent, Ticket};
use crate::event::StepEvent;
use crate::full::IS_FULL;
use crate::model::{Model, State};
use crate::request::{Connection, Request, RequestKind};
use crate::step::Intent;
use crate::steps::list::Step;

impl Model {
    /// Sends the form, where what it holds can be sent.
    pub(crate) fn submit(&mut self, now: Millis, effects: &mut Effects) {
        if self.is_busy() || self.asks_account() {
            return;
        }
        match &self.connection {
            Connection::Failed { fault: Fault::Busy, .. } => {}
            Connection::Failed {
                request: Request { kind: RequestKind::Answer { intent: Intent::Submit, .. }, .. },
                fault,
                ..
            } if *fault != Fault::Refused => self.retry(now, effects),
            _ => self.at_step(now, StepEvent::Submitted, effects),
        }
    }

    pub(crate) fn answer(&mut self, now: Millis, intent: Intent, answer: Answer, effects: &mut Effects) {
        if let State::Live(live) = &mut self.state
            && !matches!(self.connection, Connection::Failed { fault: Fault::Busy, .. })
        {
            // After another request the form does not go by itself any more.
            if let Some(challenge) = live.step.challenge() {
                challenge.waiting = false;
            }
            let step = live.step_id.clone();
            self.send(now, RequestKind::Answer { intent, step, answer: Rc::new(answer) }, effects);
        }
    }

    /// Tells if the person can be sent to the administrators from here.
    pub(crate) fn can_ask_administrator(&self) -> bool {
        self.config.ask_administrator
            && !self.registers()
            && matches!(&self.state, State::Live(live) if !live.step.is_contact())
    }

    /// Tells if the proofs are done and something is being registered: then a code or a call is about that.
    pub(crate) fn registers(&self) -> bool {
        IS_FULL
            && self.setup.kind == FlowKind::Register
            && matches!(&self.state, State::Live(live) if live.gate.is_none() && live.step.user_id().is_none())
    }

    pub(crate) fn ask_administrator(&mut self, now: Millis, effects: &mut Effects) {
        if self.can_ask_administrator() {
            let user_id = match self.step() {
                Some(Step::Identify(step)) => step.typed_user_id(),
                _ => None,
            };
            self.answer(now, Intent::Other, Answer::AskAdministrator { user_id }, effects);
        }
    }

    /// Sends a new request, unless one is on its way for which the person waits.
    pub(crate) fn send(&mut self, now: Millis, kind: RequestKind, effects: &mut Effects) {
        if self.connection.is_busy() {
            return;
        }
        self.keys += 1;
        let key = [&*self.setup.nonce, "-", &digits(self.keys)].concat();
        self.dispatch(now, Request { kind, key, lost: 0, notified: None }, None, effects);
    }

    pub(crate) fn dispatch(&mut self, now: Millis, request: Request, fault: Option<Fault>, effects: &mut Effects) {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let key = request.key.clone();
        effects.push(match (&request.kind, &self.state) {
            (RequestKind::Resume(flow), _) => Effect::GetFlow { ticket, flow: flow.clone() },
            (RequestKind::Refresh | RequestKind::Poll, State::Live(live)) => {
                Effect::GetFlow { ticket, flow: live.resume.clone() }
            }
            (RequestKind::Answer { step, answer, .. }, State::Live(live)) => Effect::PostAnswer {
                ticket,
                key,
                flow: live.resume.clone(),
                step: step.clone(),
                answer: Rc::clone(answer),
            },
            (RequestKind::Create, _) => Effect::CreateFlow {
                ticket,
                key,
                create: CreateFlow {
                    kind: self.setup.kind,
                    locale: self.setup.locale.clone(),
                    user_id: None,
                    assertion: None,
                    with_config: None,
                },
            },
            // The flow that these were about is gone.
            (RequestKind::Refresh | RequestKind::Poll | RequestKind::Answer { .. }, _) => return,
        });
        self.connection = Connection::Busy { request, ticket, since: now, fault, announced_slow: false };
    }

    pub(crate) fn retry(&mut self, now: Millis, effects: &mut Effects) {
        match &mut self.connection {
            Connection::Failed { request, fault: Fault::Offline | Fault::Unreachable | Fault::Server, .. } => {
                request.lost = 0;
                self.send_again(now, effects);
            }
            Connection::Failed { fault: Fault::Busy, retry_at, .. } if retry_at.is_some_and(|at| at > now) => {}
            // These were answered, so the same key would get the same answer.
            Connection::Failed { .. } => {
                if let Connection::Failed { request, .. } = std::mem::replace(&mut self.connection, Connection::Idle) {
                    self.send(now, request.kind, effects);
                }
            }
            Connection::Busy { .. } | Connection::Idle => {}
        }
    }

    /// Sends the request that failed once more, under its own key.
    pub(crate) fn send_again(&mut self, now: Millis, effects: &mut Effects) {
        if let Connection::Failed { request, fault, .. } = std::mem::replace(&mut self.connection, Connection::Idle) {
            self.dispatch(now, request, Some(fault), effects);
        }
    }

    pub(crate) fn lost(
        &mut self,
        now: Millis,
        mut request: Request,
        fault: Fault,
        wait: Option<u32>,
        effects: &mut Effects,
    ) {
        self.withdraw_first_step();
        let retry_at = match wait {
            Some(seconds) => Some(now + Millis::from(seconds) * 1000),
            None => request.retry_at(fault, now),
        };
        if let (RequestKind::Poll, Some(call)) = (&request.kind, self.step().and_then(Step::call))
            && call.forgives(now, fault, wait)
        {
            return;
        }
        // A failure that lasts through repeats is one failure.
        if request.notified.replace(fault) != Some(fault) {
            effects.push(Effect::NotifyHost(HostEvent::Failed(fault)));
            effects.push(Effect::ShowTrouble);
        }
        request.lost += 1;
        self.connection = Connection::Failed { request, fault, retry_at };
    }
}
