//! The first step before its flow: drawn, typed into and sent while the server begins the flow, taken away where it does not.

use regain_protocol::FlowKind;

use crate::account::Account;
use crate::clock::Millis;
use crate::effect::Effects;
use crate::event::StepEvent;
use crate::model::{Model, State};
use crate::steps::identify::Identify;
use crate::steps::list::Step;

impl Model {
    /// The step at which a flow begins.
    pub(crate) fn first_step(&self) -> Option<&Identify> {
        match self.current() {
            Some(Step::Identify(step)) => Some(step),
            _ => None,
        }
    }

    /// Draws the first step of a flow that is being created, where that is known: only a user ID can begin it. Not where it
    /// would soon give way to the question for the kind of account.
    pub(crate) fn draw_first_step(&mut self, effects: &mut Effects) {
        let is_known = matches!(self.setup.kind, FlowKind::Reset | FlowKind::Unlock)
            && !(self.setup.asks_account && self.account == Account::Undecided);
        if self.setup.resume.is_none() && is_known {
            self.state = State::Opening(Some(Step::Identify(Identify::awaited(self.user_id.clone()))));
            self.begun(effects);
        }
    }

    /// Takes away the first step that was drawn: there is no flow for it.
    pub(crate) fn withdraw_first_step(&mut self) {
        if let State::Opening(Some(_)) = self.state {
            self.enter(State::Opening(None));
        }
    }

    /// Sends the form of the first step, where it was sent before its flow was there.
    pub(crate) fn send_waiting(&mut self, now: Millis, effects: &mut Effects) {
        if self.step().and_then(Step::challenge).is_some_and(|challenge| challenge.waiting) {
            self.at_step(now, StepEvent::Submitted, effects);
        }
    }
}
