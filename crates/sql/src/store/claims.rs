//! Claims on accounts: of many requests, in any number of flows and processes, one changes an account at a time.

use jiff::Timestamp;

use crate::{
    DatabaseResult,
    connection::Connection,
    database::{from_millis, to_millis},
    query::{Row, query},
};
use regain_ports::{Claim, ClaimChange};

/// Takes or ends a claim; `false` where somebody else has it.
pub(super) async fn write(transaction: &mut Connection, change: &ClaimChange, now: Timestamp) -> DatabaseResult<bool> {
    let query = match change {
        ClaimChange::Take { claim, stale } => query(
            "INSERT INTO claims (account_key, id, flow_id, claimed_at, intent) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (account_key) DO UPDATE SET id = excluded.id, flow_id = excluded.flow_id,
             claimed_at = excluded.claimed_at, intent = excluded.intent
             WHERE claims.intent IS NULL AND (claims.claimed_at <= $6 OR claims.claimed_at > $7)",
        )
        .bind(&claim.account_key)
        .bind(&claim.id)
        .bind(claim.flow_id.as_str())
        .bind(to_millis(claim.claimed_at))
        .bind(&claim.intent)
        .bind(to_millis(*stale))
        .bind(too_late(*stale, now)),
        ClaimChange::Settle { id, .. } => query("DELETE FROM claims WHERE id = $1").bind(id),
    };
    Ok(query.execute(transaction).await? == 1)
}

/// The claims with an intent that were left behind.
pub(super) async fn unsettled(
    connection: &mut Connection,
    stale: Timestamp,
    now: Timestamp,
) -> DatabaseResult<Vec<Claim>> {
    let rows = query(
        "SELECT id, account_key, flow_id, claimed_at, intent FROM claims
         WHERE intent IS NOT NULL AND (claimed_at <= $1 OR claimed_at > $2) ORDER BY claimed_at LIMIT 100",
    )
    .bind(to_millis(stale))
    .bind(too_late(stale, now))
    .fetch_all(connection)
    .await?;
    let claim = |row: &Row| {
        Ok(Claim {
            id: row.get("id")?,
            account_key: row.get("account_key")?,
            flow_id: row.get::<String>("flow_id")?.into(),
            claimed_at: from_millis(row.get("claimed_at")?)?,
            intent: row.get("intent")?,
        })
    };
    rows.iter().map(claim).collect()
}

/// The time after which a claim is of a clock that was wrong: as far ahead of now as a stale one is behind.
fn too_late(stale: Timestamp, now: Timestamp) -> i64 {
    let (stale, now) = (to_millis(stale), to_millis(now));
    now.saturating_add(now.saturating_sub(stale))
}
