//! The queue of sealed messages.

use jiff::{SignedDuration, Timestamp};

use crate::{
    DatabaseResult,
    connection::Connection,
    database::{from_millis, to_millis},
    query::{query, query_scalar},
};
use regain_ports::{Channel, ClaimedMessage, NewMessage, Settlement};

/// Longer than any wait for a retry: a message that is due later than that was queued before a clock was set back, and is due.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(10);

/// Queues a message, due at once.
pub(super) async fn queue(transaction: &mut Connection, message: &NewMessage, now: Timestamp) -> DatabaseResult<()> {
    query(
        "INSERT INTO messages (id, flow_id, payload, progress, attempts, due_at, not_after, voidable, channel)
         VALUES ($1, $2, $3, 'queued', 0, $4, $5, $6, $7)",
    )
    .bind(&message.id)
    .bind(message.flow_id.as_str())
    .bind(&message.payload)
    .bind(to_millis(now))
    .bind(to_millis(message.not_after))
    .bind(message.voidable)
    .bind(message.channel.as_str())
    .execute(transaction)
    .await
    .map(drop)
}

/// The names of channels, for a statement that takes four: the last stands for those that are not asked for.
fn names(channels: &[Channel]) -> [&'static str; Channel::ALL.len()] {
    let name = |index: usize| channels.get(index).or(channels.last()).map_or("", |channel| channel.as_str());
    std::array::from_fn(name)
}

/// Tells if a message of these channels can be claimed.
pub(super) async fn is_due(
    connection: &mut Connection,
    channels: &[Channel],
    now: Timestamp,
    until: Timestamp,
) -> DatabaseResult<bool> {
    let [a, b, c, d] = names(channels);
    let query = query_scalar(
        "SELECT EXISTS (SELECT 1 FROM messages WHERE channel IN ($3, $4, $5, $6)
         AND (progress = 'queued' AND (due_at <= $1 OR due_at > $7)
              OR progress = 'claimed' AND NOT voidable
              AND (COALESCE(leased_until, due_at) <= $1 OR leased_until > $2)))",
    );
    let query = query.bind(to_millis(now)).bind(too_late(now, until)).bind(a).bind(b).bind(c).bind(d);
    query.bind(to_millis(now + LONGEST_WAIT)).fetch_one(connection).await
}

/// Claims the message of these channels that has been due for longest, unless one was left behind that must not be
/// lost. A former version wrote no leases.
pub(super) async fn claim(
    transaction: &mut Connection,
    channels: &[Channel],
    now: Timestamp,
    until: Timestamp,
) -> DatabaseResult<Option<ClaimedMessage>> {
    let [a, b, c, d] = names(channels);
    let row = query(
        "UPDATE messages SET progress = 'claimed', attempts = attempts + 1, leased_until = $2
         WHERE id = COALESCE(
             (SELECT id FROM messages WHERE progress = 'claimed' AND channel IN ($4, $5, $6, $7) AND NOT voidable
              AND (COALESCE(leased_until, due_at) <= $1 OR leased_until > $3) ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED),
             (SELECT id FROM messages WHERE progress = 'queued' AND channel IN ($4, $5, $6, $7) AND due_at <= $1
              ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED),
             (SELECT id FROM messages WHERE progress = 'queued' AND channel IN ($4, $5, $6, $7) AND due_at > $8
              ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED))
         RETURNING id, payload, attempts - 1 AS attempts_before, not_after",
    )
    .bind(to_millis(now))
    .bind(to_millis(until))
    .bind(too_late(now, until))
    .bind(a)
    .bind(b)
    .bind(c)
    .bind(d)
    .bind(to_millis(now + LONGEST_WAIT))
    .fetch_optional(transaction)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ClaimedMessage {
        id: row.get("id")?,
        payload: row.get("payload")?,
        attempts: u32::try_from(row.get::<i64>("attempts_before")?).unwrap_or(u32::MAX),
        not_after: from_millis(row.get("not_after")?)?,
    }))
}

/// Says what became of a claimed message, where the lease is still the same. One that would be tried again only after
/// its time, or that was voided while it was claimed, has failed.
pub(super) async fn settle(
    transaction: &mut Connection,
    claimed: &ClaimedMessage,
    settlement: Settlement,
) -> DatabaseResult<()> {
    let query = match settlement {
        Settlement::Sent => query(
            "UPDATE messages SET progress = 'sent', payload = '' WHERE id = $1 AND progress = 'claimed' AND attempts = $2",
        ),
        Settlement::Failed => query(
            "UPDATE messages SET progress = 'failed', payload = ''
             WHERE id = $1 AND progress = 'claimed' AND attempts = $2",
        ),
        Settlement::RetryAt(_) => query(
            "UPDATE messages SET due_at = $3,
             progress = CASE WHEN not_after > $3 THEN 'queued' ELSE 'failed' END,
             payload = CASE WHEN not_after > $3 THEN payload ELSE '' END
             WHERE id = $1 AND progress = 'claimed' AND attempts = $2",
        ),
    };
    let query = query.bind(&claimed.id).bind(i64::from(claimed.attempts) + 1);
    let query = if let Settlement::RetryAt(at) = settlement { query.bind(to_millis(at)) } else { query };
    query.execute(transaction).await.map(drop)
}

/// Gives up on codes and calls whose lease is over.
pub(super) async fn abandon(transaction: &mut Connection, now: Timestamp, until: Timestamp) -> DatabaseResult<u64> {
    query(
        "UPDATE messages SET progress = 'failed', payload = '' WHERE progress = 'claimed' AND voidable
         AND (COALESCE(leased_until, due_at) <= $1 OR leased_until > $2)",
    )
    .bind(to_millis(now))
    .bind(too_late(now, until))
    .execute(transaction)
    .await
}

/// Drops an account's voidable messages. One that is being sent right now cannot be called back, but
/// it is not tried again.
pub(super) async fn drop_voidable(
    transaction: &mut Connection,
    account_key: &str,
    now: Timestamp,
) -> DatabaseResult<()> {
    for statement in [
        "UPDATE messages SET progress = 'failed', payload = '', not_after = $2 WHERE progress = 'queued' AND voidable
         AND flow_id IN (SELECT id FROM flows WHERE account_key = $1)",
        "UPDATE messages SET not_after = $2 WHERE progress = 'claimed' AND voidable AND not_after > $2
         AND flow_id IN (SELECT id FROM flows WHERE account_key = $1)",
    ] {
        query(statement).bind(account_key).bind(to_millis(now)).execute(transaction).await?;
    }
    Ok(())
}

/// The time after which the end of a lease is of a clock that was wrong: two leases from now.
fn too_late(now: Timestamp, until: Timestamp) -> i64 {
    let (now, until) = (to_millis(now), to_millis(until));
    until.saturating_add(until.saturating_sub(now))
}
