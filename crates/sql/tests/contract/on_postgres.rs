//! Promises that PostgreSQL keeps in words of its own.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex},
};

use jiff::Timestamp;
use regain_keys::Keys;
use regain_ports::{AuditEntry, Change, Charge, Committed, FlowRow, Store as _};
use regain_protocol::{FlowKind, Secret};
use regain_sql::{DatabaseReader, Location, MigrateStoreError, SqlStore, migrate_store};
use sqlx::Connection as _;

use crate::{
    embedded::Embedded,
    places::{OnPostgres, OnSqlite, Place as _},
    together,
};

const DAY: i64 = 86_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).expect("a time")
}

fn keys() -> Keys {
    Keys::derive(&Secret::new(vec![7; 32]))
}

/// A store with lines in its audit log, each of so many seconds.
async fn with_lines(place: &OnPostgres, seconds: &[i64]) -> SqlStore {
    let store = SqlStore::new(place.open().await, keys());
    assert_eq!(store.commit(&begun(seconds)).await.expect("answers"), Committed::Done);
    store
}

/// A flow that begins, with lines in the audit log.
fn begun(seconds: &[i64]) -> Change {
    let line = |second: i64| AuditEntry {
        at: at(second),
        flow_id: "f".into(),
        account_key: None,
        event: "event".to_owned(),
        client: Some("192.0.2.1".to_owned()),
        detail: Some("{}".to_owned()),
    };
    Change {
        flow: FlowRow {
            id: "f".into(),
            kind: FlowKind::Reset,
            version: 0,
            token_hash: String::new(),
            account_key: None,
            expires_at: at(0),
            state: String::new(),
            voided: false,
        },
        charges: Vec::new(),
        messages: Vec::new(),
        replay: None,
        audit: seconds.iter().copied().map(line).collect(),
        void_others: None,
        claim: None,
        now: at(0),
    }
}

/// Lines of a log.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An administrator may forbid the statement: the server works without it, and the log says once that it is slower.
#[tokio::test]
async fn changes_are_made_without_the_early_release_of_locks_and_the_log_says_so_once() {
    let place = OnPostgres::for_itself().await;
    place
        .execute(
            "DO $$ DECLARE it regprocedure; BEGIN
                 FOR it IN SELECT oid FROM pg_proc WHERE proname = 'pg_logical_emit_message' LOOP
                     EXECUTE 'REVOKE EXECUTE ON FUNCTION ' || it || ' FROM PUBLIC';
                 END LOOP;
             END $$",
        )
        .await
        .expect("revokes");
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(move || writer.clone());
    // With one alone, a line that a test on another thread comes to first would be taken for one that nobody wants.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing::subscriber::set_default(subscriber.finish());
    let store = with_lines(&place, &[1, 2]).await;
    let mut next = begun(&[3]);
    next.flow.id = "g".into();
    next.audit[0].flow_id = "g".into();
    assert_eq!(store.commit(&next).await.expect("answers"), Committed::Done);
    drop(guard);
    let log = String::from_utf8(lines.0.lock().expect("not poisoned").clone()).expect("is text");
    assert_eq!(log.matches("pg_logical_emit_message: changes hold").count(), 1, "{log}");
    assert!(log.contains("WARN") && log.contains("permission denied"), "{log}");
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(faults(&place, folder.path()).await, [""; 0]);
}

async fn faults(place: &OnPostgres, folder: &Path) -> Vec<String> {
    let reader = DatabaseReader::open_at(&place.location()).await.expect("opens");
    let report = reader.verify_audit(&keys(), folder).await.expect("answers");
    reader.close().await;
    report.faults
}

/// The database keeps it, even from the user that owns the tables.
#[tokio::test]
async fn no_line_of_the_audit_log_can_be_changed_or_taken_out() {
    let place = OnPostgres::make().await;
    let _store = with_lines(&place, &[1, 2]).await;
    let mut connection = place.connect().await;
    for statement in [
        "UPDATE audit SET event = 'nothing' WHERE seq = 1",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "TRUNCATE audit, flows CASCADE",
        "INSERT INTO audit (flow_id, seq, at, event) VALUES ('a', 1, 0, 'no place')",
        "INSERT INTO audit (flow_id, seq, at, event, position, mac) VALUES ('f', 1, 0, 'nothing', 9, '')
         ON CONFLICT (flow_id, seq) DO UPDATE SET event = 'nothing'",
    ] {
        let refused = sqlx::raw_sql(statement).execute(&mut connection).await.expect_err(statement);
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(faults(&place, folder.path()).await, [""; 0]);
    connection.close().await.expect("closes");
}

#[tokio::test]
async fn a_trigger_that_is_dropped_changed_or_switched_off_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    for (statement, fault) in [
        ("DROP TRIGGER audit_is_not_truncated ON audit", "audit_is_not_truncated was dropped"),
        ("ALTER TABLE audit DISABLE TRIGGER audit_is_not_updated", "audit_is_not_updated was changed"),
        (
            "CREATE OR REPLACE TRIGGER audit_is_chained BEFORE INSERT ON audit
             FOR EACH ROW WHEN (FALSE) EXECUTE FUNCTION audit_is_append_only()",
            "audit_is_chained was changed",
        ),
        (
            "CREATE OR REPLACE FUNCTION audit_is_archived_first() RETURNS trigger LANGUAGE plpgsql
             AS $$ BEGIN RETURN OLD; END $$",
            "audit_is_not_deleted was changed",
        ),
    ] {
        let place = OnPostgres::for_itself().await;
        let _store = with_lines(&place, &[1, 2]).await;
        assert_eq!(faults(&place, folder.path()).await, [""; 0]);
        place.execute(statement).await.expect(statement);
        let found = faults(&place, folder.path()).await;
        assert!(found.iter().any(|found| found.contains(fault)), "{statement}: {found:?}");
    }
}

