//! The audit log: appended to with each commit, read by flow or from end to end.

mod archive;
mod chain;
mod verify;

pub(super) use archive::{archive, date};
pub(super) use chain::{append, begin};
use jiff::Timestamp;

use crate::{
    DatabaseReader, DatabaseResult,
    database::{from_millis, to_millis},
    query::{Row, query},
};
use regain_ports::{AuditEntry, StoreError};
pub use verify::AuditReport;

/// The lines of the audit log to read.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Those from this time on.
    pub since: Option<Timestamp>,
    /// Those of this flow.
    pub flow_id: Option<String>,
}

/// The place of a line in the log: by time, and by its place in its flow.
#[derive(Debug, Clone)]
pub struct AuditPosition {
    at: i64,
    flow_id: String,
    seq: i64,
}

impl DatabaseReader {
    /// The next lines of the log after a position, or its first ones; at most `limit`, oldest first.
    /// Reading it piece by piece keeps neither memory nor the file busy, however long it is.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter,
        after: Option<&AuditPosition>,
        limit: u32,
    ) -> Result<Vec<(AuditPosition, AuditEntry)>, StoreError> {
        let start = AuditPosition { at: i64::MIN, flow_id: String::new(), seq: 0 };
        let since = filter.since.map_or(i64::MIN, to_millis);
        let input = (after.unwrap_or(&start).clone(), since, filter.flow_id.clone(), limit);
        let rows = self.read(input, |connection, (after, since, flow_id, limit)| {
            let rows = query(
                "SELECT at, flow_id, seq, account_key, event, client, detail FROM audit
                 WHERE (at, flow_id, seq) > ($1, $2, $3) AND at >= $4 AND ($5 IS NULL OR flow_id = $5)
                 ORDER BY at, flow_id, seq LIMIT $6",
            );
            let rows = rows.bind(after.at).bind(&after.flow_id).bind(after.seq);
            Box::pin(rows.bind(*since).bind(flow_id).bind(*limit).fetch_all(connection))
        });
        let rows = rows.await.map_err(StoreError::unavailable)?;
        let mut page = Vec::with_capacity(rows.len());
        for row in &rows {
            let entry = entry_from(row).map_err(StoreError::unavailable)?;
            let position = AuditPosition {
                at: to_millis(entry.at),
                flow_id: entry.flow_id.to_string(),
                seq: row.get("seq").map_err(StoreError::unavailable)?,
            };
            page.push((position, entry));
        }
        Ok(page)
    }
}

