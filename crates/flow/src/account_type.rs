//! The kinds of account to choose from: asked before the first step where the organisation names several; begins when the
//! configuration is there, ends when the person says that it is one that is recovered here. The only screen that the server
//! does not lead to: it leads nowhere but to the first step.

use std::sync::Arc;

use regain_protocol::Config;

use crate::account::Account;
use crate::address::is_page;
use crate::clock::Millis;
use crate::effect::{Effect, Effects, Focus, HostEvent};
use crate::model::{Model, State};
use crate::steps::list::Step;

impl Model {
    /// Tells if something else is shown in place of the first step.
    pub(crate) fn asks_account(&self) -> bool {
        self.account != Account::Settled
            && matches!(&self.state, State::Live(live) if matches!(live.step, Step::Identify(_)))
    }

    /// Takes the configuration; one kind of account is no question.
    pub(crate) fn configure(&mut self, config: Option<Box<Config>>, effects: &mut Effects) {
        if let Some(mut config) = config {
            config.account_types.retain(|kind| kind.href.as_deref().is_none_or(is_page));
            self.config = Arc::new(*config);
        }
        if let Account::Undecided { .. } = self.account {
            let several = self.config.account_types.len() > 1;
            self.decide(if several { Account::Asked } else { Account::Settled }, effects);
        }
    }

    /// Waits no longer for the configuration.
    pub(crate) fn decide_without(&mut self, now: Millis, effects: &mut Effects) {
        if let Account::Undecided { until } = self.account
            && until <= now
        {
            self.decide(Account::Settled, effects);
        }
    }

    pub(crate) fn decide(&mut self, account: Account, effects: &mut Effects) {
        let shown = self.asks_account();
        self.account = account;
        if shown {
            self.revision += 1;
            self.begun(effects);
        }
    }

    /// Tells of the screen that begins.
    pub(crate) fn begun(&self, effects: &mut Effects) {
        let State::Live(live) = &self.state else { return };
        let name = match self.account {
            Account::Undecided { .. } if self.asks_account() => return,
            Account::Asked if self.asks_account() => "account_type",
            _ => live.step.name(),
        };
        effects.push(Effect::NotifyHost(HostEvent::Step(name)));
        let first = if name == live.step.name() { live.step.first_field() } else { None };
        effects.push(Effect::Focus(first.map_or(Focus::Heading, Focus::First)));
    }
}
