//! Sliding counters: a row for each charge, so that a window slides exactly and not in steps, and a running total for
//! each counter, which the database keeps by triggers. A charge takes as long however many there are: it removes those
//! that have left the window, of which each leaves once.

use jiff::Timestamp;

use crate::{
    DatabaseError, DatabaseResult,
    connection::Connection,
    database::{Database, from_millis, to_millis},
    query::{query, query_scalar},
};
use regain_ports::Charge;

/// The number of times at which charges leave that are looked at together, when a counter is full.
const PAGE: usize = 64;

/// The name of a counter's lock: whoever charges it looks first.
pub(super) fn lock_name(charge: &Charge) -> String {
    format!("counter:{}", charge.bucket)
}

/// Charges a counter, or says from when it has room. A refused charge is to be rolled back together
/// with those before it.
pub(super) async fn charge(
    transaction: &mut Connection,
    charge: &Charge,
    now: Timestamp,
) -> DatabaseResult<Option<Timestamp>> {
    let window = window_of(charge);
    let now = to_millis(now);
    let room = i64::from(charge.limit) - i64::from(charge.cost.max(1));
    let mut counter = Counter::read(transaction, &charge.bucket).await?;
    let gone_until = now.saturating_sub(window);
    // Mostly there is none that has left.
    if counter.earliest.is_some_and(|earliest| earliest <= gone_until) {
        let removal = query("DELETE FROM charges WHERE bucket = $1 AND at <= $2");
        removal.bind(&charge.bucket).bind(gone_until).execute(transaction).await?;
        counter = Counter::read(transaction, &charge.bucket).await?;
    }
    if counter.latest.is_some_and(|latest| latest > now) {
        date_back(transaction, &charge.bucket, now).await?;
    }
    let held = counter.total;
    if held > room {
        let free_at = free_at(transaction, &charge.bucket, held - room).await?;
        // A counter without room enough even when empty: no time is right: the farthest that means anything.
        return from_millis(free_at.unwrap_or(now).saturating_add(window)).map(Some);
    }
    if charge.cost > 0 {
        write(transaction, charge, now, i64::from(charge.cost)).await?;
    }
    Ok(None)
}

/// A counter, before it is charged.
struct Counter {
    /// The times of its first and its last charge.
    earliest: Option<i64>,
    latest: Option<i64>,
    total: i64,
}

impl Counter {
    async fn read(transaction: &mut Connection, bucket: &str) -> DatabaseResult<Self> {
        let counter = query(
            "SELECT (SELECT MIN(at) FROM charges WHERE bucket = $1) AS earliest,
             (SELECT MAX(at) FROM charges WHERE bucket = $1) AS latest,
             (SELECT total FROM counters WHERE bucket = $1) AS total",
        );
        let counter = counter.bind(bucket).fetch_optional(transaction).await?.ok_or_else(DatabaseError::not_found)?;
        Ok(Self {
            earliest: counter.get("earliest")?,
            latest: counter.get("latest")?,
            total: counter.get::<Option<i64>>("total")?.unwrap_or_default(),
        })
    }
}

/// Has charges from the future count from now on: they were made before a clock was set back, or by a process whose clock is
/// ahead. They go on counting, for their window and no longer.
async fn date_back(transaction: &mut Connection, bucket: &str, now: i64) -> DatabaseResult<()> {
    query("UPDATE charges SET expires_at = expires_at - (at - $2), at = $2 WHERE bucket = $1 AND at > $2")
        .bind(bucket)
        .bind(now)
        .execute(transaction)
        .await
        .map(drop)
}

/// [`date_back`] for a full counter: whatever it refused was rolled back, and that the charges count from now on with it.
pub(super) async fn keep_dated_back(database: &Database, bucket: &str, now: Timestamp) -> DatabaseResult<()> {
    let input = (bucket.to_owned(), to_millis(now));
    let is_ahead: bool = database
        .read(input.clone(), |connection, (bucket, now)| {
            let ahead = query_scalar("SELECT EXISTS (SELECT 1 FROM charges WHERE bucket = $1 AND at > $2)");
            Box::pin(ahead.bind(bucket).bind(*now).fetch_one(connection))
        })
        .await?;
    if is_ahead {
        let dated_back =
            database.write(input, |transaction, (bucket, now)| Box::pin(date_back(transaction, bucket, *now)));
        dated_back.await?;
    }
    Ok(())
}

/// The sum that a counter holds.
pub(super) async fn held(connection: &mut Connection, charge: &Charge, now: Timestamp) -> DatabaseResult<u32> {
    let held: i64 =
        query_scalar("SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) FROM charges WHERE bucket = $1 AND at > $2")
            .bind(&charge.bucket)
            .bind(to_millis(now).saturating_sub(window_of(charge)))
            .fetch_one(connection)
            .await?;
    Ok(u32::try_from(held.max(0)).unwrap_or(u32::MAX))
}

/// Gives a charge back: what was taken at a time and what is returned leave the window together.
pub(super) async fn refund(transaction: &mut Connection, charge: &Charge, charged_at: Timestamp) -> DatabaseResult<()> {
    if charge.cost > 0 {
        write(transaction, charge, to_millis(charged_at), -i64::from(charge.cost)).await?;
    }
    Ok(())
}

