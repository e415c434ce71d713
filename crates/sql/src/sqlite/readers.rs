//! Threads that read. In WAL mode they never wait for the writer.

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

/// Some threads with a connection each.
#[derive(Debug)]
pub(crate) struct Readers {
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
        Ok(Self { tasks: Mutex::new(Some(sender)), ended: Mutex::new(ended) })
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
        drop(self.tasks.lock().unwrap_or_else(PoisonError::into_inner).take());
        let ended = std::mem::take(&mut *self.ended.lock().unwrap_or_else(PoisonError::into_inner));
        for end in ended {
            let _ = end.await;
        }
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
