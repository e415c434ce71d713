//! From what the person wants to requests: one at a time, under a key of its own, and again under
//! the same key where it got lost.

use std::rc::Rc;

use regain_protocol::{Answer, CreateFlow};

use super::line::{Ask, Call, Line, Wish};
use super::{Announcement, Effect, Effects, Event, Fault, Focus, HostEvent, Model, State, Step, Ticket};
use crate::clock::Millis;

impl Model {
    /// Sends the form, where what it holds can be sent.
    pub(super) fn submit(&mut self, now: Millis, effects: &mut Effects) {
        if self.line.is_busy() || self.asks_account() {
            return;
        }
        match &self.line {
            Line::Failed { fault: Fault::Busy, .. } => return,
            Line::Failed { ask: Ask { call: Call::Answer { wish: Wish::Submit, .. }, .. }, fault, .. }
                if *fault != Fault::Refused =>
            {
                return self.retry(now, effects);
            }
            _ => {}
        }
        let result = match self.step() {
            Some(Step::Identify(step)) => step.submit(),
            Some(Step::ChooseMethod(step)) => step.submit().map(Some),
            Some(Step::EnterCode(step)) => step.submit().map(Some),
            Some(Step::AnswerQuestions(step)) => step.submit().map(Some),
            Some(Step::ContactAdministrator(step)) => step.submit(),
            Some(Step::ChooseOutcome(step)) => step.submit().map(Some),
            Some(Step::NewPassword(step)) => step.submit().map(Some),
            #[cfg(feature = "full")]
            Some(Step::SignIn(step)) => step.submit(),
            #[cfg(feature = "full")]
            Some(Step::SecurityInfo(step)) => step.submit(),
            Some(Step::AnswerCall(_) | Step::Unknown) | None => return,
        };
        match result {
            Ok(Some(answer)) => self.answer(now, Wish::Submit, answer, effects),
            Ok(None) => {
                if self.step().and_then(Step::check).is_some() {
                    effects.push(Effect::Announce(Announcement::StillWorking));
                }
                self.solve_captcha(effects);
            }
            Err(field) => effects.push(Effect::Focus(Focus::Field(field))),
        }
    }

    pub(super) fn answer(&mut self, now: Millis, wish: Wish, answer: Answer, effects: &mut Effects) {
        if let State::Live(live) = &mut self.state
            && !matches!(self.line, Line::Failed { fault: Fault::Busy, .. })
        {
            // Whatever is asked for now, the form does not go by itself any more.
            if let Some(step) = live.step.check() {
                step.waiting = false;
            }
            let step = live.step_id.clone();
            self.send(now, Call::Answer { wish, step, answer: Rc::new(answer) }, effects);
        }
    }

    /// Whether the person can be sent to the administrators from here.
    pub(super) fn can_ask_administrator(&self) -> bool {
        self.ask_administrator
            && matches!(&self.state, State::Live(live) if !matches!(live.step, Step::ContactAdministrator(_)))
    }

    /// Sends a new request, unless one is on its way for which the person waits.
    pub(super) fn send(&mut self, now: Millis, call: Call, effects: &mut Effects) {
        if self.line.is_busy() {
            return;
        }
        self.keys += 1;
        let key = [&*self.setup.nonce, "-", &crate::i18n::digits(self.keys)].concat();
        self.dispatch(now, Ask { call, key, lost: 0 }, None, effects);
    }