#[tokio::test]
async fn expired_days_of_the_audit_log_are_moved_to_sealed_files() {
    let place = OnPostgres::make().await;
    let store = with_lines(&place, &[DAY, DAY + 1, 4 * DAY, 20 * DAY]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let store = store.archiving(10, folder.path().to_owned());
    // With the flow, which ended long ago.
    assert_eq!(store.purge(at(20 * DAY)).await.expect("purges"), 1 + 3);
    assert_eq!(store.purge(at(20 * DAY)).await.expect("purges"), 0);
    let reader = DatabaseReader::open_at(&place.location()).await.expect("opens");
    let report = reader.verify_audit(&keys(), folder.path()).await.expect("answers");
    let counts = (report.files, report.archived_lines, report.lines, report.faults.len());
    assert_eq!(counts, (2, 3, 1, 0), "{report:?}");
    reader.close().await;
}

/// More than one batch of each table, and nothing of the totals is left.
#[tokio::test]
async fn much_is_forgotten_in_batches() {
    let place = OnPostgres::make().await;
    let store = with_lines(&place, &[]).await;
    place
        .execute(
            "INSERT INTO charges (bucket, at, cost, expires_at) SELECT 'b' || n % 7, 0, 1, n FROM generate_series(1, 900) AS n;
             INSERT INTO replays (scope, key, fingerprint, answer, expires_at)
             SELECT 's', n, '', '', n FROM generate_series(1, 900) AS n",
        )
        .await
        .expect("fills");
    assert_eq!(store.purge(at(0)).await.expect("purges"), 1800);
    assert_eq!(place.execute("DELETE FROM counters").await.expect("answers"), 0);
}

/// Two start at once: one brings the schema up to date, and both serve.
#[tokio::test]
async fn processes_that_start_together_are_both_served() {
    let place = OnPostgres::for_itself().await;
    place.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION regain").await.expect("empties");
    let (one, two) = tokio::join!(place.open(), place.open());
    assert!(!one.has_something().await.expect("answers") && !two.has_something().await.expect("answers"));
}

/// A whole store in a file is the same store on PostgreSQL afterwards, and only an empty one is taken.
#[tokio::test]
async fn a_file_is_brought_to_postgresql_once() {
    let fixture: Embedded<OnSqlite> = together::open().await;
    let (from, place) = (fixture.place.open().await, OnPostgres::make().await);
    let store = fixture.store().await;
    let mut change = begun(&[1, 2, 3]);
    change.charges =
        vec![Charge { bucket: "b".into(), window: jiff::SignedDuration::from_hours(1), limit: 9, cost: 2 }];
    assert_eq!(store.commit(&change).await.expect("answers"), Committed::Done);
    let Location::Postgres(settings) = place.location() else { panic!("is on PostgreSQL") };

    let counts = migrate_store(&from, &settings).await.expect("copies");
    let count = |table: &str| counts.iter().find(|(name, _)| *name == table).expect("is copied").1;
    assert_eq!((count("flows"), count("audit"), count("accounts"), count("account_questions")), (1, 3, 4, 3));
    let there = SqlStore::new(place.open().await, keys());
    assert_eq!(there.flow(&"f".into()).await.expect("answers"), store.flow(&"f".into()).await.expect("answers"));
    assert_eq!(there.audit(&"f".into()).await.expect("answers"), store.audit(&"f".into()).await.expect("answers"));
    assert_eq!(there.held(&change.charges[0], at(0)).await.expect("answers"), 2);
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(faults(&place, folder.path()).await, [""; 0]);
    let again = migrate_store(&from, &settings).await;
    assert!(matches!(again, Err(MigrateStoreError::NotEmpty("flows"))), "{again:?}");
}
