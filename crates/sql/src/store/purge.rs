//! Forgetting what is out of time, batch by batch, so that whoever else writes waits for one batch at most.

use super::batches::Batches;
use crate::{
    Database, DatabaseError, DatabaseResult,
    query::{Row, query, query_scalar},
};

/// Rows that end with time.
pub(super) struct Perishable {
    table: &'static str,
    /// The column of their end.
    end: &'static str,
    order: Order,
    /// A condition under which a row stays all the same.
    unless: Option<&'static str>,
}

/// The order in which rows that have ended are found in a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// By their end, which has an index where there are many.
    End,
    /// As they were written, all of them being looked at: each row would have to write an entry of an index otherwise.
    Place,
}

/// A claim with an intent is settled by whoever finds out how that ended.
pub(super) const CLAIMS: Perishable =
    Perishable { table: "claims", end: "claimed_at", order: Order::End, unless: Some("intent IS NOT NULL") };
/// Messages and claims come before the flows that they refer to: a flow stays as long as one of them does.
pub(super) const MESSAGES: Perishable =
    Perishable { table: "messages", end: "not_after", order: Order::End, unless: None };
pub(super) const FLOWS: Perishable = Perishable {
    table: "flows",
    end: "expires_at",
    order: Order::End,
    unless: Some(
        "EXISTS (SELECT 1 FROM messages WHERE messages.flow_id = flows.id)
         OR EXISTS (SELECT 1 FROM claims WHERE claims.flow_id = flows.id)",
    ),
};
pub(super) const REPLAYS: Perishable =
    Perishable { table: "replays", end: "expires_at", order: Order::End, unless: None };
pub(super) const CHARGES: Perishable =
    Perishable { table: "charges", end: "expires_at", order: Order::Place, unless: None };

impl Perishable {
    /// Removes the rows that had ended at a time; returns how many.
    pub(super) async fn purge(&self, database: &Database, until: i64) -> DatabaseResult<u64> {
        if database.is_postgres() {
            return self.purge_on_postgres(database, until).await;
        }
        if self.order == Order::Place {
            return self.purge_by_place(database, until).await;
        }
        let Self { table, end, unless, .. } = self;
        // The text is made of this file's words alone. Each batch is a stretch of the index, found without keeping anybody
        // from writing; what stays in it is not looked at again.
        let last_of_batch = format!(
            "SELECT {end}, rowid FROM {table} WHERE ({end}, rowid) > ($1, $2) AND {end} <= $3
             ORDER BY {end}, rowid LIMIT 1 OFFSET $4"
        );
        let removal = format!(
            "DELETE FROM {table} WHERE rowid IN (
                 SELECT rowid FROM {table} WHERE ({end}, rowid) > ($1, $2) AND {end} <= $3
                 ORDER BY {end}, rowid LIMIT $4
             ) AND NOT ({})",
            unless.unwrap_or("FALSE")
        );
        let mut purged = 0;
        let mut begin = (i64::MIN, i64::MIN);
        let mut batches = Batches::default();
        loop {
            let input = (last_of_batch.clone(), begin, until, batches.size() - 1);
            let last = database.read(input, |connection, (text, begin, until, offset)| {
                let last = query(text.clone()).bind(begin.0).bind(begin.1).bind(*until).bind(*offset);
                Box::pin(last.fetch_optional(connection))
            });
            let last = last.await?.map(|row: Row| Ok::<_, DatabaseError>((row.at(0)?, row.at(1)?))).transpose()?;
            let input = (removal.clone(), begin, until, batches.size());
            let removed = database.write(input, |transaction, (text, begin, until, limit)| {
                let removal = query(text.clone()).bind(begin.0).bind(begin.1).bind(*until).bind(*limit);
                Box::pin(async { Ok((Batches::begin(), removal.execute(transaction).await?)) })
            });
            let (begun, removed) = removed.await?;
            purged += removed;
            let Some(last) = last else { return Ok(purged) };
            begin = last;
            batches.done(begun).await;
        }
    }

    /// The same where no index has the end: each batch is looked for without keeping anybody from writing.
    async fn purge_by_place(&self, database: &Database, until: i64) -> DatabaseResult<u64> {
        let Self { table, end, unless, .. } = self;
        let unless = unless.unwrap_or("FALSE");
        let batch = format!(
            "SELECT json_group_array(place) AS places, MAX(place) AS last FROM (
                 SELECT rowid AS place FROM {table} WHERE rowid > $1 AND {end} <= $2 AND NOT ({unless})
                 ORDER BY rowid LIMIT $3
             )"
        );
        // Another row may have got a place meanwhile.
        let removal = format!(
            "DELETE FROM {table} WHERE rowid IN (SELECT value FROM json_each($1)) AND {end} <= $2 AND NOT ({unless})"
        );
        let (mut purged, mut after) = (0, i64::MIN);
        let mut batches = Batches::default();
        loop {
            let found = database.read((batch.clone(), after, until, batches.size()), |connection, input| {
                let (text, after, until, size) = input;
                Box::pin(query(text.clone()).bind(*after).bind(*until).bind(*size).fetch_optional(connection))
            });
            let found = found.await?.ok_or_else(DatabaseError::not_found)?;
            let Some(last) = found.get::<Option<i64>>("last")? else { return Ok(purged) };
            let input = (removal.clone(), found.get::<String>("places")?, until);
            let removed = database.write(input, |transaction, (text, places, until)| {
                let removal = query(text.clone()).bind(places).bind(*until);
                Box::pin(async { Ok((Batches::begin(), removal.execute(transaction).await?)) })
            });
            let (begun, removed) = removed.await?;
            purged += removed;
            after = last;
            batches.done(begun).await;
        }
    }

    /// The same on PostgreSQL, whose rows have no number that lasts. What somebody else is removing is left to them.
    async fn purge_on_postgres(&self, database: &Database, until: i64) -> DatabaseResult<u64> {
        let Self { table, end, unless, .. } = self;
        let removal = format!(
            "DELETE FROM {table} WHERE ctid IN (
                 SELECT ctid FROM {table} WHERE {end} <= $1 AND NOT ({}) ORDER BY {end} LIMIT $2 FOR UPDATE SKIP LOCKED
             )",
            unless.unwrap_or("FALSE")
        );
        let mut purged = 0;
        let mut batches = Batches::default();
        loop {
            let size = batches.size();
            let removed = database.write((removal.clone(), until, size), |transaction, (text, until, limit)| {
                let removal = query(text.clone()).bind(*until).bind(*limit);
                Box::pin(async { Ok((Batches::begin(), removal.execute(transaction).await?)) })
            });
            let (begun, removed) = removed.await?;
            purged += removed;
            if removed < size.unsigned_abs() {
                return Ok(purged);
            }
            batches.done(begun).await;
        }
    }
}