/// The line of a row.
pub(in crate::store) fn entry_from(row: &Row) -> DatabaseResult<AuditEntry> {
    Ok(AuditEntry {
        at: from_millis(row.get("at")?)?,
        flow_id: row.get::<String>("flow_id")?.into(),
        account_key: row.get("account_key")?,
        event: row.get("event")?,
        client: row.get("client")?,
        detail: row.get("detail")?,
    })
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use regain_keys::Keys;
    use regain_ports::Store as _;
    use regain_protocol::Secret;

    use super::*;
    use crate::{Database, SqlStore};

    fn line(flow_id: &str, second: i64, event: &str) -> AuditEntry {
        AuditEntry {
            at: Timestamp::from_second(1_700_000_000 + second).expect("a valid time"),
            flow_id: flow_id.into(),
            account_key: None,
            event: event.to_owned(),
            client: None,
            detail: None,
        }
    }

    fn keys() -> Keys {
        Keys::derive(&Secret::new(vec![7; 32]))
    }

    async fn with(lines: &[AuditEntry]) -> (tempfile::TempDir, Database, DatabaseReader) {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        add(&database, lines).await;
        let reader = DatabaseReader::open(&folder.path().join("regain.db")).await.expect("opens");
        (folder, database, reader)
    }

    async fn add(database: &Database, lines: &[AuditEntry]) {
        let added = database.write(lines.to_vec(), |transaction, lines| {
            Box::pin(async { append(transaction, &keys(), lines, None).await })
        });
        added.await.expect("appends");
    }

    async fn read(store: &DatabaseReader, filter: &AuditFilter, limit: u32) -> Vec<String> {
        let mut events = Vec::new();
        let mut after = None;
        loop {
            let page = store.audit_page(filter, after.as_ref(), limit).await.expect("answers");
            assert!(page.len() <= limit.try_into().expect("fits"));
            events.extend(page.iter().map(|(_, entry)| entry.event.clone()));
            let Some((position, _)) = page.into_iter().next_back() else { return events };
            after = Some(position);
        }
    }

    #[tokio::test]
    async fn it_is_read_from_end_to_end_in_pieces_of_any_size() {
        let (_folder, _database, store) = with(&[
            line("b", 2, "third"),
            line("a", 1, "first"),
            line("a", 1, "second"),
            line("b", 2, "fourth"),
            line("a", 9, "last"),
        ])
        .await;
        let all = ["first", "second", "third", "fourth", "last"];
        for limit in [1, 2, 3, 100] {
            assert_eq!(read(&store, &AuditFilter::default(), limit).await, all, "{limit} at a time");
        }
        let since = |second: i64| Some(Timestamp::from_second(1_700_000_000 + second).expect("a valid time"));
        assert_eq!(read(&store, &AuditFilter { since: since(2), flow_id: None }, 1).await, all[2..]);
        assert!(read(&store, &AuditFilter { since: since(10), flow_id: None }, 1).await.is_empty());
        let of_a = |since| AuditFilter { since, flow_id: Some("a".to_owned()) };
        assert_eq!(read(&store, &of_a(None), 2).await, ["first", "second", "last"]);
        assert_eq!(read(&store, &of_a(since(2)), 2).await, ["last"]);
    }

    /// Not our own discipline but the database keeps it.
    #[tokio::test]
    async fn no_line_can_be_changed_or_taken_out() {
        let lines = [line("a", 1, "first"), line("a", 2, "second")];
        let (_folder, database, store) = with(&lines).await;
        for statement in [
            "UPDATE audit SET event = 'nothing' WHERE seq = 1",
            "UPDATE audit SET seq = seq + 10",
            "DELETE FROM audit WHERE seq = 2",
            "DELETE FROM audit",
            "INSERT OR REPLACE INTO audit (flow_id, seq, at, event) VALUES ('a', 1, 0, 'nothing')",
            "INSERT INTO audit (flow_id, seq, at, event) VALUES ('a', 1, 0, 'nothing')
             ON CONFLICT (flow_id, seq) DO UPDATE SET event = 'nothing'",
        ] {
            let refused =
                database.write(statement, |transaction, statement| Box::pin(query(*statement).execute(transaction)));
            let refused = refused.await.expect_err(statement);
            assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
        }
        let kept = store.audit_page(&AuditFilter::default(), None, 10).await.expect("answers");
        assert_eq!(kept.into_iter().map(|(_, entry)| entry).collect::<Vec<_>>(), lines);
    }

    const DAY: i64 = 86_400;

    /// Runs a statement as somebody who can write to the file.
    async fn tamper(database: &Database, statements: &[&'static str]) {
        let tampered = database.write(statements.to_vec(), |transaction, statements| {
            Box::pin(async move {
                for statement in statements {
                    query(*statement).execute(transaction).await?;
                }
                Ok(())
            })
        });
        tampered.await.expect("is written");
    }

    async fn faults(reader: &DatabaseReader, folder: &Path) -> Vec<String> {
        reader.verify_audit(&keys(), folder).await.expect("answers").faults
    }

    fn lines(count: i64) -> Vec<AuditEntry> {
        (0..count).map(|n| AuditEntry { detail: Some(format!("{{\"n\": {n} }}")), ..line("f", n, "event") }).collect()
    }

    #[tokio::test]
    async fn d15_a_gap_a_change_and_a_dropped_trigger_are_noticed() {
        let drops: &[&'static str] = &[
            "DROP TRIGGER audit_is_not_updated",
            "DROP TRIGGER audit_is_not_deleted",
            "DROP TRIGGER audit_is_chained",
        ];
        let cases: [(&[&'static str], &str); 9] = [
            (&[], "the trigger"),
            (&["DELETE FROM audit WHERE position = 3"], "lines are missing between 2 and 4"),
            (&["DELETE FROM audit WHERE position = 1"], "lines are missing between 0 and 2"),
            (&["DELETE FROM audit WHERE position = 5"], "the last line is 4"),
            (
                &[
                    "DELETE FROM audit WHERE position = 5",
                    "UPDATE audit_chain SET position = 4, mac = (SELECT mac FROM audit WHERE position = 4)",
                ],
                "the ends of the chain were changed",
            ),
            (&["UPDATE audit SET event = 'nothing' WHERE position = 2"], "line 2 was changed"),
            (&["UPDATE audit SET client = '192.0.2.9' WHERE position = 2"], "line 2 was changed"),
            (&["INSERT INTO audit (flow_id, seq, at, event) VALUES ('g', 1, 0, 'made up')"], "1 lines have no place"),
            (&["DELETE FROM audit_chain"], "the ends of the chain are gone"),
        ];
        for (statements, fault) in cases {
            let (folder, database, reader) = with(&lines(5)).await;
            assert_eq!(faults(&reader, folder.path()).await, [""; 0]);
            tamper(&database, drops).await;
            tamper(&database, statements).await;
            let found = faults(&reader, folder.path()).await;
            assert!(found.iter().any(|found| found.contains(fault)), "{statements:?}: {found:?}");
            // Later lines do not make it right again.
            add(&database, &[line("h", 9, "later")]).await;
            assert!(!faults(&reader, folder.path()).await.is_empty(), "{statements:?}");
            drop(reader);
        }
        let (folder, _database, reader) = with(&lines(5)).await;
        let others = Keys::derive(&Secret::new(vec![8; 32]));
        assert!(!reader.verify_audit(&others, folder.path()).await.expect("answers").faults.is_empty());
        let rotated = others.with_former(&[Secret::new(vec![7; 32])]);
        assert!(reader.verify_audit(&rotated, folder.path()).await.expect("answers").faults.is_empty());
    }

    /// Whole days go to files, each sealed over the one before, and only they are removed.
    #[tokio::test]
    async fn d15_expired_days_are_moved_to_sealed_files() {
        let at = |day: i64, event: &str| line(&format!("flow of {day}"), day * DAY + 40_000, event);
        let mut all: Vec<_> = (0..2500).map(|n| at(0, &format!("event {n}"))).collect();
        // Not quite in order, and one from before a clock was set back.
        all.extend([at(1, "a"), at(0, "late"), at(900, "from the future"), at(1, "b"), at(4, "c"), at(5, "d")]);
        let (folder, database, reader) = with(&all).await;
        let archive = folder.path().join("made/audit");
        let store = SqlStore::new(database.clone(), keys()).archiving(10, archive.clone());
        let now = |day: i64| Timestamp::from_second(1_700_000_000 + day * DAY).expect("a time");
        let names = || {
            let files = fs::read_dir(&archive).into_iter().flatten().flatten();
            let mut names: Vec<_> = files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(store.purge(now(10)).await.expect("purges"), 0);
        assert!(names().is_empty(), "the tenth day is kept");
        assert_eq!(store.purge(now(16)).await.expect("purges"), 2505);
        assert_eq!(names().len(), 3, "{:?}", names());
        let report = reader.verify_audit(&keys(), &archive).await.expect("answers");
        assert_eq!(
            (report.files, report.archived_lines, report.lines, report.faults.len()),
            (3, 2505, 1, 0),
            "{report:?}"
        );
        assert_eq!(read(&reader, &AuditFilter::default(), 10).await, ["d"]);
        assert_eq!(store.purge(now(16)).await.expect("purges"), 0);

        // The oldest may be removed; the others show that one is missing or was changed.
        let files: Vec<_> = names().into_iter().map(|name| archive.join(name)).collect();
        let contents: Vec<_> = files.iter().map(|file| fs::read_to_string(file).expect("reads")).collect();
        fs::remove_file(&files[0]).expect("removes");
        assert!(faults(&reader, &archive).await.is_empty());
        fs::write(&files[0], &contents[0]).expect("writes");
        fs::remove_file(&files[1]).expect("removes");
        assert!(faults(&reader, &archive).await[0].contains("does not follow"));
        for (index, from, to) in [
            (0, "event 7\"", "event 8\""),
            (1, "\"b\"", "\"z\""),
            (2, "\"c\"", "\"d\""),
            (2, "\"seal\":\"", "\"seal\":\"A"),
        ] {
            for (file, content) in files.iter().zip(&contents) {
                fs::write(file, content).expect("writes");
            }
            assert!(faults(&reader, &archive).await.is_empty());
            assert!(contents[index].contains(from));
            fs::write(&files[index], contents[index].replace(from, to)).expect("writes");
            assert!(!faults(&reader, &archive).await.is_empty(), "{from} in file {index}");
        }
        fs::write(&files[2], &contents[2]).expect("writes");
        fs::remove_file(&files[2]).expect("removes");
        assert!(faults(&reader, &archive).await[0].contains("end at line"));
    }

    /// Lines of a former version get their places, once.
    #[tokio::test]
    async fn d15_the_log_of_a_former_version_is_chained() {
        let (folder, database, reader) = with(&[]).await;
        tamper(
            &database,
            &[
                "DROP TRIGGER audit_is_chained",
                "INSERT INTO audit (flow_id, seq, at, event) VALUES ('b', 1, 2, 'second'), ('a', 1, 1, 'first')",
                "CREATE TRIGGER audit_is_chained BEFORE INSERT ON audit
WHEN NEW.position IS NULL OR NEW.mac IS NULL
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: a line needs its place in the chain');
END",
            ],
        )
        .await;
        let store = SqlStore::new(database, keys());
        store.prepare().await.expect("prepares");
        store.prepare().await.expect("prepares");
        let report = reader.verify_audit(&keys(), folder.path()).await.expect("answers");
        assert_eq!((report.lines, report.faults.len()), (2, 0), "{report:?}");
    }
}
