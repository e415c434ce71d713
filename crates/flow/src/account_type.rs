//! The kinds of account to choose from: asked in place of the first step where the organisation names several and nothing was
//! typed yet; begins when the configuration is there, ends when the person says that it is one that is recovered here. The
//! only screen that the server does not lead to: it leads nowhere but to the first step.

use std::sync::Arc;

use regain_protocol::Config;

use crate::account::Account;
use crate::address::is_page;
use crate::effect::{Effect, Effects, Focus, HostEvent, Resume};
use crate::model::{Model, State};
use crate::steps::list::Step;

impl Model {
    /// Tells if something else is shown in place of the first step, which may be the full build's.
    pub(crate) fn asks_account(&self) -> bool {
        self.account == Account::Asked
            && match self.current() {
                Some(Step::Identify(_)) => true,
                Some(Step::Unknown) => self.setup.can_hand_over,
                _ => false,
            }
    }

    /// Takes the configuration; one kind of account is no question.
    pub(crate) fn configure(&mut self, config: Option<Box<Config>>, effects: &mut Effects) {
        if let Some(mut config) = config {
            config.account_types.retain(|kind| kind.href.as_deref().is_none_or(is_page));
            self.config = Arc::new(*config);
        }
        if self.account == Account::Undecided {
            // Nobody is interrupted who went on.
            let asks = self.config.account_types.len() > 1
                && self.user_id == self.setup.user_id
                && self.first_step().is_none_or(|step| !step.challenge.waiting);
            self.decide(if asks { Account::Asked } else { Account::Settled }, effects);
        }
    }

    pub(crate) fn decide(&mut self, account: Account, effects: &mut Effects) {
        let asked = self.asks_account();
        self.account = account;
        if asked != self.asks_account() {
            self.revision += 1;
            match &self.state {
                State::Live(live) if matches!(live.step, Step::Unknown) => self.hand_over(live.resume.clone(), effects),
                _ => self.begun(effects),
            }
        }
    }

    /// Hands the flow over to the full build. The question for the kind of account is behind it.
    pub(crate) fn hand_over(&self, resume: Resume, effects: &mut Effects) {
        effects.push(Effect::HandOver(resume, self.user_id.clone()));
    }

    /// Tells of the screen that begins.
    pub(crate) fn begun(&self, effects: &mut Effects) {
        let Some(step) = self.current() else { return };
        let first = if self.asks_account() { None } else { step.first_field() };
        self.notify_step(effects);
        effects.push(Effect::Focus(first.map_or(Focus::Heading, Focus::First)));
    }

    /// Tells the page of the step, once there is a flow.
    pub(crate) fn notify_step(&self, effects: &mut Effects) {
        let State::Live(live) = &self.state else { return };
        let name = if self.asks_account() { "account_type" } else { live.step.name() };
        effects.push(Effect::NotifyHost(HostEvent::Step(name)));
    }
}
