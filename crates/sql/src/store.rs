//! The [`Store`] in a database: a SQLite file, or PostgreSQL. Statements are in a file per concern.

mod audit;
mod batches;
mod charges;
mod claims;
mod commit;
mod faults;
mod messages;
mod purge;

use std::path::PathBuf;

use async_trait::async_trait;
pub use audit::{AuditFilter, AuditPosition, AuditReport};
use jiff::{SignedDuration, Span, Timestamp};
use regain_keys::Keys;
use regain_protocol::FlowKind;

use crate::{
    DatabaseError, DatabaseResult,
    database::{Database, Ending, from_millis, to_millis},
    query::{Row, query},
    sqlite::{FOLDED_IN_AT, FOLDED_IN_OFTEN_AT},
};
use regain_ports::{
    AuditEntry, Change, Channel, Charge, Charged, Claim, ClaimedMessage, Committed, FlowRow, Replay, Settlement, Store,
    StoreError,
};
use regain_values::FlowId;

/// The time for which flows and messages stay after their time: an ended flow can still be asked for, and an
/// operator can see what became of a message.
const KEPT_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Keeps flows, counters, queued messages, kept answers and the audit log in a database.
///
/// Times are kept to the millisecond.
#[derive(Debug, Clone)]
pub struct SqlStore {
    database: Database,
    /// Sign the audit log.
    keys: Keys,
    retention: Option<Retention>,
}

/// The days of the audit log that stay in the database, and the folder of the files of those before.
#[derive(Debug, Clone)]
struct Retention {
    days: u32,
    folder: PathBuf,
}

impl SqlStore {
    /// The store in an open database.
    pub fn new(database: Database, keys: Keys) -> Self {
        Self { database, keys, retention: None }
    }

    /// The same store, moving what is in the audit log for longer than so many whole days to files in a folder.
    #[must_use]
    pub fn archiving(self, days: u32, folder: PathBuf) -> Self {
        Self { retention: Some(Retention { days, folder }), ..self }
    }

    /// Gives the audit log of a former version its chain, which takes about half a minute for a million lines.
    pub async fn prepare(&self) -> Result<(), StoreError> {
        let begun =
            self.database.write(self.keys.clone(), |transaction, keys| Box::pin(audit::begin(transaction, keys)));
        begun.await.map_err(StoreError::unavailable)
    }

