use std::{path::PathBuf, sync::mpsc::sync_channel};

use tempfile::TempDir;

use super::*;
use crate::{
    Database,
    database::Ending,
    query::{query, query_scalar},
    task::{Waiting, Work, task},
};

/// A writer over a table, and a change that holds its thread back until it is let go on.
struct BlockedWriter {
    folder: TempDir,
    writer: Writer,
    /// Dropped to let it go on.
    gate: Option<std::sync::mpsc::SyncSender<()>>,
    holding: Waiting<()>,
}

impl BlockedWriter {
    fn start() -> Self {
        Self::held_by(|_, gate| {
            // An error: the other end is dropped.
            let _ = gate.lock().expect("not poisoned").recv();
            Box::pin(async { Ok(()) })
        })
    }

    /// With a first change that waits at the gate.
    fn held_by(first: Work<Mutex<Receiver<()>>, ()>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("regain.db");
        let made = rusqlite::Connection::open(&path).expect("is made");
        made.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY) STRICT", ()).expect("is made");
        drop(made);
        let writer = Writer::start(&path).expect("starts");
        let (gate, waiting) = sync_channel::<()>(0);
        let (hold, held) = task(Mutex::new(waiting), first, |()| true);
        writer.change(hold);
        Self { folder, writer, gate: Some(gate), holding: held }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("regain.db")
    }

    /// Asks for a change that inserts a row; 0 panics after that, below 0 is refused after that.
    fn insert(&self, id: i64) -> Waiting<Ending<i64>> {
        let (task, waiting) = task(
            id,
            |transaction, id| {
                Box::pin(async move {
                    query("INSERT INTO kept (id) VALUES ($1)").bind(*id).execute(transaction).await?;
                    assert!(*id != 0, "a panic that a test asked for");
                    Ok(if *id > 0 { Ending::Commit(*id) } else { Ending::Rollback(*id) })
                })
            },
            |ending| matches!(ending, Ending::Commit(_)),
        );
        self.writer.change(task);
        waiting
    }

    async fn let_go_on(&mut self) -> DatabaseResult<()> {
        drop(self.gate.take());
        let (_, none) = task((), |_, ()| Box::pin(async { Ok(()) }), |()| true);
        std::mem::replace(&mut self.holding, none).wait().await
    }

    fn kept(&self) -> Vec<i64> {
        let connection = rusqlite::Connection::open(self.path()).expect("opens");
        let mut rows = connection.prepare("SELECT id FROM kept ORDER BY id").expect("prepares");
        rows.query_map((), |row| row.get(0)).expect("answers").map(|id| id.expect("a number")).collect()
    }

    /// The number of commits in the log of writes.
    fn commits(&self) -> usize {
        let log = std::fs::read(self.folder.path().join("regain.db-wal")).expect("is there");
        // A frame has a header of 24 bytes, with the size of the database in the last frame of a commit, and a page
        // (https://www.sqlite.org/fileformat2.html#the_write_ahead_log).
        log[32..].chunks_exact(24 + 4096).filter(|frame| frame[4..8] != [0; 4]).count()
    }
}

#[tokio::test]
async fn changes_that_wait_share_a_commit_and_none_is_lost_by_anothers_failure() {
    let mut held = BlockedWriter::start();
    let waiting: Vec<_> = [1, 2, 2, -3, 4, 0].into_iter().map(|id| held.insert(id)).collect();
    held.let_go_on().await.expect("is done");
    let mut ended = Vec::new();
    for one in waiting {
        ended.push(one.wait().await);
    }
    assert!(matches!(ended[0], Ok(Ending::Commit(1))), "{ended:?}");
    assert!(matches!(ended[1], Ok(Ending::Commit(2))), "{ended:?}");
    assert!(ended[2].as_ref().is_err_and(DatabaseError::is_unique_violation), "{ended:?}");
    assert!(matches!(ended[3], Ok(Ending::Rollback(-3))), "{ended:?}");
    assert!(matches!(ended[4], Ok(Ending::Commit(4))), "{ended:?}");
    assert!(ended[5].as_ref().is_err_and(|error| error.to_string().contains("panic")), "{ended:?}");
    assert_eq!(held.kept(), [1, 2, 4]);
    assert_eq!(held.commits(), 1);
}

