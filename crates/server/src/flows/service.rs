//! The service over its ports, and what all of its work needs.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use regain_protocol::{FlowKind, Secret};
use regain_values::FlowId;

use super::{
    engine_in_force::EngineInForce,
    idempotency::{IdempotencyKey, StoredReply},
    reply::Reply,
};
use crate::{
    assertion::Verifier,
    engine::{ClientNetwork, Context, Rules, State},
    keys::{Keys, same, token_hash},
    ports::{
        Breached, BreachedError, CaptchaError, CaptchaVerifier, Clock, Directory, DirectoryError, FlowRow, Ports, Rng,
        Store, StoreError, Wake, lies_ahead,
    },
};

/// The number of times that a decision is made again because another request was faster. Each of those others has
/// changed the flow, which can happen to one flow only a few times.
pub(super) const MAX_ROUNDS: u32 = 64;

/// The time to wait, in all, for another request that sets the password of the same flow.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(5);

/// The time to wait before looking again.
pub(super) const WAIT: Duration = Duration::from_millis(25);

/// Begins flows, shows them, takes answers.
#[derive(Clone)]
pub struct Flows {
    pub(super) engine: EngineInForce,
    pub(super) keys: Keys,
    pub(super) store: Arc<dyn Store>,
    pub(super) directory: Directory,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) rng: Arc<dyn Rng>,
    pub(super) wake: Arc<Wake>,
    pub(super) captcha: Option<Arc<dyn CaptchaVerifier>>,
    pub(super) breached: Option<Arc<dyn Breached>>,
    pub(super) assertions: Option<Verifier>,
    pub(super) identify_floor: Duration,
}

/// Why a request could not be carried out. The client hears `unavailable`; the log hears this.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The directory does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The outside service that judges challenges does not answer.
    #[error(transparent)]
    Captcha(#[from] CaptchaError),
    /// Nobody knows whether a password was breached, and the organisation wants to know.
    #[error(transparent)]
    Breached(#[from] BreachedError),
    /// A password could not be scored. What was said about it may quote it.
    #[error("a password could not be scored")]
    Scoring,
    /// A stored flow cannot be read. What serde says about it may quote it, so only the place is told.
    #[error("a stored flow cannot be read (column {0})")]
    State(usize),
    /// A directory did not say in time if it has changed an account. It is asked later.
    #[error("the directory did not say in time if it has changed an account; it is asked again later")]
    Unanswered,
    /// Others were faster, again and again.
    #[error("too many requests for one flow at key")]
    Contention,
}

impl Flows {
    /// A service over these ports.
    pub fn new(
        engine: EngineInForce,
        keys: Keys,
        ports: &Ports,
        assertions: Option<Verifier>,
        identify_floor: Duration,
    ) -> Self {
        let Ports { store, directory, clock, rng, wake, captcha, breached, .. } = ports.clone();
        Self { engine, keys, store, directory, clock, rng, wake, captcha, breached, assertions, identify_floor }
    }

    /// Tells if a kind of flow can be begun by whoever asks for it, without an assertion.
    pub fn is_on_offer(&self, kind: FlowKind) -> bool {
        self.engine.is_on_offer(kind, false).is_ok()
    }

    /// The rules that its flows keep.
    pub fn rules(&self) -> &Rules {
        self.engine.rules()
    }

    /// The time now, in whole seconds as a request's is, for what no request asks for and for what took a while. Whatever is
    /// counted of a flow, here or by the directory, is dated so, and no window outlasts another of the same length.
    pub(super) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// The state of a flow; where another one of its account has succeeded, what that has made of it.
    pub(super) fn state(&self, row: &FlowRow) -> Result<State, Fault> {
        let state = State::from_json(&row.state).map_err(|error| Fault::State(error.column))?;
        Ok(if row.voided { self.engine.voided(row.kind, &state) } else { state })
    }

    pub(super) fn context<'a>(
        &'a self,
        row: &'a FlowRow,
        now: Timestamp,
        network: Option<ClientNetwork>,
    ) -> Context<'a> {
        Context::of(row, now, &*self.rng, network)
    }

    /// The flow, where the token is its current one.
    pub async fn authentic(&self, flow_id: &FlowId, token: &Secret<String>) -> Result<Option<FlowRow>, Fault> {
        let row = self.store.flow(flow_id).await?;
        Ok(row.filter(|row| same(&row.token_hash, &token_hash(token))))
    }

    /// A flow, as its owner sees it.
    pub fn show(&self, row: &FlowRow, now: Timestamp) -> Result<Reply, Fault> {
        Ok(Reply::flow(self.engine.view(self.context(row, now, None), &self.state(row)?)))
    }

    /// The stored reply to a request with an `Idempotency-Key`.
    pub async fn kept(&self, key: Option<&IdempotencyKey>, now: Timestamp) -> Result<Option<StoredReply>, Fault> {
        let Some(key) = key else { return Ok(None) };
        let kept = self.store.replay(key.scope(), key.key(), now).await?;
        // An answer that was kept for longer by a clock that has been set back since is over.
        let lifetime = self.engine.rules().lifetime;
        let kept = kept.filter(|kept| lies_ahead(kept.expires_at, lifetime, now));
        Ok(kept.map(|kept| key.open(&self.keys, &kept)))
    }
}