    /// Moves the days of the audit log that are over to files; returns the number of lines.
    async fn archive(&self, now: Timestamp) -> Result<u64, StoreError> {
        let Some(Retention { days, folder }) = &self.retention else { return Ok(0) };
        let Ok(first_day_kept) = audit::date(now).checked_sub(Span::new().days(*days)) else { return Ok(0) };
        let archived = audit::archive(&self.database, &self.keys, folder, first_day_kept, now).await;
        archived.map_err(StoreError::unavailable)
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn flow(&self, id: &FlowId) -> Result<Option<FlowRow>, StoreError> {
        let flow = self.database.read_inline(id.clone(), |connection, id| {
            Box::pin(async move {
                let row = query(
                    "SELECT id, kind, version, token_hash, account_key, expires_at, state, voided FROM flows WHERE id = $1",
                );
                let row = row.bind(id.as_str()).fetch_optional(connection).await?;
                row.as_ref().map(flow_from).transpose()
            })
        });
        flow.await.map_err(StoreError::unavailable)
    }

    async fn commit(&self, change: &Change) -> Result<Committed, StoreError> {
        let input = (self.keys.clone(), change.clone());
        let committed = self.database.decide(input, |transaction, (keys, change)| {
            Box::pin(async move {
                let committed = commit::write(transaction, keys, change).await?;
                // Nothing of a refused change stays.
                Ok(if committed == Committed::Done { Ending::Commit(committed) } else { Ending::Rollback(committed) })
            })
        });
        let committed = committed.await.map_err(StoreError::unavailable)?;
        if let Committed::OverLimit { bucket, .. } = &committed {
            self.keep_dated_back(bucket, change.now).await?;
        }
        Ok(committed)
    }

    async fn charge(&self, charges: &[Charge], now: Timestamp) -> Result<Charged, StoreError> {
        let charged = self.database.decide((charges.to_vec(), now), |transaction, (charges, now)| {
            Box::pin(async move {
                transaction.lock(charges.iter().map(charges::lock_name)).await?;
                for charge in charges {
                    if let Some(retry_at) = charges::charge(transaction, charge, *now).await? {
                        return Ok(Ending::Rollback(Charged::OverLimit { bucket: charge.bucket.clone(), retry_at }));
                    }
                }
                Ok(Ending::Commit(Charged::Done))
            })
        });
        let charged = charged.await.map_err(StoreError::unavailable)?;
        if let Charged::OverLimit { bucket, .. } = &charged {
            self.keep_dated_back(bucket, now).await?;
        }
        Ok(charged)
    }

    async fn held(&self, charge: &Charge, now: Timestamp) -> Result<u32, StoreError> {
        let held = self.database.read_inline((charge.clone(), now), |connection, (charge, now)| {
            Box::pin(charges::held(connection, charge, *now))
        });
        held.await.map_err(StoreError::unavailable)
    }

    async fn refund(&self, charges: &[Charge], charged_at: Timestamp) -> Result<(), StoreError> {
        let refunded = self.database.write((charges.to_vec(), charged_at), |transaction, (charges, charged_at)| {
            Box::pin(async move {
                transaction.lock(charges.iter().map(charges::lock_name)).await?;
                for charge in charges {
                    charges::refund(transaction, charge, *charged_at).await?;
                }
                Ok(())
            })
        });
        refunded.await.map_err(StoreError::unavailable)
    }

    async fn replay(&self, scope: &str, key: &str, now: Timestamp) -> Result<Option<Replay>, StoreError> {
        let input = (scope.to_owned(), key.to_owned(), now);
        let replay = self.database.read_inline(input, |connection, (scope, key, now)| {
            Box::pin(async move {
                let row = query(
                    "SELECT scope, key, fingerprint, answer, expires_at FROM replays
                     WHERE scope = $1 AND key = $2 AND expires_at > $3",
                );
                let row = row.bind(scope).bind(key).bind(to_millis(*now)).fetch_optional(connection).await?;
                row.as_ref().map(replay_from).transpose()
            })
        });
        let replay = replay.await.map_err(StoreError::unavailable)?;
        if replay.is_some() {
            // An answer that is given again must not be one that could still be lost.
            self.database.flush().await.map_err(StoreError::unavailable)?;
        }
        Ok(replay)
    }

    async fn claim_message(
        &self,
        channels: &[Channel],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ClaimedMessage>, StoreError> {
        // Mostly there is none: looking waits for nobody, and only claiming writes.
        let input = (channels.to_vec(), now, until);
        let is_due = self.database.read_inline(input.clone(), |connection, (channels, now, until)| {
            Box::pin(messages::is_due(connection, channels, *now, *until))
        });
        if !is_due.await.map_err(StoreError::unavailable)? {
            return Ok(None);
        }
        let claimed = self.database.write(input, |transaction, (channels, now, until)| {
            Box::pin(messages::claim(transaction, channels, *now, *until))
        });
        claimed.await.map_err(StoreError::unavailable)
    }

    async fn settle_message(&self, claimed: &ClaimedMessage, settlement: Settlement) -> Result<(), StoreError> {
        let settled = self.database.write((claimed.clone(), settlement), |transaction, (claimed, settlement)| {
            Box::pin(messages::settle(transaction, claimed, *settlement))
        });
        settled.await.map_err(StoreError::unavailable)
    }

    async fn abandon_claimed(&self, now: Timestamp, until: Timestamp) -> Result<u64, StoreError> {
        let abandoned = self
            .database
            .write((now, until), |transaction, (now, until)| Box::pin(messages::abandon(transaction, *now, *until)));
        abandoned.await.map_err(StoreError::unavailable)
    }

    async fn unsettled_claims(&self, stale: Timestamp, now: Timestamp) -> Result<Vec<Claim>, StoreError> {
        let unsettled = self
            .database
            .read((stale, now), |connection, (stale, now)| Box::pin(claims::unsettled(connection, *stale, *now)));
        unsettled.await.map_err(StoreError::unavailable)
    }

    async fn audit(&self, flow_id: &FlowId) -> Result<Vec<AuditEntry>, StoreError> {
        let lines = self.database.read(flow_id.clone(), |connection, flow_id| {
            Box::pin(async move {
                let rows = query(
                    "SELECT at, flow_id, account_key, event, client, detail FROM audit WHERE flow_id = $1 ORDER BY seq",
                );
                let rows = rows.bind(flow_id.as_str()).fetch_all(connection).await?;
                rows.iter().map(audit::entry_from).collect()
            })
        });
        lines.await.map_err(StoreError::unavailable)
    }

    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.database.fold_in_at(FOLDED_IN_OFTEN_AT).await.map_err(StoreError::unavailable)?;
        let forgotten = self.forget(now).await;
        self.database.fold_in_at(FOLDED_IN_AT).await.map_err(StoreError::unavailable)?;
        forgotten
    }

    async fn note_fault(&self, provider: &str, fault: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
        faults::note(&self.database, provider, fault, now).await.map_err(StoreError::unavailable)
    }

    async fn fault(&self, provider: &str) -> Result<Option<(String, Timestamp)>, StoreError> {
        let fault = self
            .database
            .read_inline(provider.to_owned(), |connection, provider| Box::pin(faults::last(connection, provider)));
        fault.await.map_err(StoreError::unavailable)
    }

    async fn shared_time(&self) -> Result<Option<Timestamp>, StoreError> {
        self.database.time().await.map_err(StoreError::unavailable)
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(self.database.check_write().await.map_err(StoreError::unavailable)?)
    }
}

impl SqlStore {
    /// Removes what is out of time, and gives its room back; returns the number of rows.
    async fn forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        let long_ago = to_millis(now - KEPT_AFTER);
        let now_at = now;
        let now = to_millis(now);
        let mut purged = 0;
        for (perishable, until) in [
            (purge::CLAIMS, long_ago),
            (purge::MESSAGES, long_ago),
            (purge::FLOWS, long_ago),
            (purge::REPLAYS, now),
            (purge::CHARGES, now),
        ] {
            purged += perishable.purge(&self.database, until).await.map_err(StoreError::unavailable)?;
        }
        // Forgetting is not held up by a folder that cannot be written to.
        let archived = self.archive(now_at).await;
        purge::give_back(&self.database).await.map_err(StoreError::unavailable)?;
        Ok(purged + archived?)
    }