/// The first change has no savepoint: a refusal ends the transaction, and those behind it share the next one.
#[tokio::test]
async fn a_refused_first_change_takes_nothing_with_it() {
    let mut held = BlockedWriter::held_by(|connection, gate| {
        Box::pin(async move {
            query("INSERT INTO kept (id) VALUES (7)").execute(connection).await?;
            let _ = gate.lock().expect("not poisoned").recv();
            Err(DatabaseError::not_found())
        })
    });
    let waiting: Vec<_> = [7, -3, 8].into_iter().map(|id| held.insert(id)).collect();
    assert!(held.let_go_on().await.is_err(), "it is refused");
    for one in waiting {
        one.wait().await.expect("is done");
    }
    assert_eq!(held.kept(), [7, 8], "the first one's row 7 would be in the way");
    assert_eq!(held.commits(), 1);
}

/// The COMMIT fails as it does on a full disk: whoever shared it hears so, and the next one has a connection of its own.
#[tokio::test]
async fn a_failed_commit_fails_all_that_share_it_and_nobody_after() {
    let mut held = BlockedWriter::start();
    // Checked at the COMMIT alone.
    let (broken, waiting) = task(
        (),
        |transaction, ()| {
            Box::pin(async move {
                query("PRAGMA defer_foreign_keys = on").execute(transaction).await?;
                query("CREATE TABLE child (id INTEGER REFERENCES kept (id))").execute(transaction).await?;
                query("INSERT INTO child (id) VALUES (99)").execute(transaction).await
            })
        },
        |_| true,
    );
    let before = held.insert(1);
    held.writer.change(broken);
    let after = held.insert(2);
    assert!(held.let_go_on().await.is_err(), "it shared the COMMIT too");
    let mut faults = vec![waiting.wait().await.expect_err("fails")];
    for one in [before, after] {
        faults.push(one.wait().await.expect_err("fails"));
    }
    assert!(faults.iter().all(|fault| fault.to_string().contains("FOREIGN KEY")), "{faults:?}");
    assert_eq!(held.kept(), [0_i64; 0]);
    assert!(matches!(held.insert(3).wait().await, Ok(Ending::Commit(3))));
    assert_eq!(held.kept(), [3]);
}

#[tokio::test]
async fn a_change_that_nobody_waits_for_any_more_is_not_begun() {
    let mut held = BlockedWriter::start();
    drop(held.insert(1));
    let waiting = held.insert(2);
    held.let_go_on().await.expect("is done");
    waiting.wait().await.expect("is done");
    assert_eq!(held.kept(), [2]);
}

#[tokio::test]
async fn closing_ends_what_was_asked_before_and_refuses_what_is_asked_after() {
    let mut held = BlockedWriter::start();
    let before = held.insert(1);
    held.let_go_on().await.expect("is done");
    held.writer.close().await;
    assert!(before.wait().await.is_ok());
    assert!(held.insert(2).wait().await.is_err());
    assert!(!held.folder.path().join("regain.db-wal").exists(), "the log of writes is folded in");
}

/// Work outside of a transaction ends the one that was open before it.
#[tokio::test]
async fn compacting_takes_its_turn_between_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
    let changes = (0..100).map(|n| {
        let database = database.clone();
        tokio::spawn(async move {
            let insert = database.write(n, |transaction, n| {
                let insert =
                    "INSERT INTO replays (scope, key, fingerprint, answer, expires_at) VALUES ($1, '', '', '', 0)";
                Box::pin(query(insert).bind(n.to_string()).execute(transaction))
            });
            insert.await.expect("is written");
            if n % 10 == 0 {
                database.compact().await.expect("compacts");
            }
        })
    });
    for change in changes.collect::<Vec<_>>() {
        change.await.expect("no panic");
    }
    let count = database
        .read((), |connection, ()| Box::pin(query_scalar("SELECT COUNT(*) FROM replays").fetch_one::<i64>(connection)));
    assert_eq!(count.await.expect("answers"), 100);
}
