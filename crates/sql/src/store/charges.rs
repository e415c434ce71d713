//! Sliding counters: a row for each charge, so that a window slides exactly and not in steps.

use jiff::Timestamp;
use sqlx::{Row as _, Transaction};

use crate::database::{Backend, from_millis, to_millis};
use regain_ports::Charge;

/// Charges a counter, or says from when it has room. A refused charge is to be rolled back together
/// with those before it.
pub(super) async fn charge(
    transaction: &mut Transaction<'_, Backend>,
    charge: &Charge,
    now: Timestamp,
) -> sqlx::Result<Option<Timestamp>> {
    let window = window_of(charge);
    let now = to_millis(now);
    let begin = now.saturating_sub(window);
    let room = i64::from(charge.limit) - i64::from(charge.cost.max(1));
    let held: i64 =
        sqlx::query_scalar("SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) FROM charges WHERE bucket = $1 AND at > $2")
            .bind(&charge.bucket)
            .bind(begin)
            .fetch_one(&mut **transaction)
            .await?;
    if held > room {
        let free_at = free_at(&charges_since(transaction, &charge.bucket, begin).await?, room, window);
        // Where it has not room enough even when empty, no time is right: the farthest that means anything.
        return from_millis(free_at.unwrap_or(now.saturating_add(window))).map(Some);
    }
    if charge.cost > 0 {
        write(transaction, charge, now, i64::from(charge.cost)).await?;
    }
    Ok(None)
}

/// Gives a charge back: what was taken at a time and what is returned leave the window together.
pub(super) async fn refund(
    transaction: &mut Transaction<'_, Backend>,
    charge: &Charge,
    charged_at: Timestamp,
) -> sqlx::Result<()> {
    if charge.cost > 0 {
        write(transaction, charge, to_millis(charged_at), -i64::from(charge.cost)).await?;
    }
    Ok(())
}

async fn write(transaction: &mut Transaction<'_, Backend>, charge: &Charge, at: i64, cost: i64) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO charges (bucket, at, cost, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(&charge.bucket)
        .bind(at)
        .bind(cost)
        .bind(at.saturating_add(window_of(charge)))
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// The window in milliseconds.
fn window_of(charge: &Charge) -> i64 {
    i64::try_from(charge.window.as_millis()).unwrap_or(i64::MAX)
}

/// The charges of a counter at each time after one, oldest first. Only asked for when it is full: a
/// counter for the whole organisation has many.
async fn charges_since(
    transaction: &mut Transaction<'_, Backend>,
    bucket: &str,
    begin: i64,
) -> sqlx::Result<Vec<(i64, i64)>> {
    sqlx::query(
        "SELECT at, CAST(SUM(cost) AS BIGINT) AS cost FROM charges WHERE bucket = $1 AND at > $2 GROUP BY at ORDER BY at",
    )
        .bind(bucket)
        .bind(begin)
        .fetch_all(&mut **transaction)
        .await?
        .into_iter()
        .map(|row| Ok((row.try_get("at")?, row.try_get("cost")?)))
        .collect()
}

/// The time at which enough of the oldest charges will have slid out of the window that no more than `room` is
/// held; `None` where that never suffices.
fn free_at(held: &[(i64, i64)], room: i64, window: i64) -> Option<i64> {
    let mut sum: i64 = held.iter().map(|(_, cost)| cost).sum();
    held.iter().find_map(|(at, cost)| {
        sum -= cost;
        (sum <= room).then_some(at.saturating_add(window))
    })
}

#[cfg(test)]
mod tests {
    use super::free_at;

    #[test]
    fn says_the_first_moment_with_enough_room() {
        let held = [(10, 1), (20, 2), (30, 1)];
        assert_eq!(free_at(&held, 3, 100), Some(110), "the first one leaving is enough");
        assert_eq!(free_at(&held, 1, 100), Some(120), "two must leave");
        assert_eq!(free_at(&held, 0, 100), Some(130), "all must");
        assert_eq!(free_at(&held, -1, 100), None, "never enough room");
        assert_eq!(free_at(&[], -1, 100), None);
    }
}
