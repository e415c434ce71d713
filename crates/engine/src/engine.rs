//! The engine of one server, and the circumstances in which it decides.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use regain_keys::Keys;
use regain_ports::{Account, Charge, FlowRow, Rng};
use regain_protocol::FlowKind;
use regain_values::FlowId;

use crate::{ClientNetwork, Rules};

/// The window of wrong passwords.
pub(crate) const A_QUARTER: SignedDuration = SignedDuration::from_mins(15);

/// The window of the throttles.
pub const TEN_MINUTES: SignedDuration = SignedDuration::from_mins(10);

/// The window of the tries that an account has.
pub const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// The window in which a network is remembered from which somebody has proved themselves.
pub(crate) const A_MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The window of the budget of all messages.
pub const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The engine of one server.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) keys: Keys,
    rules: Arc<Rules>,
}

/// A person who is signed in at the host page, as its back end asserts.
#[derive(Debug)]
pub struct Asserted {
    /// Their account.
    pub account: Account,
    /// The assertion's own name, which counts once.
    pub id: String,
}

/// The circumstances of one decision.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The flow.
    pub flow_id: &'a FlowId,
    /// The kind of flow.
    pub kind: FlowKind,
    /// The time at which it ends whatever happens.
    pub expires_at: Timestamp,
    /// The time now.
    pub now: Timestamp,
    /// Randomness.
    pub rng: &'a dyn Rng,
    /// The client's network.
    pub client: Option<ClientNetwork>,
}

impl<'a> Context<'a> {
    /// The circumstances of a decision about a stored flow.
    pub fn of(row: &'a FlowRow, now: Timestamp, rng: &'a dyn Rng, client: Option<ClientNetwork>) -> Self {
        Self { flow_id: &row.id, kind: row.kind, expires_at: row.expires_at, now, rng, client }
    }

    /// The charges of a limit by the client's network and something else, such as an account: one of everybody's where
    /// the network is not known.
    pub(crate) fn by_network(
        &self,
        keys: &Keys,
        what: &str,
        of: &str,
        window: SignedDuration,
        limit: u32,
    ) -> Vec<Charge> {
        match self.client {
            Some(client) => client.charges_of(keys, what, of, window, limit),
            None => vec![Charge { bucket: keys.bucket(what, of), window, limit, cost: 1 }],
        }
    }
}

impl Engine {
    /// An engine that decides by these rules.
    pub fn new(keys: Keys, rules: Rules) -> Self {
        Self { keys, rules: Arc::new(rules) }
    }

    /// The organisation's decisions.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The end of a flow that begins now.
    pub fn expires_at(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.rules().lifetime).unwrap_or(Timestamp::MAX)
    }

    /// The flow's reference, to be read out to the administrators. It opens nothing.
    pub fn reference(&self, flow_id: &FlowId) -> String {
        self.keys.reference(flow_id.as_str())
    }

    /// A charge against the account's tries of the day; one of 0 only checks that there is one left.
    pub(crate) fn tries_of_the_day(&self, account_key: &str, cost: u32) -> Charge {
        let limit = self.rules().codes.tries_per_day;
        Charge { bucket: format!("tries:{account_key}"), window: A_DAY, limit, cost }
    }
}
