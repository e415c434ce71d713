//! The queue of sealed messages.

use jiff::Timestamp;
use sqlx::{Row as _, Transaction};

use crate::database::{Backend, from_millis, to_millis};
use regain_ports::{ClaimedMessage, NewMessage, Settlement};

/// Queues a message, due at once.
pub(super) async fn queue(
    transaction: &mut Transaction<'_, Backend>,
    message: &NewMessage,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO messages (id, flow_id, payload, progress, attempts, due_at, not_after, voidable)
         VALUES ($1, $2, $3, 'queued', 0, $4, $5, $6)",
    )
    .bind(&message.id)
    .bind(message.flow_id.as_str())
    .bind(&message.payload)
    .bind(to_millis(now))
    .bind(to_millis(message.not_after))
    .bind(message.voidable)
    .execute(&mut **transaction)
    .await
    .map(drop)
}

/// Claims the message that has been due for longest.
pub(super) async fn claim(
    transaction: &mut Transaction<'_, Backend>,
    now: Timestamp,
) -> sqlx::Result<Option<ClaimedMessage>> {
    let row = sqlx::query(
        "UPDATE messages SET progress = 'claimed', attempts = attempts + 1
         WHERE id = (SELECT id FROM messages WHERE progress = 'queued' AND due_at <= $1
                     ORDER BY due_at, id LIMIT 1)
         RETURNING id, payload, attempts - 1 AS attempts_before, not_after",
    )
    .bind(to_millis(now))
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ClaimedMessage {
        id: row.try_get("id")?,
        payload: row.try_get("payload")?,
        attempts: u32::try_from(row.try_get::<i64, _>("attempts_before")?).unwrap_or(u32::MAX),
        not_after: from_millis(row.try_get("not_after")?)?,
    }))
}

/// Says what became of a claimed message. One that would be tried again only after its time, or that
/// was voided while it was claimed, has failed.
pub(super) async fn settle(
    transaction: &mut Transaction<'_, Backend>,
    id: &str,
    settlement: Settlement,
) -> sqlx::Result<()> {
    let query = match settlement {
        Settlement::Sent => {
            sqlx::query("UPDATE messages SET progress = 'sent', payload = '' WHERE id = $1 AND progress = 'claimed'")
                .bind(id)
        }
        Settlement::Failed => {
            sqlx::query("UPDATE messages SET progress = 'failed', payload = '' WHERE id = $1 AND progress = 'claimed'")
                .bind(id)
        }
        Settlement::RetryAt(at) => sqlx::query(
            "UPDATE messages SET due_at = $2,
             progress = CASE WHEN not_after > $2 THEN 'queued' ELSE 'failed' END,
             payload = CASE WHEN not_after > $2 THEN payload ELSE '' END
             WHERE id = $1 AND progress = 'claimed'",
        )
        .bind(id)
        .bind(to_millis(at)),
    };
    query.execute(&mut **transaction).await.map(drop)
}

/// Gives up on everything that is claimed.
pub(super) async fn abandon_claimed(transaction: &mut Transaction<'_, Backend>) -> sqlx::Result<u64> {
    sqlx::query("UPDATE messages SET progress = 'failed', payload = '' WHERE progress = 'claimed'")
        .execute(&mut **transaction)
        .await
        .map(|done| done.rows_affected())
}

/// Drops an account's voidable messages. One that is being sent right now cannot be called back, but
/// it is not tried again.
pub(super) async fn drop_voidable(
    transaction: &mut Transaction<'_, Backend>,
    account_key: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    for statement in [
        "UPDATE messages SET progress = 'failed', payload = '', not_after = $2 WHERE progress = 'queued' AND voidable
         AND flow_id IN (SELECT id FROM flows WHERE account_key = $1)",
        "UPDATE messages SET not_after = $2 WHERE progress = 'claimed' AND voidable AND not_after > $2
         AND flow_id IN (SELECT id FROM flows WHERE account_key = $1)",
    ] {
        sqlx::query(statement).bind(account_key).bind(to_millis(now)).execute(&mut **transaction).await?;
    }
    Ok(())
}
