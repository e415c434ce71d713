//! What kind of account is it? Asked before the first step where the organisation names several
//! kinds; begins when the configuration is there, ends when the person says that it is one that is
//! recovered here. The only screen that the server does not lead to: it leads nowhere but to the
//! first step.

use regain_protocol::AccountType;

use super::{Effect, Effects, Focus, HostEvent, Model, State, Step, is_page};
use crate::clock::Millis;

/// How long the first step waits for the configuration; then it comes without this question.
const WAIT: Millis = 4_000;

/// Whether the kind of account is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Account {
    /// Not known before the configuration is there, or this time is reached.
    Undecided { until: Millis },
    /// It is.
    Asked,
    /// It was, or need not be.
    Settled,
}

impl Account {
    pub(super) fn new(now: Millis) -> Self {
        Self::Undecided { until: now + WAIT }
    }
}

impl Model {
    /// Whether something else is shown in place of the first step.
    pub(super) fn asks_account(&self) -> bool {
        self.account != Account::Settled
            && matches!(&self.state, State::Live(live) if matches!(live.step, Step::Identify(_)))
    }

    /// Takes the kinds; one is no question.
    pub(super) fn offers(&mut self, mut kinds: Vec<AccountType>, effects: &mut Effects) {
        kinds.retain(|kind| kind.href.as_deref().is_none_or(is_page));
        let several = kinds.len() > 1;
        self.accounts = kinds;
        if let Account::Undecided { .. } = self.account {
            self.decide(if several { Account::Asked } else { Account::Settled }, effects);
        }
    }

    /// Waits no longer for the configuration.
    pub(super) fn decide_without(&mut self, now: Millis, effects: &mut Effects) {
        if let Account::Undecided { until } = self.account
            && until <= now
        {
            self.decide(Account::Settled, effects);
        }
    }

    pub(super) fn decide(&mut self, account: Account, effects: &mut Effects) {
        let shown = self.asks_account();
        self.account = account;
        if shown {
            self.drawn += 1;
            self.begun(effects);
        }
    }

    /// Tells of the screen that begins.
    pub(super) fn begun(&self, effects: &mut Effects) {
        let State::Live(live) = &self.state else { return };
        let name = match self.account {
            Account::Undecided { .. } if self.asks_account() => return,
            Account::Asked if self.asks_account() => "account_type",
            _ => live.step.name(),
        };
        effects.push(Effect::Tell(HostEvent::Step(name)));
        effects.push(Effect::Focus(Focus::Heading));
    }
}
