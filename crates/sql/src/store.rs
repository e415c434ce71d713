//! The [`Store`] in a SQLite file.
//!
//! `commit` is here; what it writes besides the flow is in a file per concern beside this one.

mod audit;
mod batches;
mod charges;
mod claims;
mod messages;
mod purge;

use std::path::PathBuf;

use async_trait::async_trait;
pub use audit::{AuditFilter, AuditPosition, AuditReport};
use jiff::{SignedDuration, Span, Timestamp};
use regain_keys::Keys;
use regain_protocol::FlowKind;
use sqlx::Row as _;

use crate::{
    account_write,
    database::{Database, from_millis, to_millis},
    transaction::WriteTransaction,
};
use regain_ports::{
    AuditEntry, Change, Channel, Charge, Charged, Claim, ClaimChange, ClaimedMessage, Committed, FlowRow, Replay, SKEW,
    Settlement, Store, StoreError, VoidOthers,
};
use regain_values::FlowId;

/// The time for which flows and messages stay after their time: an ended flow can still be asked for, and an
/// operator can see what became of a message.
const KEPT_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Keeps flows, counters, queued messages, kept answers and the audit log in a SQLite file.
///
/// Times are kept to the millisecond.
#[derive(Debug, Clone)]
pub struct SqliteStore {
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

impl SqliteStore {
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
        let mut transaction = self.database.begin_write().await.map_err(StoreError::unavailable)?;
        audit::begin(&mut transaction, &self.keys).await.map_err(StoreError::unavailable)?;
        transaction.commit().await.map_err(StoreError::unavailable)
    }

    /// Moves the days of the audit log that are over to files; returns the number of lines.
    async fn archive(&self, now: Timestamp) -> Result<u64, StoreError> {
        let Some(Retention { days, folder }) = &self.retention else { return Ok(0) };
        let Ok(first_day_kept) = audit::date(now).checked_sub(Span::new().days(*days)) else { return Ok(0) };
        let archived = audit::archive(&self.database, &self.keys, folder, first_day_kept, now).await;
        archived.map_err(StoreError::unavailable)
    }

    /// Rolls back what a full counter refused.
    async fn refuse(&self, transaction: WriteTransaction, bucket: &str, now: Timestamp) -> Result<(), StoreError> {
        transaction.rollback().await.map_err(StoreError::unavailable)?;
        charges::keep_dated_back(&self.database, bucket, now).await.map_err(StoreError::unavailable)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn flow(&self, id: &FlowId) -> Result<Option<FlowRow>, StoreError> {
        let row = sqlx::query(
            "SELECT id, kind, version, token_hash, account_key, expires_at, state, voided FROM flows WHERE id = $1",
        )
        .bind(id.as_str())
        .fetch_optional(self.database.reader())
        .await
        .map_err(StoreError::unavailable)?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(FlowRow {
            id: row.try_get::<String, _>("id").map_err(StoreError::unavailable)?.into(),
            kind: kind_from_text(row.try_get("kind").map_err(StoreError::unavailable)?)
                .map_err(StoreError::unavailable)?,
            version: row.try_get("version").map_err(StoreError::unavailable)?,
            token_hash: row.try_get("token_hash").map_err(StoreError::unavailable)?,
            account_key: row.try_get("account_key").map_err(StoreError::unavailable)?,
            expires_at: from_millis(row.try_get("expires_at").map_err(StoreError::unavailable)?)
                .map_err(StoreError::unavailable)?,
            state: row.try_get("state").map_err(StoreError::unavailable)?,
            voided: row.try_get("voided").map_err(StoreError::unavailable)?,
        }))
    }

    async fn commit(&self, change: &Change) -> Result<Committed, StoreError> {
        let mut transaction = self.database.begin_write().await.map_err(StoreError::unavailable)?;
        let committed = write(&mut transaction, &self.keys, change).await.map_err(StoreError::unavailable)?;
        // Everything that is not committed is rolled back: nothing of a refused change stays.
        match &committed {
            Committed::Done => transaction.commit().await.map_err(StoreError::unavailable)?,
            Committed::Conflict | Committed::Claimed | Committed::AccountRefused(_) => {
                transaction.rollback().await.map_err(StoreError::unavailable)?;
            }
            Committed::OverLimit { bucket, .. } => self.refuse(transaction, bucket, change.now).await?,
        }
        Ok(committed)
    }