    /// Keeps what a refused charge found of the future.
    async fn keep_dated_back(&self, bucket: &str, now: Timestamp) -> Result<(), StoreError> {
        charges::keep_dated_back(&self.database, bucket, now).await.map_err(StoreError::unavailable)
    }
}

/// The flow in a row.
fn flow_from(row: &Row) -> DatabaseResult<FlowRow> {
    Ok(FlowRow {
        id: row.get::<String>("id")?.into(),
        kind: kind_from_text(row.get("kind")?)?,
        version: row.get("version")?,
        token_hash: row.get("token_hash")?,
        account_key: row.get("account_key")?,
        expires_at: from_millis(row.get("expires_at")?)?,
        state: row.get("state")?,
        voided: row.get("voided")?,
    })
}

/// The kept answer in a row.
fn replay_from(row: &Row) -> DatabaseResult<Replay> {
    Ok(Replay {
        scope: row.get("scope")?,
        key: row.get("key")?,
        fingerprint: row.get("fingerprint")?,
        answer: row.get("answer")?,
        expires_at: from_millis(row.get("expires_at")?)?,
    })
}

/// The kind of a name in the database.
fn kind_from_text(text: &str) -> DatabaseResult<FlowKind> {
    FlowKind::from_text(text).ok_or_else(|| DatabaseError::decode("a flow kind that this version does not know"))
}
