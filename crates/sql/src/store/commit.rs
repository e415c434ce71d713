//! The writing of a change. What it writes besides the flow is in a file per concern beside this one.

use jiff::Timestamp;
use regain_keys::Keys;
use regain_ports::{Change, ClaimChange, Committed, FlowRow, Replay, SKEW, VoidOthers};
use regain_values::FlowId;

use super::{audit, charges, claims, messages};
use crate::{DatabaseResult, account_write, connection::Connection, database::to_millis, query::query};

/// Writes all of a change; what it says decides whether the transaction is committed.
pub(super) async fn write(transaction: &mut Connection, keys: &Keys, change: &Change) -> DatabaseResult<Committed> {
    // Before any row is written, or two changes could wait for each other.
    let counters = change.charges.iter().map(charges::lock_name);
    let accounts = change.void_others.iter().map(|void| format!("account:{}", void.account_key));
    transaction.lock(counters.chain(accounts)).await?;
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
    audit::append(transaction, keys, &change.audit, Some(&change.flow.id)).await?;
    Ok(Committed::Done)
}

/// Inserts or compares and swaps the flow; `false` when it was changed meanwhile.
async fn write_flow(transaction: &mut Connection, flow: &FlowRow) -> DatabaseResult<bool> {
    let statements: &[&'static str] = if flow.version == 0 {
        &["INSERT INTO flows (id, version, kind, token_hash, account_key, expires_at, state, voided)
           VALUES ($1, $2 + 1, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING"]
    } else {
        // Mostly the flow stays where the indexes have it. SQLite writes an entry anew for each column that a statement
        // sets, be it to what it was.
        &[
            "UPDATE flows SET version = version + 1, kind = $3, token_hash = $4, state = $7, voided = $8
             WHERE id = $1 AND version = $2 AND account_key IS NOT DISTINCT FROM $5 AND expires_at = $6",
            "UPDATE flows SET version = version + 1, kind = $3, token_hash = $4, account_key = $5, expires_at = $6,
             state = $7, voided = $8 WHERE id = $1 AND version = $2",
        ]
    };
    for statement in statements {
        let written = query(*statement)
            .bind(flow.id.as_str())
            .bind(flow.version)
            .bind(flow.kind.as_str())
            .bind(&flow.token_hash)
            .bind(&flow.account_key)
            .bind(to_millis(flow.expires_at))
            .bind(&flow.state)
            .bind(flow.voided)
            .execute(transaction)
            .await?;
        if written == 1 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Keeps an answer; `false` when one that is still good is kept under the key.
async fn write_replay(transaction: &mut Connection, replay: &Replay, now: Timestamp) -> DatabaseResult<bool> {
    let written = query(
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
    .execute(transaction)
    .await?;
    Ok(written == 1)
}

/// Voids the account's other flows and drops the account's codes that are not sent yet.
async fn void_others(
    transaction: &mut Connection,
    void: &VoidOthers,
    flow_id: &FlowId,
    now: Timestamp,
) -> DatabaseResult<()> {
    query("UPDATE flows SET voided = TRUE, version = version + 1 WHERE account_key = $1 AND id <> $2")
        .bind(&void.account_key)
        .bind(flow_id.as_str())
        .execute(transaction)
        .await?;
    messages::drop_voidable(transaction, &void.account_key, now).await
}