    async fn charge(&self, charges: &[Charge], now: Timestamp) -> Result<Charged, StoreError> {
        let mut transaction = self.database.begin_write().await.map_err(StoreError::unavailable)?;
        for charge in charges {
            if let Some(retry_at) =
                charges::charge(&mut transaction, charge, now).await.map_err(StoreError::unavailable)?
            {
                self.refuse(transaction, &charge.bucket, now).await?;
                return Ok(Charged::OverLimit { bucket: charge.bucket.clone(), retry_at });
            }
        }
        transaction.commit().await.map_err(StoreError::unavailable)?;
        Ok(Charged::Done)
    }

    async fn held(&self, charge: &Charge, now: Timestamp) -> Result<u32, StoreError> {
        Ok(charges::held(self.database.reader(), charge, now).await.map_err(StoreError::unavailable)?)
    }

    async fn refund(&self, charges: &[Charge], charged_at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.database.begin_write().await.map_err(StoreError::unavailable)?;
        for charge in charges {
            charges::refund(&mut transaction, charge, charged_at).await.map_err(StoreError::unavailable)?;
        }
        Ok(transaction.commit().await.map_err(StoreError::unavailable)?)
    }

    async fn replay(&self, scope: &str, key: &str, now: Timestamp) -> Result<Option<Replay>, StoreError> {
        let row = sqlx::query(
            "SELECT scope, key, fingerprint, answer, expires_at FROM replays
             WHERE scope = $1 AND key = $2 AND expires_at > $3",
        )
        .bind(scope)
        .bind(key)
        .bind(to_millis(now))
        .fetch_optional(self.database.reader())
        .await
        .map_err(StoreError::unavailable)?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Replay {
            scope: row.try_get("scope").map_err(StoreError::unavailable)?,
            key: row.try_get("key").map_err(StoreError::unavailable)?,
            fingerprint: row.try_get("fingerprint").map_err(StoreError::unavailable)?,
            answer: row.try_get("answer").map_err(StoreError::unavailable)?,
            expires_at: from_millis(row.try_get("expires_at").map_err(StoreError::unavailable)?)
                .map_err(StoreError::unavailable)?,
        }))
    }

    async fn claim_message(
        &self,
        channels: &[Channel],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ClaimedMessage>, StoreError> {
        // Mostly there is none: looking waits for nobody, and only claiming writes.
        let is_due = messages::is_due(self.database.reader(), channels, now, until);
        if !is_due.await.map_err(StoreError::unavailable)? {
            return Ok(None);
        }
        let mut transaction = self.database.begin_write().await.map_err(StoreError::unavailable)?;
        let claimed = messages::claim(&mut transaction, channels, now, until).await.map_err(StoreError::unavailable)?;
        transaction.commit().await.map_err(StoreError::unavailable)?;
        Ok(claimed)
    }

    async fn settle_message(&self, claimed: &ClaimedMessage, settlement: Settlement) -> Result<(), StoreError> {
        let mut transaction = self.database.begin_write().await.map_err(StoreError::unavailable)?;
        messages::settle(&mut transaction, claimed, settlement).await.map_err(StoreError::unavailable)?;
        Ok(transaction.commit().await.map_err(StoreError::unavailable)?)
    }

    async fn abandon_claimed(&self, now: Timestamp, until: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.database.begin_write().await.map_err(StoreError::unavailable)?;
        let abandoned = messages::abandon(&mut transaction, now, until).await.map_err(StoreError::unavailable)?;
        transaction.commit().await.map_err(StoreError::unavailable)?;
        Ok(abandoned)
    }

    async fn unsettled_claims(&self, stale: Timestamp, now: Timestamp) -> Result<Vec<Claim>, StoreError> {
        Ok(claims::unsettled(self.database.reader(), stale, now).await.map_err(StoreError::unavailable)?)
    }

    async fn audit(&self, flow_id: &FlowId) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query(
            "SELECT at, flow_id, account_key, event, client, detail FROM audit WHERE flow_id = $1 ORDER BY seq",
        )
        .bind(flow_id.as_str())
        .fetch_all(self.database.reader())
        .await
        .map_err(StoreError::unavailable)?;
        Ok(rows.iter().map(audit::entry_from).collect::<sqlx::Result<_>>().map_err(StoreError::unavailable)?)
    }

    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
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

    async fn check(&self) -> Result<(), StoreError> {
        Ok(self.database.check_write().await.map_err(StoreError::unavailable)?)
    }
}