/// Gives the room of removed rows back to the file system, where the file was made for that or was compacted since.
///
/// PostgreSQL does that by itself.
pub(super) async fn give_back(database: &Database) -> DatabaseResult<()> {
    if database.is_postgres() {
        return Ok(());
    }
    let mut free = i64::MAX;
    let mut batches = Batches::default();
    loop {
        let left: i64 = database
            .read((), |connection, ()| Box::pin(query_scalar("PRAGMA freelist_count").fetch_one(connection)))
            .await?;
        if left == 0 || left >= free {
            return Ok(());
        }
        free = left;
        let given_back = database.write(batches.size(), |transaction, pages| {
            let give_back = query(format!("PRAGMA incremental_vacuum({pages})"));
            Box::pin(async move { give_back.fetch_all(transaction).await.map(|_| Batches::begin()) })
        });
        let begun = given_back.await?;
        batches.done(begun).await;
    }
}

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        time::{Duration, Instant},
    };

    use jiff::Timestamp;
    use regain_keys::Keys;
    use regain_ports::{Change, Charge, FlowRow, Store as _};
    use regain_protocol::{FlowKind, Secret};

    use super::*;
    use crate::{SqlStore, database::to_millis};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).expect("a time")
    }

    /// Writes so many flows that have ended, each with a message, a kept answer and two charges.
    async fn fill(database: &Database, flows: i64) {
        let filled = database.write(flows, |transaction, flows| {
            Box::pin(async move {
                for statement in [
                    "INSERT INTO flows (id, kind, version, token_hash, expires_at, state)
                     SELECT 'flow ' || value, 'reset', 1, 'hash', $2 + value * 10, printf('%.400c', 's') FROM generate",
                    "INSERT INTO messages (id, flow_id, payload, progress, attempts, due_at, not_after, voidable)
                     SELECT 'message ' || value, 'flow ' || value, '', 'sent', 1, $2, $2 + value * 10, TRUE FROM generate",
                    "INSERT INTO replays (scope, key, fingerprint, answer, expires_at)
                     SELECT 'flow ' || value, 'key', 'print', printf('%.600c', 'a'), $2 + value * 10 FROM generate",
                    "INSERT INTO charges (bucket, at, cost, expires_at) SELECT 'a' || value, $2, 1, $2 + value * 10 FROM generate",
                    "INSERT INTO charges (bucket, at, cost, expires_at) SELECT 'b' || value, $2, 1, $2 FROM generate",
                ] {
                    let generate = "WITH RECURSIVE generate (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM generate WHERE value < $1)";
                    let fill = query(format!("{generate} {statement}")).bind(*flows).bind(to_millis(at(0)));
                    fill.execute(transaction).await?;
                }
                Ok(())
            })
        });
        filled.await.expect("fills");
        // Expired rows were written long ago, and are not in the log of writes any more.
        let folded_in = database
            .write_alone((), |connection, ()| Box::pin(query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(connection)));
        folded_in.await.expect("is folded in");
    }

    /// Writes again and again until it is told to stop; returns the longest that one write took, and how many there were.
    async fn write_until(store: SqlStore, stop: Arc<AtomicBool>) -> (Duration, u32) {
        let (mut longest, mut writes) = (Duration::ZERO, 0);
        for n in 0_u32.. {
            if stop.load(Ordering::SeqCst) {
                break;
            }
            let flow = FlowRow {
                id: format!("written {n}").into(),
                kind: FlowKind::Reset,
                version: 0,
                token_hash: String::new(),
                account_key: None,
                expires_at: at(1_000_000),
                state: String::new(),
                voided: false,
            };
            let charge = Charge {
                bucket: "b".to_owned(),
                window: jiff::SignedDuration::from_mins(1),
                limit: 1_000_000,
                cost: 1,
            };
            let change = Change {
                flow,
                charges: vec![charge],
                messages: Vec::new(),
                replay: None,
                audit: Vec::new(),
                void_others: None,
                claim: None,
                now: at(900_000),
            };
            let begun = Instant::now();
            assert_eq!(store.commit(&change).await.expect("answers"), regain_ports::Committed::Done);
            longest = longest.max(begun.elapsed());
            writes = n + 1;
        }
        (longest, writes)
    }

    fn size(folder: &Path, name: &str) -> u64 {
        std::fs::metadata(folder.join(name)).map_or(0, |file| file.len())
    }

    async fn purged_beside_a_writer(flows: i64) -> (Duration, Duration, u32) {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        fill(&database, flows).await;
        let store = SqlStore::new(database.clone(), Keys::derive(&Secret::new(vec![7; 32])));
        let before = size(folder.path(), "regain.db");
        let stop = Arc::new(AtomicBool::default());
        let writer = tokio::spawn(write_until(store.clone(), Arc::clone(&stop)));
        let begun = Instant::now();
        let purged = store.purge(at(500_000)).await.expect("purges");
        let whole = begun.elapsed();
        assert_eq!(purged, u64::try_from(flows * 5).expect("not negative"));
        stop.store(true, Ordering::SeqCst);
        let (longest, writes) = writer.await.expect("no panic");
        assert!(size(folder.path(), "regain.db-wal") <= 2 * 16_777_216, "the log of writes stays small");
        database.close().await;
        let after = size(folder.path(), "regain.db");
        assert!(after * 2 < before, "the file shrinks: {before} to {after}");
        eprintln!("the longest write beside a purge of {flows} flows, which took {whole:?}: {longest:?}");
        (longest, whole, writes)
    }

    /// A purge in one transaction, or in one for each table, would keep a writer waiting for much of its time, and between few
    /// of its own.
    #[tokio::test(flavor = "multi_thread")]
    async fn d15_nobody_waits_long_while_much_is_forgotten() {
        let (longest, whole, writes) = purged_beside_a_writer(10_000).await;
        assert!(longest * 3 < whole, "{longest:?} of {whole:?}");
        assert!(writes > 100, "{writes} writes came between");
    }

    /// The budget: 50 ms. Run it on a quiet machine, in release:
    /// `cargo test --release -p regain-sql budget -- --ignored --nocapture`.
    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "a measurement"]
    async fn budget_of_a_purge_of_100_000_flows() {
        let (longest, ..) = purged_beside_a_writer(100_000).await;
        assert!(longest < Duration::from_millis(50), "{longest:?}");
    }
}
