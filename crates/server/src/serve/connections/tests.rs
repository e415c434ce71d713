//! Clients that keep a server waiting, on a clock that is moved.

use std::convert::Infallible;

use axum::{
    body::to_bytes,
    http::StatusCode,
    routing::{get, post},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{Instant, timeout},
};

use super::*;

const LIMITS: ConnectionLimits = ConnectionLimits { connections: 2, idle: Duration::from_secs(75) };

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Serves `/`, `/wait`, which never answers, and `POST /`, which reads what comes.
struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    served: tokio::task::JoinHandle<()>,
}

impl Server {
    async fn start() -> Self {
        let read = async |body: Body| to_bytes(body, 100).await.map_err(|_| StatusCode::BAD_REQUEST);
        let router = Router::new()
            .route("/", get(async || "here").post(read))
            .route("/wait", post(async |_: Body| std::future::pending::<Infallible>().await));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = watch::channel(false);
        let served = tokio::spawn(serve(listener, router, LIMITS, stopped));
        Self { address, stop, served }
    }

    /// A connection on which these bytes were sent.
    async fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("connects");
        stream.write_all(bytes).await.expect("writes");
        stream
    }
}

/// The answer that came, as far as it is read at once.
async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 4096];
    let read = stream.read(&mut bytes).await.expect("an answer");
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}

/// The seconds until a connection is closed, and what came before.
async fn closed(stream: &mut TcpStream) -> (u64, String) {
    let begun = Instant::now();
    let mut rest = Vec::new();
    // One that is reset is closed too.
    let _ = stream.read_to_end(&mut rest).await;
    (begun.elapsed().as_secs(), String::from_utf8_lossy(&rest).into_owned())
}

#[tokio::test(start_paused = true)]
async fn d14_half_a_head_is_waited_for_ten_seconds_whatever_dribbles_in() {
    let server = Server::start().await;
    for begin in [&b"G"[..], &GET[..20], &[GET, &GET[..20]].concat()] {
        let mut stream = server.send(begin).await;
        let begun = Instant::now();
        let mut bytes = Vec::new();
        let closed = loop {
            let mut some = [0; 1000];
            match timeout(Duration::from_secs(3), stream.read(&mut some)).await {
                Ok(Ok(0) | Err(_)) => break begun.elapsed().as_secs(),
                Ok(Ok(read)) => bytes.extend_from_slice(&some[..read]),
                Err(_) => drop(stream.write_all(b"x").await),
            }
        };
        assert!((10..=14).contains(&closed), "after {closed} s");
        assert_eq!(bytes.is_empty(), begin.len() < GET.len(), "a whole request was answered");
    }
}

#[tokio::test(start_paused = true)]
async fn d14_a_connection_without_a_request_is_closed_and_not_before() {
    let server = Server::start().await;
    let mut stream = server.send(b"").await;
    assert!((75..=77).contains(&closed(&mut stream).await.0));
    let mut stream = server.send(GET).await;
    for _ in 0..3 {
        assert!(answer(&mut stream).await.ends_with("here"));
        assert!(timeout(Duration::from_mins(1), stream.read_u8()).await.is_err(), "it is kept");
        stream.write_all(GET).await.expect("writes");
    }
    answer(&mut stream).await;
    assert!((75..=77).contains(&closed(&mut stream).await.0));
}

#[tokio::test(start_paused = true)]
async fn d14_half_a_body_is_waited_for_ten_seconds() {
    let server = Server::start().await;
    let mut stream = server.send(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf").await;
    let (seconds, answer) = closed(&mut stream).await;
    assert!((10..=13).contains(&seconds), "after {seconds} s");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn d14_a_refused_body_is_not_read_on_and_its_client_gets_the_answer() {
    let server = Server::start().await;
    let mut stream = server.send(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900000000\r\n\r\n").await;
    let mut sent = 0;
    let (mut reader, mut writer) = stream.split();
    let mut begin = [0; 12];
    loop {
        tokio::select! {
            biased;
            read = reader.read_exact(&mut begin) => { read.expect("an answer"); break }
            written = writer.write(&[b'x'; 4096]) => sent += written.unwrap_or_default(),
        }
    }
    assert_eq!(&begin, b"HTTP/1.1 400");
    let begun = Instant::now();
    while writer.write_all(&[b'x'; 4096]).await.is_ok() {
        sent += 4096;
        assert!(sent < 20_000_000 && begun.elapsed() < Duration::from_secs(4), "it is read on");
    }
}

#[tokio::test(start_paused = true)]
async fn d14_there_are_no_more_connections_than_the_limit_and_idle_ones_make_room() {
    let server = Server::start().await;
    let begin: &[u8] = b"POST /wait HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n";
    let busy = server.send(begin).await;
    let mut idle = server.send(GET).await;
    assert!(answer(&mut idle).await.ends_with("here"));
    let begun = Instant::now();
    let mut third = server.send(begin).await;
    assert!(closed(&mut idle).await.0 <= 2);
    assert!(begun.elapsed() < Duration::from_secs(3));
    let mut fourth = server.send(GET).await;
    assert!(timeout(Duration::from_mins(10), fourth.read_u8()).await.is_err(), "both places are taken");
    drop((busy, third.shutdown().await));
    drop(third);
    assert!(answer(&mut fourth).await.ends_with("here"));
}

#[tokio::test(start_paused = true)]
async fn a8_stopping_waits_a_second_for_what_is_half_sent_and_to_the_end_for_what_is_under_way() {
    let server = Server::start().await;
    let half = server.send(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf").await;
    let head = server.send(&GET[..20]).await;
    tokio::task::yield_now().await;
    let begun = Instant::now();
    server.stop.send_replace(true);
    server.served.await.expect("ends");
    assert!(begun.elapsed() <= Duration::from_secs(3), "after {:?}", begun.elapsed());
    drop((half, head));

    let server = Server::start().await;
    let mut busy = server.send(b"POST /wait HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n").await;
    assert!(timeout(Duration::from_secs(1), busy.read_u8()).await.is_err());
    server.stop.send_replace(true);
    assert!(timeout(Duration::from_mins(1), server.served).await.is_err(), "its caller says how long at most");
}
