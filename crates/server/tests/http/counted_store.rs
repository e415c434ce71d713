//! The real store, with its reads of flows counted, and a clock that can be another one than the server's.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use jiff::Timestamp;
use regain_server::{
    adapters::SqlStore,
    ports::{
        AuditEntry, Change, Channel, Charge, Charged, Claim, ClaimedMessage, Committed, FlowRow, Replay, Settlement,
        Store, StoreError,
    },
};
use regain_values::FlowId;

pub(crate) struct CountedStore {
    real: SqlStore,
    reads: AtomicUsize,
    shared_time: Mutex<Option<Timestamp>>,
}

impl CountedStore {
    pub(crate) fn over(real: SqlStore) -> Self {
        Self { real, reads: AtomicUsize::default(), shared_time: Mutex::default() }
    }

    /// Has a clock that all servers share, or none.
    pub(crate) fn set_shared_time(&self, time: Option<Timestamp>) {
        *self.shared_time.lock().expect("not poisoned") = time;
    }

    /// The number of times that a flow was read.
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Store for CountedStore {
    async fn flow(&self, id: &FlowId) -> Result<Option<FlowRow>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.real.flow(id).await
    }

    async fn commit(&self, change: &Change) -> Result<Committed, StoreError> {
        self.real.commit(change).await
    }

    async fn charge(&self, charges: &[Charge], now: Timestamp) -> Result<Charged, StoreError> {
        self.real.charge(charges, now).await
    }

    async fn held(&self, charge: &Charge, now: Timestamp) -> Result<u32, StoreError> {
        self.real.held(charge, now).await
    }

    async fn refund(&self, charges: &[Charge], charged_at: Timestamp) -> Result<(), StoreError> {
        self.real.refund(charges, charged_at).await
    }

    async fn replay(&self, scope: &str, key: &str, now: Timestamp) -> Result<Option<Replay>, StoreError> {
        self.real.replay(scope, key, now).await
    }

    async fn claim_message(
        &self,
        channels: &[Channel],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ClaimedMessage>, StoreError> {
        self.real.claim_message(channels, now, until).await
    }

    async fn settle_message(&self, claimed: &ClaimedMessage, settlement: Settlement) -> Result<(), StoreError> {
        self.real.settle_message(claimed, settlement).await
    }

    async fn abandon_claimed(&self, now: Timestamp, until: Timestamp) -> Result<u64, StoreError> {
        self.real.abandon_claimed(now, until).await
    }

    async fn unsettled_claims(&self, stale: Timestamp, now: Timestamp) -> Result<Vec<Claim>, StoreError> {
        self.real.unsettled_claims(stale, now).await
    }

    async fn audit(&self, flow_id: &FlowId) -> Result<Vec<AuditEntry>, StoreError> {
        self.real.audit(flow_id).await
    }

    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.real.purge(now).await
    }

    async fn note_fault(&self, provider: &str, fault: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
        self.real.note_fault(provider, fault, now).await
    }

    async fn fault(&self, provider: &str) -> Result<Option<(String, Timestamp)>, StoreError> {
        self.real.fault(provider).await
    }

    async fn shared_time(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(*self.shared_time.lock().expect("not poisoned"))
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.real.check().await
    }
}
