//! Threads that read, and connections for those who read a few rows themselves. In WAL mode none of them waits for the writer.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use tokio::sync::oneshot;

use super::file::{Access, open};
use crate::{DatabaseError, DatabaseResult, connection::Connection, task::Task};

/// The most connections without a thread.
const MOST: usize = 4;

/// Some threads with a connection each.
#[derive(Debug)]
pub(crate) struct Readers {
    /// Connections without a thread; `None` once they are closed.
    idle: Vec<Mutex<Option<Connection>>>,
    /// `None` once it is closed.
    tasks: Mutex<Option<Sender<Box<dyn Task>>>>,
    /// The ends of the threads, each with its connection closed.
    ended: Mutex<Vec<oneshot::Receiver<()>>>,
}

impl Readers {
    pub(crate) fn start(path: &Path, threads: usize, access: Access) -> DatabaseResult<Self> {
        let (sender, tasks) = channel();
        let tasks = Arc::new(Mutex::new(tasks));
        let mut ended = Vec::with_capacity(threads);
        for _ in 0..threads {
            let (connection, tasks) = (open(path, access)?, Arc::clone(&tasks));
            let (end, end_of_thread) = oneshot::channel();
            let thread = thread::Builder::new().name("sqlite-reader".to_owned());
            let started = thread.spawn(move || {
                read(connection, &tasks);
                let _ = end.send(());
            });
            started.map_err(|_| DatabaseError::not_done("no thread can be started"))?;
            ended.push(end_of_thread);
        }
        let idle = (0..own_connections(access)).map(|_| Ok(Mutex::new(Some(open(path, access)?))));
        let idle = idle.collect::<DatabaseResult<_>>()?;
        Ok(Self { idle, tasks: Mutex::new(Some(sender)), ended: Mutex::new(ended) })
    }

    /// Does a task that reads a few rows, here where a connection is free. A thread takes twice as long to be woken, and to
    /// wake who waits for it, as such a task takes.
    pub(crate) fn run_inline(&self, mut task: Box<dyn Task>) {
        for idle in &self.idle {
            let Ok(mut idle) = idle.try_lock() else { continue };
            if let Some(connection) = &mut *idle {
                if task.begin() {
                    task.run(connection);
                    task.tell(None);
                }
                return;
            }
        }
        self.ask(task);
    }

    /// Has a task done. Where that cannot be, it is dropped, which its owner hears of.
    pub(crate) fn ask(&self, task: Box<dyn Task>) {
        let tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tasks) = &*tasks {
            let _ = tasks.send(task);
        }
    }

    /// Closes the connections, once what was asked before is done.
    pub(crate) async fn close(&self) {
        for idle in &self.idle {
            drop(idle.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
        drop(self.tasks.lock().unwrap_or_else(PoisonError::into_inner).take());
        let ended = std::mem::take(&mut *self.ended.lock().unwrap_or_else(PoisonError::into_inner));
        for end in ended {
            let _ = end.await;
        }
    }
}

/// The number of connections without a thread: as many as there are threads of requests, within bounds. A command that reads a
/// file has none.
fn own_connections(access: Access) -> usize {
    match access {
        Access::Whole => thread::available_parallelism().map_or(1, usize::from).min(MOST),
        Access::Reading => 0,
    }
}

fn read(mut connection: Connection, tasks: &Mutex<Receiver<Box<dyn Task>>>) {
    loop {
        let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut task) = next else { return };
        if task.begin() {
            task.run(&mut connection);
            task.tell(None);
        }
    }
}
