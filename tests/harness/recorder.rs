//! A proxy before a server, which notes what it is asked for.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::Result;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, Response, StatusCode, header},
};
use tokio::net::TcpListener;

/// A proxy that notes each request.
pub struct Recorder {
    origin: String,
    record: Arc<Record>,
}

struct Record {
    server: String,
    client: reqwest::Client,
    requests: Mutex<Vec<String>>,
    preflights_take: Mutex<Duration>,
}

impl Recorder {
    /// Listens on a free port before the server with this address.
    pub async fn before(server: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let (server, client) = (server.trim_end_matches('/').to_owned(), reqwest::Client::new());
        let record = Arc::new(Record { server, client, requests: Mutex::default(), preflights_take: Mutex::default() });
        let router = Router::new().fallback(pass).with_state(Arc::clone(&record));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { origin, record })
    }

    /// Its origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Answers preflights so many milliseconds late: the throttle of a browser does not.
    pub fn delays_preflights(&self, by: u32) {
        *self.record.preflights_take.lock().expect("no test fails while it has this") =
            Duration::from_millis(by.into());
    }

    /// The requests so far: method and path of each.
    pub fn requests(&self) -> Vec<String> {
        self.record.requests.lock().expect("no test fails while it has this").clone()
    }
}

async fn pass(State(record): State<Arc<Record>>, request: Request) -> Response<Body> {
    let asked = format!("{} {}", request.method(), request.uri().path());
    record.requests.lock().expect("no test fails while it has this").push(asked);
    if request.method() == Method::OPTIONS {
        let delay = *record.preflights_take.lock().expect("no test fails while it has this");
        tokio::time::sleep(delay).await;
    }
    record.ask(request).await.unwrap_or_else(|_| {
        let mut failed = Response::new(Body::empty());
        *failed.status_mut() = StatusCode::BAD_GATEWAY;
        failed
    })
}

impl Record {
    async fn ask(&self, request: Request) -> Result<Response<Body>> {
        let (parts, body) = request.into_parts();
        let address = format!("{}{}", self.server, parts.uri);
        let mut headers = parts.headers;
        headers.remove(header::HOST);
        let body = to_bytes(body, 1 << 20).await?;
        let answer = self.client.request(parts.method, address).headers(headers).body(body).send().await?;
        let mut response = Response::builder().status(answer.status()).body(Body::empty())?;
        *response.headers_mut() = answer.headers().clone();
        response.headers_mut().remove(header::TRANSFER_ENCODING);
        *response.body_mut() = answer.bytes().await?.into();
        Ok(response)
    }
}
