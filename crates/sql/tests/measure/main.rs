//! Costs of a change, beside bare commits of the same SQLite in the same run. On a quiet machine:
//! `cargo test --release -p regain-sql --test measure -- --ignored --nocapture`.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use regain_keys::Keys;
use regain_ports::{AuditEntry, Change, Charge, Clock as _, Committed, FlowRow, Replay, Store as _, SystemClock};
use regain_protocol::{FlowKind, Secret};
use regain_real_servers::postgres::{Postgres, USER};
use regain_sql::{Database, PostgresSettings, SqlStore};

/// The time that each measurement takes.
const TURN: Duration = Duration::from_secs(2);

/// The change of a request that begins a flow.
fn begin(n: i64, now: Timestamp) -> Change {
    let id = format!("flow {n}");
    Change {
        flow: FlowRow {
            id: id.as_str().into(),
            kind: FlowKind::Reset,
            version: 0,
            token_hash: "t".repeat(43),
            account_key: None,
            expires_at: now + SignedDuration::from_mins(15),
            state: "s".repeat(300),
            voided: false,
        },
        charges: vec![Charge {
            bucket: format!("network {n}"),
            window: SignedDuration::from_mins(10),
            limit: 300,
            cost: 1,
        }],
        messages: Vec::new(),
        replay: Some(Replay {
            scope: format!("begin {n}"),
            key: "key".into(),
            fingerprint: "f".repeat(43),
            answer: "a".repeat(900),
            expires_at: now + SignedDuration::from_mins(15),
        }),
        audit: vec![AuditEntry {
            at: now,
            flow_id: id.into(),
            account_key: None,
            event: "started".into(),
            client: Some("192.0.2.1".into()),
            detail: None,
        }],
        void_others: None,
        claim: None,
        now,
    }
}

/// Milliseconds that processors have worked for this process so far.
fn processor_ms() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("reads");
    let fields: Vec<&str> = stat.rsplit(") ").next().expect("fields").split(' ').collect();
    [11, 12].iter().map(|&at: &usize| fields[at].parse::<f64>().expect("a number") * 10.0).sum()
}

fn per_second(count: i64, begun: Instant) -> f64 {
    f64::from(u32::try_from(count).expect("fits")) / begun.elapsed().as_secs_f64()
}

fn bare_commits(folder: &Path) -> f64 {
    let connection = rusqlite::Connection::open(folder.join("bare.db")).expect("opens");
    connection.pragma_update(None, "journal_mode", "wal").expect("wal");
    connection.pragma_update(None, "synchronous", "full").expect("full");
    connection.execute("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, text TEXT)", ()).expect("makes");
    let mut insert = connection.prepare("INSERT INTO bare (text) VALUES ('one row')").expect("prepares");
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < TURN {
        insert.execute(()).expect("inserts");
        count += 1;
    }
    per_second(count, begun)
}

/// Begins flows for a while, so many at a time, over the stores by turns; returns how many a second.
async fn begun_per_second(stores: &[SqlStore], waiting: usize, number: &Arc<AtomicI64>) -> f64 {
    let (begun, before) = (Instant::now(), number.load(Ordering::SeqCst));
    let tasks = (0..waiting).map(|n| {
        let (store, number) = (stores[n % stores.len()].clone(), Arc::clone(number));
        tokio::spawn(async move {
            while begun.elapsed() < TURN {
                let change = begin(number.fetch_add(1, Ordering::SeqCst), SystemClock.now());
                assert_eq!(store.commit(&change).await.expect("answers"), Committed::Done);
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("no panic");
    }
    per_second(number.load(Ordering::SeqCst) - before, begun)
}

fn store(database: &Database) -> SqlStore {
    SqlStore::new(database.clone(), Keys::derive(&Secret::new(vec![7; 32])))
}

/// PostgreSQL without fsync: the round trips, and the turns that commits take at the audit log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn create_on_postgresql() {
    let server = tokio::task::spawn_blocking(Postgres::start).await.expect("starts");
    server.execute("postgres", &format!("CREATE DATABASE measured OWNER {USER}"));
    let settings = PostgresSettings::parse(&server.socket_url(USER, "measured").into(), None, 16).expect("a URL");
    let (one, two) = (Database::connect(&settings).await, Database::connect(&settings).await);
    let stores = [one.expect("opens"), two.expect("opens")].map(|database| store(&database));
    let number = Arc::new(AtomicI64::new(0));
    for processes in [1, 2] {
        for waiting in [1, 8, 64] {
            let processor = processor_ms();
            let (before, stores) = (number.load(Ordering::SeqCst), &stores[..processes]);
            let rate = begun_per_second(stores, waiting, &number).await;
            let made = u32::try_from(number.load(Ordering::SeqCst) - before).expect("fits");
            let cost = (processor_ms() - processor) / f64::from(made);
            eprintln!("{processes} pools, x{waiting}: {rate:.0}/s, {cost:.3} ms of a processor beside PostgreSQL's");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn create_beside_bare_commits() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
    let store = store(&database);
    let number = Arc::new(AtomicI64::new(0));
    for turn in 1..=3 {
        let bare = bare_commits(folder.path());
        eprintln!("turn {turn}: bare commits {bare:.0}/s");
        for waiting in [1, 8, 64] {
            let (before, processor) = (number.load(Ordering::SeqCst), processor_ms());
            let rate = begun_per_second(std::slice::from_ref(&store), waiting, &number).await;
            let made = number.load(Ordering::SeqCst) - before;
            let cost = (processor_ms() - processor) / f64::from(u32::try_from(made).expect("fits"));
            eprintln!("  x{waiting}: {rate:.0}/s, {:.2} of a bare commit, {cost:.3} ms of a processor", rate / bare);
            let begun = Instant::now();
            let mut reads = 0;
            while begun.elapsed() < TURN / 4 {
                store.flow(&"flow 1".into()).await.expect("answers");
                reads += 1;
            }
            eprintln!("       reads alone: {:.0}/s", per_second(reads, begun));
        }
    }
    database.close().await;
}
