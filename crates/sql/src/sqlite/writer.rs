//! The thread that writes. Changes that wait share a COMMIT: each has a savepoint, so that a refused one takes nothing
//! with it, and hears how it ended after the COMMIT. The first one needs none.
//!
//! The connection is used again only after a COMMIT that succeeded. Otherwise nobody knows what state it is in (SQLite
//! ends a transaction by itself when the disk is full), so it is closed, and another one is opened.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::file::open_to_write;
use crate::{DatabaseError, DatabaseResult, connection::Connection, task::Task};

/// The number of changes that share a COMMIT.
const MOST: usize = 64;

/// The time after the first change in which others join it.
const LONGEST: Duration = Duration::from_millis(10);

/// A deferred transaction that reads first and then writes can fail half way with `SQLITE_BUSY`.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// A thread with the one connection that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    /// `None` once it is closed.
    jobs: Mutex<Option<Sender<Job>>>,
    /// The end of the thread, with its connection closed.
    ended: Mutex<Option<oneshot::Receiver<()>>>,
}

enum Job {
    /// A change, in a transaction.
    Change(Box<dyn Task>),
    /// Work that no transaction can have.
    Alone(Box<dyn Task>),
}

impl Writer {
    pub(crate) fn start(path: &Path) -> DatabaseResult<Self> {
        let mut thread = WriterThread { path: path.to_owned(), connection: Some(open_to_write(path)?) };
        let (sender, jobs) = channel();
        let (end, ended) = oneshot::channel();
        let started = thread::Builder::new().name("sqlite-writer".to_owned()).spawn(move || {
            thread.work(&jobs);
            drop(thread);
            let _ = end.send(());
        });
        started.map_err(|_| DatabaseError::not_done("no thread can be started"))?;
        Ok(Self { jobs: Mutex::new(Some(sender)), ended: Mutex::new(Some(ended)) })
    }

    /// Has a change made. Where that cannot be, it is dropped, which its owner hears of.
    pub(crate) fn change(&self, task: Box<dyn Task>) {
        self.ask(Job::Change(task));
    }

    /// Has work done outside of a transaction.
    pub(crate) fn alone(&self, task: Box<dyn Task>) {
        self.ask(Job::Alone(task));
    }

    fn ask(&self, job: Job) {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(jobs) = &*jobs {
            let _ = jobs.send(job);
        }
    }

    /// Closes the connection, once what was asked before is done.
    pub(crate) async fn close(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(ended) = ended {
            let _ = ended.await;
        }
    }
}

struct WriterThread {
    path: PathBuf,
    /// `None` after one whose transaction failed.
    connection: Option<Connection>,
}

impl WriterThread {
    fn work(&mut self, jobs: &Receiver<Job>) {
        while let Ok(job) = jobs.recv() {
            match job {
                Job::Change(first) => {
                    if let Some(alone) = self.group(first, jobs) {
                        self.alone(alone);
                    }
                }
                Job::Alone(task) => self.alone(task),
            }
        }
    }

    fn connect(&mut self) -> DatabaseResult<Connection> {
        self.connection.take().map_or_else(|| open_to_write(&self.path), Ok)
    }

    fn alone(&mut self, mut task: Box<dyn Task>) {
        if !task.begin() {
            return;
        }
        match self.connect() {
            Ok(mut connection) => {
                task.run(&mut connection);
                self.connection = Some(connection).filter(is_autocommit);
                task.tell(None);
            }
            Err(error) => task.tell(Some(&error)),
        }
    }

    /// Makes a change and those that wait behind it; returns work for which their transaction has to end.
    fn group(&mut self, first: Box<dyn Task>, jobs: &Receiver<Job>) -> Option<Box<dyn Task>> {
        if !first.begin() {
            return None;
        }
        let mut group = vec![first];
        let begun = self.connect().and_then(|connection| run(&connection, BEGIN).map(|()| connection));
        let mut alone = None;
        let committed = begun.and_then(|mut connection| {
            let mut first_made = None;
            while let Some(task) = group.last_mut() {
                if first_made.is_none() {
                    first_change(&mut connection, &mut **task)?;
                } else {
                    change(&mut connection, &mut **task)?;
                }
                let since = *first_made.get_or_insert_with(Instant::now);
                match next(jobs, group.len(), since) {
                    Some(Job::Change(task)) => group.push(task),
                    Some(Job::Alone(task)) => {
                        alone = Some(task);
                        break;
                    }
                    None => break,
                }
            }
            run(&connection, "COMMIT").map(|()| connection)
        });
        match committed {
            Ok(connection) => {
                self.connection = Some(connection);
                for task in group {
                    task.tell(None);
                }
            }
            Err(error) => {
                for task in group {
                    task.tell(Some(&error));
                }
            }
        }
        alone
    }
}

/// The next job that waits already, where there is time for one.
fn next(jobs: &Receiver<Job>, made: usize, since: Instant) -> Option<Job> {
    while made < MOST && since.elapsed() < LONGEST {
        match jobs.try_recv().ok()? {
            Job::Change(task) if !task.begin() => {}
            job => return Some(job),
        }
    }
    None
}

/// Runs a statement whose end says nothing.
fn run(connection: &Connection, statement: &'static str) -> DatabaseResult<()> {
    if let Connection::Sqlite(sqlite) = connection {
        sqlite.prepare_cached(statement)?.execute(())?;
    }
    Ok(())
}

/// Tells if no transaction is open.
fn is_autocommit(connection: &Connection) -> bool {
    matches!(connection, Connection::Sqlite(sqlite) if sqlite.is_autocommit())
}

/// Makes the first change of a transaction, which a refusal ends: a savepoint would keep a copy of each page that it writes.
fn first_change(connection: &mut Connection, task: &mut dyn Task) -> DatabaseResult<()> {
    if task.run(connection) {
        return Ok(());
    }
    if !is_autocommit(connection) {
        run(connection, "ROLLBACK")?;
    }
    run(connection, BEGIN)
}

/// Makes a change in a savepoint. An error has ended the transaction, with all changes in it.
fn change(connection: &mut Connection, task: &mut dyn Task) -> DatabaseResult<()> {
    run(connection, "SAVEPOINT change")?;
    if !task.run(connection) {
        if is_autocommit(connection) {
            return Err(DatabaseError::not_done("the transaction was ended by the fault of another change in it"));
        }
        run(connection, "ROLLBACK TO change")?;
    }
    run(connection, "RELEASE change")
}

#[cfg(test)]
mod tests;
