//! Work that a thread with a connection does for whoever waits for it.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{DatabaseError, DatabaseResult, connection::Connection};

/// The time that work waits for its turn before it is given up, and a request answered with 503.
pub(crate) const TURN_WITHIN: Duration = Duration::from_secs(10);

/// A future of work with a connection.
pub(crate) type Working<'a, T> = Pin<Box<dyn Future<Output = DatabaseResult<T>> + Send + 'a>>;

/// Work with a connection. It may be done again from the beginning, so it has what it needs as an input, and changes nothing
/// but the database.
pub(crate) type Work<C, T> = for<'a> fn(&'a mut Connection, &'a C) -> Working<'a, T>;

/// Work that waits for a connection.
pub(crate) trait Task: Send {
    /// Tells if somebody still waits for it. Who stops waiting later gets all of it done.
    fn begin(&self) -> bool;

    /// Does it; tells if what was written is to be kept.
    fn run(&mut self, connection: &mut Connection) -> bool;

    /// Tells the result, or that it was lost with others'.
    fn tell(self: Box<Self>, lost: Option<&DatabaseError>);
}

/// Somebody who waits for work. Work that has not begun is not done when this is dropped.
pub(crate) struct Waiting<T> {
    result: oneshot::Receiver<DatabaseResult<T>>,
    taken: Arc<AtomicBool>,
}

struct Asked<C, T> {
    input: C,
    work: Work<C, T>,
    keeps: fn(&T) -> bool,
    done: Option<DatabaseResult<T>>,
    result: oneshot::Sender<DatabaseResult<T>>,
    taken: Arc<AtomicBool>,
}

/// A task, and the one who waits for it.
pub(crate) fn task<C: Send + 'static, T: Send + 'static>(
    input: C,
    work: Work<C, T>,
    keeps: fn(&T) -> bool,
) -> (Box<dyn Task>, Waiting<T>) {
    let (sender, result) = oneshot::channel();
    let taken = Arc::new(AtomicBool::new(false));
    let asked = Asked { input, work, keeps, done: None, result: sender, taken: Arc::clone(&taken) };
    (Box::new(asked), Waiting { result, taken })
}

impl<C: Send, T: Send> Task for Asked<C, T> {
    fn begin(&self) -> bool {
        !self.taken.swap(true, Ordering::SeqCst)
    }

    fn run(&mut self, connection: &mut Connection) -> bool {
        let (work, input) = (self.work, &self.input);
        let mut polled = || {
            let mut working = work(connection, input);
            match working.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(done) => done,
                Poll::Pending => Err(DatabaseError::not_done("a change waits for something else than its database")),
            }
        };
        let done = catch_unwind(AssertUnwindSafe(&mut polled));
        let done = done.unwrap_or_else(|_| Err(DatabaseError::not_done("a change ended in a panic")));
        let keeps = done.as_ref().is_ok_and(self.keeps);
        self.done = Some(done);
        keeps
    }

    fn tell(self: Box<Self>, lost: Option<&DatabaseError>) {
        let done = match (self.done, lost) {
            (Some(Ok(_)) | None, Some(lost)) => Err(lost.clone()),
            (Some(done), _) => done,
            (None, None) => Err(DatabaseError::not_done("a change was not made")),
        };
        // Nobody may wait for it any more.
        let _ = self.result.send(done);
    }
}

impl<T> Waiting<T> {
    /// The result.
    pub(crate) async fn wait(mut self) -> DatabaseResult<T> {
        let asked = Instant::now();
        loop {
            match tokio::time::timeout(TURN_WITHIN, &mut self.result).await {
                Ok(Ok(result)) => return result,
                Ok(Err(_)) => return Err(DatabaseError::not_done("the database is closed")),
                // Tests move tokio's clock, which says nothing about a thread.
                Err(_) if asked.elapsed() < TURN_WITHIN => {}
                Err(_) if !self.taken.swap(true, Ordering::SeqCst) => {
                    return Err(DatabaseError::not_done(
                        "the database is busy: it was not this request's turn in time",
                    ));
                }
                // It is being done, and how it ends has to be known.
                Err(_) => {}
            }
        }
    }
}

impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        self.taken.store(true, Ordering::SeqCst);
    }
}
