//! The [`Store`] in memory.

use async_trait::async_trait;
use jiff::Timestamp;
use regain_ports::{
    AuditEntry, Change, Channel, Charge, Charged, Claim, ClaimedMessage, Committed, FlowRow, Replay, Settlement, Store,
    StoreError,
};
use regain_values::FlowId;

use super::shared::Memory;

#[async_trait]
impl Store for Memory {
    async fn flow(&self, id: &FlowId) -> Result<Option<FlowRow>, StoreError> {
        Ok(self.lock().flows.get(id).cloned())
    }

    async fn commit(&self, change: &Change) -> Result<Committed, StoreError> {
        let mut tables = self.lock();
        let mut changed = tables.clone();
        let committed = changed.commit(change)?;
        match &committed {
            Committed::Done => *tables = changed,
            Committed::OverLimit { bucket, .. } => tables.charges.date_back(bucket, change.now),
            _ => {}
        }
        Ok(committed)
    }

    async fn charge(&self, charges: &[Charge], now: Timestamp) -> Result<Charged, StoreError> {
        let mut tables = self.lock();
        let mut changed = tables.charges.clone();
        for charge in charges {
            if let Err(retry_at) = changed.charge(charge, now) {
                tables.charges.date_back(&charge.bucket, now);
                return Ok(Charged::OverLimit { bucket: charge.bucket.clone(), retry_at });
            }
        }
        tables.charges = changed;
        Ok(Charged::Done)
    }

    async fn held(&self, charge: &Charge, now: Timestamp) -> Result<u32, StoreError> {
        Ok(self.lock().charges.held(charge, now))
    }

    async fn refund(&self, charges: &[Charge], charged_at: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.lock();
        for charge in charges {
            tables.charges.refund(charge, charged_at);
        }
        Ok(())
    }

    async fn replay(&self, scope: &str, key: &str, now: Timestamp) -> Result<Option<Replay>, StoreError> {
        let key = (scope.to_owned(), key.to_owned());
        Ok(self.lock().replays.get(&key).filter(|replay| replay.expires_at > now).cloned())
    }

    async fn claim_message(
        &self,
        channels: &[Channel],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ClaimedMessage>, StoreError> {
        Ok(self.lock().queue.claim(channels, now, until))
    }

    async fn settle_message(&self, claimed: &ClaimedMessage, settlement: Settlement) -> Result<(), StoreError> {
        self.lock().queue.settle(claimed, settlement);
        Ok(())
    }

    async fn abandon_claimed(&self, now: Timestamp, until: Timestamp) -> Result<u64, StoreError> {
        Ok(self.lock().queue.abandon(now, until) as u64)
    }

    async fn unsettled_claims(&self, stale: Timestamp, now: Timestamp) -> Result<Vec<Claim>, StoreError> {
        Ok(self.lock().unsettled(stale, now))
    }

    async fn audit(&self, flow_id: &FlowId) -> Result<Vec<AuditEntry>, StoreError> {
        Ok(self.lock().audit.iter().filter(|entry| entry.flow_id == *flow_id).cloned().collect())
    }

    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.lock().purge(now) as u64)
    }

    async fn note_fault(&self, provider: &str, fault: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.lock();
        match fault {
            Some(fault) => drop(tables.faults.insert(provider.to_owned(), (fault.to_owned(), now))),
            None => drop(tables.faults.remove(provider)),
        }
        Ok(())
    }

    async fn fault(&self, provider: &str) -> Result<Option<(String, Timestamp)>, StoreError> {
        Ok(self.lock().faults.get(provider).cloned())
    }

    async fn shared_time(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
