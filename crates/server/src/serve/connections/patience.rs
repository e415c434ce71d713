//! Time limits of a connection. A client that sends half a request, reads none of an answer or just stays is given up;
//! one whose request is under way is not, because that has a time limit of its own (`server.request_timeout_s`).

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    BoxError,
    body::{Bytes, HttpBody},
};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// Time that the head of a request may take, from its first byte.
const HEAD: Duration = Duration::from_secs(10);

/// Time that the body of a request may take.
const BODY: Duration = Duration::from_secs(10);

/// Time that a client is waited for where the server stops, or where another one waits for its place.
const LITTLE: Duration = Duration::from_secs(1);

/// Progress of a connection, and the time since when. Shared by its socket, its requests and their bodies.
#[derive(Clone)]
pub(super) struct Patience {
    idle: Duration,
    progress: Arc<Mutex<Progress>>,
}

struct Progress {
    requests: usize,
    /// Number of requests that wait for more of their body.
    bodies: usize,
    /// True from the first byte of a head to its end.
    in_head: bool,
    /// Begin of what the client is waited for.
    since: Instant,
    /// True where a body was refused before its end.
    unread: bool,
}

/// The circumstances in which a client is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Circumstances {
    /// Nobody else waits.
    Usual,
    /// Another one waits for its place.
    Crowded,
    /// The server stops.
    Stopping,
}

impl Patience {
    /// With a connection that may be without a request for so long.
    pub(super) fn new(idle: Duration) -> Self {
        let progress = Progress { requests: 0, bodies: 0, in_head: false, since: Instant::now(), unread: false };
        Self { idle, progress: Arc::new(Mutex::new(progress)) }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a request came in whole but for its body; it is under way until what is returned is dropped.
    pub(super) fn request(&self) -> UnderWay {
        let mut progress = self.progress();
        progress.requests += 1;
        progress.in_head = false;
        UnderWay(self.clone())
    }

    /// Notes that bytes came in over HTTP/1: where no request is under way, they are of a head.
    pub(super) fn received(&self) {
        let mut progress = self.progress();
        if progress.requests == 0 && !progress.in_head {
            progress.in_head = true;
            progress.since = Instant::now();
        }
    }

    /// Notes that the client took bytes.
    pub(super) fn sent(&self) {
        let mut progress = self.progress();
        if !progress.in_head {
            progress.since = Instant::now();
        }
    }

    /// Tells if the client was waited for long enough. Bodies have their own limit, but when the server stops.
    pub(super) fn is_over(&self, circumstances: Circumstances) -> bool {
        use Circumstances::{Crowded, Stopping, Usual};
        let progress = self.progress();
        let is_idle = progress.requests == 0;
        let limit = match circumstances {
            Stopping if is_idle || progress.bodies == progress.requests => LITTLE,
            Usual | Crowded if progress.in_head => HEAD,
            Crowded if is_idle => LITTLE,
            Usual if is_idle => self.idle,
            Usual | Crowded | Stopping => return false,
        };
        progress.since.elapsed() >= limit
    }

    /// Tells if the client may still be sending a body that nobody reads.
    pub(super) fn has_unread(&self) -> bool {
        self.progress().unread
    }
}

/// A request that is under way.
pub(super) struct UnderWay(Patience);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut progress = self.0.progress();
        progress.requests -= 1;
        progress.since = Instant::now();
    }
}

/// The body of a request, which ends in an error when it takes too long.
pub(super) struct TimedBody<B: HttpBody> {
    body: B,
    /// Begins with the first look at it.
    limit: Option<Pin<Box<Sleep>>>,
    state: BodyState,
    patience: Patience,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyState {
    /// Nobody waits for it.
    Unread,
    /// It is waited for.
    Awaited,
    /// It was read to its end.
    Ended,
}

/// The reason why a body ended early.
#[derive(Debug, thiserror::Error)]
#[error("the body took too long")]
struct TooSlow;

impl<B: HttpBody> TimedBody<B> {
    pub(super) const fn new(body: B, patience: Patience) -> Self {
        Self { body, limit: None, state: BodyState::Unread, patience }
    }

    fn turn(&mut self, state: BodyState) {
        let was_awaited = self.state == BodyState::Awaited;
        let is_awaited = state == BodyState::Awaited;
        self.state = state;
        let mut progress = self.patience.progress();
        if is_awaited && !was_awaited {
            progress.bodies += 1;
            progress.since = Instant::now();
        } else if was_awaited && !is_awaited {
            progress.bodies -= 1;
        }
    }
}

impl<B: HttpBody> Drop for TimedBody<B> {
    fn drop(&mut self) {
        if self.state != BodyState::Ended && !self.body.is_end_stream() {
            self.patience.progress().unread = true;
        }
        self.turn(BodyState::Ended);
    }
}

impl<B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Unpin> HttpBody for TimedBody<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Self { body, limit, .. } = &mut *self;
        let limit = limit.get_or_insert_with(|| Box::pin(sleep(BODY)));
        let is_late = limit.as_mut().poll(cx).is_ready();
        let frame = Pin::new(body).poll_frame(cx);
        self.turn(match &frame {
            Poll::Pending if is_late => BodyState::Unread,
            Poll::Pending => BodyState::Awaited,
            Poll::Ready(None) => BodyState::Ended,
            Poll::Ready(Some(_)) => BodyState::Unread,
        });
        match frame {
            Poll::Ready(Some(Ok(_))) | Poll::Pending if is_late => Poll::Ready(Some(Err(TooSlow.into()))),
            frame => frame.map(|frame| frame.map(|frame| frame.map_err(Into::into))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