async fn write(transaction: &mut Connection, charge: &Charge, at: i64, cost: i64) -> DatabaseResult<()> {
    query("INSERT INTO charges (bucket, at, cost, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(&charge.bucket)
        .bind(at)
        .bind(cost)
        .bind(at.saturating_add(window_of(charge)))
        .execute(transaction)
        .await?;
    Ok(())
}

/// The window in milliseconds.
fn window_of(charge: &Charge) -> i64 {
    i64::try_from(charge.window.as_millis()).unwrap_or(i64::MAX)
}

/// The date of the charge with which so much will have left a counter, the oldest leaving first; `None` where it never
/// holds so much.
async fn free_at(transaction: &mut Connection, bucket: &str, mut too_much: i64) -> DatabaseResult<Option<i64>> {
    let mut after = i64::MIN;
    loop {
        let page = query(
            "SELECT at, CAST(SUM(cost) AS BIGINT) AS cost FROM charges WHERE bucket = $1 AND at > $2
             GROUP BY at ORDER BY at LIMIT $3",
        )
        .bind(bucket)
        .bind(after)
        .bind(i64::try_from(PAGE).unwrap_or(i64::MAX))
        .fetch_all(transaction)
        .await?;
        for row in &page {
            after = row.get("at")?;
            too_much -= row.get::<i64>("cost")?;
            if too_much <= 0 {
                return Ok(Some(after));
            }
        }
        if page.len() < PAGE {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        time::{Duration, Instant},
    };

    use jiff::SignedDuration;
    use regain_keys::Keys;
    use regain_ports::{Charged, Clock as _, Store as _, SystemClock};
    use regain_protocol::Secret;

    use super::*;
    use crate::{Database, SqlStore};

    const WINDOW: SignedDuration = SignedDuration::from_hours(1);

    /// A counter that holds so much, charged one by one in the last half of its window.
    async fn holding(folder: &Path, charges: i64, now: Timestamp) -> (SqlStore, Charge) {
        let database = Database::open(&folder.join(format!("{charges}.db"))).await.expect("opens");
        let filled = database.write((charges, now), |transaction, (charges, now)| {
            let fill = query(
                "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < $1)
                 INSERT INTO charges (bucket, at, cost, expires_at) SELECT 'b', $2 - n * $3 / $1, 1, $2 + $3 FROM n",
            );
            let half = to_millis(*now) - to_millis(*now - WINDOW / 2);
            Box::pin(fill.bind(*charges).bind(to_millis(*now)).bind(half).execute(transaction))
        });
        filled.await.expect("inserts");
        let charge = Charge { bucket: "b".into(), window: WINDOW, limit: 1_000_000, cost: 1 };
        (SqlStore::new(database, Keys::derive(&Secret::new(vec![7; 32]))), charge)
    }

    /// The best of many times that something takes.
    async fn best_of(times: usize, mut work: impl AsyncFnMut()) -> Duration {
        let mut best = Duration::MAX;
        for _ in 0..times {
            let begun = Instant::now();
            work().await;
            best = best.min(begun.elapsed());
        }
        best
    }

    /// Taking the sum, as before, takes some hundred times as long.
    #[tokio::test]
    async fn a_charge_takes_as_long_however_many_there_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = SystemClock.now();
        let mut charged = Vec::new();
        let mut refused = Vec::new();
        let mut summed = Vec::new();
        for charges in [10, 100_000] {
            let (store, charge) = holding(folder.path(), charges, now).await;
            charged.push(
                best_of(30, async || {
                    assert_eq!(store.charge(std::slice::from_ref(&charge), now).await.expect("answers"), Charged::Done);
                })
                .await,
            );
            // For comparison: what each charge did before.
            summed.push(
                best_of(30, async || {
                    let sum =
                        "SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) FROM charges WHERE bucket = $1 AND at > $2";
                    let sum = store.database.read((sum, now), |connection, (sum, now)| {
                        Box::pin(query_scalar(*sum).bind("b").bind(to_millis(*now - WINDOW)).fetch_one(connection))
                    });
                    let sum: i64 = sum.await.expect("answers");
                    assert!(sum >= charges);
                })
                .await,
            );
            let full = Charge { limit: u32::try_from(charges).expect("fits"), ..charge };
            refused.push(
                best_of(30, async || {
                    let refused = store.charge(std::slice::from_ref(&full), now).await.expect("answers");
                    assert!(matches!(refused, Charged::OverLimit { .. }), "{refused:?}");
                })
                .await,
            );
        }
        eprintln!("charged {charged:?}, refused {refused:?}; the sum alone {summed:?}");
        assert!(charged[1] < charged[0] * 10, "{charged:?}");
        assert!(refused[1] < refused[0] * 10, "{refused:?}");
    }

    #[tokio::test]
    async fn the_total_is_that_of_the_charges_whoever_removes_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = SystemClock.now();
        let (store, charge) = holding(folder.path(), 10, now).await;
        let charge = Charge { limit: 12, ..charge };
        let held = async || -> Option<(i64, i64)> {
            let row = store.database.read((), |connection, ()| {
                Box::pin(query("SELECT total, charges FROM counters WHERE bucket = 'b'").fetch_optional(connection))
            });
            let row = row.await.expect("answers")?;
            Some((row.get("total").expect("a number"), row.get("charges").expect("a number")))
        };
        assert_eq!(held().await, Some((10, 10)));
        let two = [charge.clone(), charge.clone()];
        assert_eq!(store.charge(&two, now).await.expect("answers"), Charged::Done);
        store.refund(&two[..1], now).await.expect("answers");
        assert_eq!(held().await, Some((11, 13)));
        let refused = store.charge(&two, now).await.expect("answers");
        assert!(matches!(refused, Charged::OverLimit { .. }));
        assert_eq!(held().await, Some((11, 13)), "a refused one is rolled back");
        store.purge(now + WINDOW).await.expect("answers");
        assert_eq!(held().await, None, "nothing is kept of an empty counter");
    }
}
