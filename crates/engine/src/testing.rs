//! Fixtures of the tests: an organisation by the defaults of the documented configuration, an engine, a person.

#[path = "../tests/fixture/rules.rs"]
mod rules;

use std::sync::{
    LazyLock,
    atomic::{AtomicU8, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use regain_keys::Keys;
use regain_ports::{DirectoryRules, Rng};
use regain_protocol::{FlowKind, Secret};
use regain_values::FlowId;

pub(crate) use rules::rules;

use crate::{Context, Engine, KnownAccount, ProvedPerson, Rules, SecurityInfo};

/// The time at which the tests' flows begin.
pub(crate) const FLOW_BEGINS: Timestamp = Timestamp::constant(1_795_442_400, 0);

/// Bytes that are the same each time, and others at each call.
#[derive(Default)]
pub(crate) struct Sequence(AtomicU8);

impl Rng for Sequence {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

/// An engine by these rules.
pub(crate) fn engine(rules: Rules) -> Engine {
    Engine::new(Keys::derive(&Secret::new(vec![3; 32])), rules)
}

/// The circumstances of a decision about a flow.
pub(crate) fn context(kind: FlowKind, now: Timestamp, rng: &dyn Rng) -> Context<'_> {
    let expires_at = FLOW_BEGINS + SignedDuration::from_mins(15);
    Context { flow_id: flow_id(), kind, expires_at, now, rng, client: None }
}

/// The id of every flow of the tests.
pub(crate) fn flow_id() -> &'static FlowId {
    static FLOW_ID: LazyLock<FlowId> = LazyLock::new(|| "flow".into());
    &FLOW_ID
}

/// A person whose identity is proved, and who has registered nothing.
pub(crate) fn person() -> ProvedPerson {
    ProvedPerson {
        user_id: "ada".parse().expect("a user ID"),
        account_key: "key of ada".into(),
        account: KnownAccount {
            id: "id of ada".into(),
            user_id: "ada".parse().expect("a user ID"),
            display_name: "Ada Lovelace".into(),
            first_password: false,
            locked: false,
            gates: 1,
            info: SecurityInfo::default(),
            notices: Vec::new(),
            password_rules: DirectoryRules::NONE,
        },
        proved: Vec::new(),
        changed: false,
    }
}
