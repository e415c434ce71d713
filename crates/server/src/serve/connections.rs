//! Connections: how many there are at a time, and for how long each may keep the server waiting. HTTP itself is
//! hyper's; `patience` has the time limits.

mod patience;
mod socket;

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use patience::{Circumstances, Patience, TimedBody};
use socket::Socket;
use tokio::{
    net::{TcpListener, TcpStream},
    pin,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep},
};
use tower::ServiceExt as _;

/// Time between two looks at whether a connection is to be given up.
const TICK: Duration = Duration::from_secs(1);

/// Time to wait before accepting again when the system has no room for a connection.
const NO_ROOM: Duration = Duration::from_secs(1);

/// Time between two warnings that there are too many connections.
const WARN_EVERY: Duration = Duration::from_mins(1);

/// Number of bytes that are held of what one HTTP/1 connection sends or is sent; a head has to fit in. The library's own
/// bound is six times that.
const MAX_BUFFERED: usize = 64 * 1024;

/// Number of requests at a time that one HTTP/2 connection may have: the least that RFC 9113, 5.1.2 recommends.
const MAX_STREAMS: u32 = 100;

/// Bounds of what clients may hold of a server.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Number of connections at a time. Further ones wait until one ends, and idle ones are closed to make room.
    pub connections: usize,
    /// Time after which a connection without a request is closed.
    pub idle: Duration,
}

/// Serves the connections of a listener until `stopped` is true, and then the requests under way.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    stopped: watch::Receiver<bool>,
) {
    let room = Room { permits: Arc::new(Semaphore::new(limits.connections)), is_asked_for: Arc::default() };
    let mut warned: Option<Instant> = None;
    let mut connections = JoinSet::new();
    let stop = is_set(stopped.clone());
    pin!(stop);
    loop {
        let accepted = async {
            let accepted = accept(&listener).await;
            if room.permits.available_permits() == 0 && warned.is_none_or(|at| at.elapsed() >= WARN_EVERY) {
                warned = Some(Instant::now());
                tracing::warn!("there are as many connections as server.max_connections allows: further ones wait");
            }
            (accepted, room.permit().await)
        };
        let ((stream, peer), permit) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let place = Place { room: room.clone(), _permit: permit };
        connections.spawn(connection(stream, peer, router.clone(), place, limits.idle, stopped.clone()));
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Room for as many connections as there may be.
#[derive(Clone)]
struct Room {
    permits: Arc<Semaphore>,
    /// True while a connection waits for another one's place.
    is_asked_for: Arc<AtomicBool>,
}

impl Room {
    async fn permit(&self) -> OwnedSemaphorePermit {
        self.is_asked_for.store(true, Relaxed);
        let permit = Arc::clone(&self.permits).acquire_owned().await.expect("nobody closes the semaphore");
        self.is_asked_for.store(false, Relaxed);
        permit
    }
}

/// A connection's place among them.
struct Place {
    room: Room,
    _permit: OwnedSemaphorePermit,
}

/// The next connection. What goes wrong with one that has not begun yet is its client's concern.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept a connection");
                sleep(NO_ROOM).await;
            }
        }
    }
}

fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    place: Place,
    idle: Duration,
    stopped: watch::Receiver<bool>,
) {
    // An answer is written at once, and never waits for the client's acknowledgement of another.
    let _ = stream.set_nodelay(true);
    let patience = Patience::new(idle);
    let served = {
        let patience = patience.clone();
        service_fn(move |request: Request<Incoming>| {
            let under_way = patience.request();
            let mut request = request.map(|body| Body::new(TimedBody::new(body, patience.clone())));
            request.extensions_mut().insert(ConnectInfo(peer));
            let response = router.clone().oneshot(request);
            async move {
                let response = response.await;
                drop(under_way);
                response
            }
        })
    };
    let mut builder = Builder::new(TokioExecutor::new());
    // `http` dates responses, by the server's clock.
    builder.http1().auto_date_header(false).max_buf_size(MAX_BUFFERED);
    builder.http2().auto_date_header(false).max_concurrent_streams(MAX_STREAMS);
    let served = builder.serve_connection(TokioIo::new(Socket::new(stream, patience.clone())), served);
    let stop = is_set(stopped);
    pin!(served, stop);
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopping = false;
    loop {
        tokio::select! {
            ended = served.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended");
                }
                return;
            }
            _ = ticks.tick() => {
                let circumstances = match stopping {
                    true => Circumstances::Stopping,
                    false if place.room.is_asked_for.load(Relaxed) => Circumstances::Crowded,
                    false => Circumstances::Usual,
                };
                if patience.is_over(circumstances) {
                    return;
                }
            }
            () = &mut stop, if !stopping => {
                stopping = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Completes once the value is true.
pub(super) async fn is_set(mut value: watch::Receiver<bool>) {
    // An error means that nobody can set it any more, which is as final.
    let _ = value.wait_for(|is_set| *is_set).await;
}

#[cfg(test)]
mod tests;