/// Writes all of a change; what it says decides whether the transaction is committed.
async fn write(transaction: &mut WriteTransaction, keys: &Keys, change: &Change) -> sqlx::Result<Committed> {
    if !write_flow(transaction, &change.flow).await? {
        return Ok(Committed::Conflict);
    }
    if let Some(replay) = &change.replay
        && !write_replay(transaction, replay, change.now).await?
    {
        return Ok(Committed::Conflict);
    }
    if let Some(claim) = &change.claim
        && !claims::write(transaction, claim, change.now).await?
    {
        return Ok(Committed::Claimed);
    }
    for charge in &change.charges {
        if let Some(retry_at) = charges::charge(transaction, charge, change.now).await? {
            return Ok(Committed::OverLimit { bucket: charge.bucket.clone(), retry_at });
        }
    }
    if let Some(ClaimChange::Settle { account: Some(account), .. }) = &change.claim
        && let Err(refusal) = account_write::write(account, transaction).await?
    {
        return Ok(Committed::AccountRefused(refusal));
    }
    // Before the change's own messages are queued: those are to be sent.
    if let Some(void) = &change.void_others {
        void_others(transaction, void, &change.flow.id, change.now).await?;
    }
    for message in &change.messages {
        messages::queue(transaction, message, change.now).await?;
    }
    audit::append(transaction, keys, &change.audit).await?;
    Ok(Committed::Done)
}

/// Inserts or compares and swaps the flow; `false` when it was changed meanwhile.
async fn write_flow(transaction: &mut WriteTransaction, flow: &FlowRow) -> sqlx::Result<bool> {
    let statement = if flow.version == 0 {
        "INSERT INTO flows (id, version, kind, token_hash, account_key, expires_at, state, voided)
         VALUES ($1, $2 + 1, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING"
    } else {
        "UPDATE flows SET version = version + 1, kind = $3, token_hash = $4, account_key = $5, expires_at = $6,
         state = $7, voided = $8 WHERE id = $1 AND version = $2"
    };
    let written = sqlx::query(statement)
        .bind(flow.id.as_str())
        .bind(flow.version)
        .bind(flow.kind.as_str())
        .bind(&flow.token_hash)
        .bind(&flow.account_key)
        .bind(to_millis(flow.expires_at))
        .bind(&flow.state)
        .bind(flow.voided)
        .execute(&mut **transaction)
        .await?;
    Ok(written.rows_affected() == 1)
}

/// Keeps an answer; `false` when one that is still good is kept under the key.
async fn write_replay(transaction: &mut WriteTransaction, replay: &Replay, now: Timestamp) -> sqlx::Result<bool> {
    let written = sqlx::query(
        "INSERT INTO replays (scope, key, fingerprint, answer, expires_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer,
         expires_at = excluded.expires_at WHERE replays.expires_at <= $6
         OR replays.expires_at > excluded.expires_at + $7",
    )
    .bind(&replay.scope)
    .bind(&replay.key)
    .bind(&replay.fingerprint)
    .bind(&replay.answer)
    .bind(to_millis(replay.expires_at))
    .bind(to_millis(now))
    // Of one scope a later answer is kept for longer, unless the clock was set back in between.
    .bind(i64::try_from(SKEW.as_millis()).unwrap_or(i64::MAX))
    .execute(&mut **transaction)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Voids the account's other flows and drops the account's codes that are not sent yet.
async fn void_others(
    transaction: &mut WriteTransaction,
    void: &VoidOthers,
    flow_id: &FlowId,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE flows SET voided = TRUE, version = version + 1 WHERE account_key = $1 AND id <> $2")
        .bind(&void.account_key)
        .bind(flow_id.as_str())
        .execute(&mut **transaction)
        .await?;
    messages::drop_voidable(transaction, &void.account_key, now).await
}

/// The kind of a name in the database.
fn kind_from_text(text: &str) -> sqlx::Result<FlowKind> {
    FlowKind::from_text(text).ok_or_else(|| sqlx::Error::Decode("a flow kind that this version does not know".into()))
}
