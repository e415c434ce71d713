//! Sliding counters: a row for each charge, so that a window slides exactly and not in steps.

use jiff::Timestamp;
use sqlx::{Row as _, Transaction};

use super::super::sqlite::{Backend, from_millis, to_millis};
use crate::ports::Charge;

/// Charges a counter, or says from when it has room. A refused charge is to be rolled back together
/// with those before it.
pub(super) async fn charge(
    transaction: &mut Transaction<'_, Backend>,
    charge: &Charge,
    now: Timestamp,
) -> sqlx::Result<Option<Timestamp>> {
    let window = i64::try_from(charge.window.as_millis()).unwrap_or(i64::MAX);
    let now = to_millis(now);
    let rows = sqlx::query("SELECT at, cost FROM charges WHERE bucket = $1 AND at > $2 ORDER BY at")
        .bind(&charge.bucket)
        .bind(now.saturating_sub(window))
        .fetch_all(&mut **transaction)
        .await?;
    let mut held = Vec::with_capacity(rows.len());
    for row in rows {
        held.push((row.try_get::<i64, _>("at")?, row.try_get::<i64, _>("cost")?));
    }
    if let Some(free_at) = full_until(&held, charge, window, now) {
        return from_millis(free_at).map(Some);
    }
    if charge.cost > 0 {
        sqlx::query("INSERT INTO charges (bucket, at, cost, expires_at) VALUES ($1, $2, $3, $4)")
            .bind(&charge.bucket)
            .bind(now)
            .bind(i64::from(charge.cost))
            .bind(now.saturating_add(window))
            .execute(&mut **transaction)
            .await?;
    }
    Ok(None)
}

/// When the oldest charges will have slid out of the window far enough; `None` where there is room now.
fn full_until(held: &[(i64, i64)], charge: &Charge, window: i64, now: i64) -> Option<i64> {
    let needed = i64::from(charge.cost.max(1));
    let room = i64::from(charge.limit) - needed;
    let mut sum: i64 = held.iter().map(|(_, cost)| cost).sum();
    if sum <= room {
        return None;
    }
    for (at, cost) in held {
        sum -= cost;
        if sum <= room {
            return Some(at.saturating_add(window));
        }
    }
    // More than the counter holds even when empty: no time is right, so the farthest that means anything.
    Some(now.saturating_add(window))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::{Charge, full_until};

    fn charge(limit: u32, cost: u32) -> Charge {
        Charge { bucket: "b".to_owned(), window: SignedDuration::from_millis(100), limit, cost }
    }

    #[test]
    fn says_the_first_moment_with_enough_room() {
        let held = [(10, 1), (20, 2), (30, 1)];
        assert_eq!(full_until(&held, &charge(5, 1), 100, 50), None);
        assert_eq!(full_until(&held, &charge(5, 2), 100, 50), Some(110), "the first one leaving is enough");
        assert_eq!(full_until(&held, &charge(4, 3), 100, 50), Some(120), "two must leave");
        assert_eq!(full_until(&held, &charge(4, 0), 100, 50), Some(110), "a check asks for room for one");
        assert_eq!(full_until(&[], &charge(2, 3), 100, 50), Some(150), "never enough room");
    }
}
