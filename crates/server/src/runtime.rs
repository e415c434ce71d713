//! Work that waits, blocks or goes on by itself: on tokio's threads, or in a browser's one, where the playground runs the
//! server. There nothing waits: memory answers at once, and each request is done before the next begins.

#[cfg(not(target_family = "wasm"))]
pub(crate) use tokio::{
    spawn,
    task::spawn_blocking,
    time::{Instant, sleep, timeout},
};

#[cfg(target_family = "wasm")]
pub(crate) use browser::{Instant, sleep, spawn, spawn_blocking, timeout};

#[cfg(target_family = "wasm")]
mod browser {
    use std::{
        convert::Infallible,
        future::{Ready, ready},
        time::Duration,
    };

    /// A time by which nothing is measured.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Instant;

    impl Instant {
        /// The one time.
        pub(crate) const fn now() -> Self {
            Self
        }

        /// No time.
        pub(crate) const fn elapsed(self) -> Duration {
            Duration::ZERO
        }
    }

    /// Does the work where it is waited for.
    pub(crate) async fn spawn<T>(work: impl Future<Output = T>) -> Result<T, Infallible> {
        Ok(work.await)
    }

    /// Does the work at once.
    pub(crate) fn spawn_blocking<T>(work: impl FnOnce() -> T) -> Ready<Result<T, Infallible>> {
        ready(Ok(work()))
    }

    /// Waits for nothing.
    pub(crate) fn sleep(_: Duration) -> Ready<()> {
        ready(())
    }

    /// Does the work, however long it takes.
    pub(crate) async fn timeout<T>(_: Duration, work: impl Future<Output = T>) -> Result<T, Infallible> {
        Ok(work.await)
    }
}