    pub(super) fn dispatch(&mut self, now: Millis, ask: Ask, fault: Option<Fault>, effects: &mut Effects) {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let key = ask.key.clone();
        effects.push(match (&ask.call, &self.state) {
            (Call::Resume(flow), _) => Effect::GetFlow { ticket, flow: flow.clone() },
            (Call::Refresh | Call::Poll, State::Live(live)) => Effect::GetFlow { ticket, flow: live.resume.clone() },
            (Call::Answer { step, answer, .. }, State::Live(live)) => Effect::PostAnswer {
                ticket,
                key,
                flow: live.resume.clone(),
                step: step.clone(),
                answer: Rc::clone(answer),
            },
            (Call::Create, _) => Effect::CreateFlow {
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
            (Call::Refresh | Call::Poll | Call::Answer { .. }, _) => return,
        });
        self.line = Line::Busy { ask, ticket, since: now, fault, said_slow: false };
    }

    pub(super) fn retry(&mut self, now: Millis, effects: &mut Effects) {
        match &mut self.line {
            Line::Failed { ask, fault: Fault::Offline | Fault::Unreachable | Fault::Server, .. } => {
                ask.lost = 0;
                self.send_again(now, effects);
            }
            Line::Failed { fault: Fault::Busy, retry_at, .. } if retry_at.is_some_and(|at| at > now) => {}
            // These were answered, so the same key would get the same answer.
            Line::Failed { .. } => {
                if let Line::Failed { ask, .. } = std::mem::replace(&mut self.line, Line::Idle) {
                    self.send(now, ask.call, effects);
                }
            }
            Line::Busy { .. } | Line::Idle => {}
        }
    }

    /// Sends the request that failed once more, under its own key.
    pub(super) fn send_again(&mut self, now: Millis, effects: &mut Effects) {
        if let Line::Failed { ask, fault, .. } = std::mem::replace(&mut self.line, Line::Idle) {
            self.dispatch(now, ask, Some(fault), effects);
        }
    }

    /// Opens or closes a form of the security info. What failed was about the one before.
    #[cfg(feature = "full")]
    pub(super) fn change(&mut self, now: Millis, change: super::Change, effects: &mut Effects) {
        if self.line.is_busy() {
            return;
        }
        let Some(Step::SecurityInfo(step)) = self.step() else { return };
        let opened = step.change(change);
        self.forget_failure();
        match opened {
            Ok(true) => {
                self.drawn += 1;
                effects.push(Effect::Focus(Focus::Heading));
            }
            Ok(false) => {}
            Err(answer) => self.answer(now, Wish::Other, answer, effects),
        }
    }

    /// The way in which what is shown here is kept elsewhere.
    #[cfg(feature = "full")]
    pub(super) fn kept(&mut self, event: &Event) -> Option<Effect> {
        match (event, self.step()?) {
            (Event::AskedToCopyKey, Step::EnterCode(step)) => step.setup.clone().map(Effect::CopyKey),
            (Event::AskedToKeepCodes(keep), Step::SecurityInfo(step)) => {
                step.codes().map(|codes| Effect::KeepCodes(*keep, codes))
            }
            _ => None,
        }
    }

    /// What the person asks for beside the form.
    pub(super) fn asked(&mut self, now: Millis, event: &Event, effects: &mut Effects) {
        let (server_now, can_ask_administrator) = (now + self.offset, self.can_ask_administrator());
        let (wish, answer) = match (event, self.step()) {
            (Event::AskedForNewCaptcha, Some(step)) if step.has_challenge() => {
                (Wish::AnotherCaptcha, Answer::NewCaptcha {})
            }
            (Event::AskedForAnotherCode, Some(Step::EnterCode(step)))
                if step.resends_left > 0 && step.resend_at <= server_now =>
            {
                (Wish::AnotherCode, Answer::Resend {})
            }
            (Event::AskedForAnotherCall, Some(Step::AnswerCall(step))) if step.can_call() => {
                (Wish::Other, Answer::CallAgain {})
            }
            (
                Event::AskedForAnotherMethod,
                Some(Step::EnterCode(_) | Step::AnswerCall(_) | Step::AnswerQuestions(_)),
            ) => (Wish::Other, Answer::ChooseAnother {}),
            (Event::AskedForAdministrator, step) if can_ask_administrator => {
                let user_id = match step {
                    Some(Step::Identify(step)) => step.named(),
                    _ => None,
                };
                (Wish::Other, Answer::AskAdministrator { user_id })
            }
            _ => return,
        };
        self.answer(now, wish, answer, effects);
    }

    pub(super) fn lost(&mut self, now: Millis, mut ask: Ask, fault: Fault, wait: Option<u32>, effects: &mut Effects) {
        let retry_at = match wait {
            Some(seconds) => Some(now + Millis::from(seconds) * 1000),
            None => ask.retry_at(fault, now),
        };
        if let (Call::Poll, Some(Step::AnswerCall(step))) = (&ask.call, self.step())
            && step.forgives(now, fault, wait)
        {
            return;
        }
        ask.lost += 1;
        self.line = Line::Failed { ask, fault, retry_at };
        effects.push(Effect::Tell(HostEvent::Failed(fault)));
    }
}
