//! A proxy that sends each request to another server than the one before, whatever connection it comes by.

use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode, header},
};
use reqwest::{Client, redirect::Policy};
use tokio::net::TcpListener;

/// The longest body of a request.
const LONGEST: usize = 64 * 1024;

/// The headers that are of one connection.
const OF_A_CONNECTION: [header::HeaderName; 4] =
    [header::HOST, header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH];

/// A proxy before several servers. Requests of the API take turns among themselves, and so do all others.
pub struct Balancer {
    origin: String,
    turns: Arc<Mutex<Turns>>,
}

#[derive(Default)]
struct Turns {
    client: Option<Client>,
    servers: Vec<String>,
    /// The requests of the API so far: the server's number, method and path.
    api: Vec<(usize, String)>,
    others: usize,
}

impl Balancer {
    /// Listens on a free port, before no server yet.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let turns = Arc::default();
        let router = Router::new().fallback(pass).with_state(Arc::clone(&turns));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { origin, turns })
    }

    /// Its address of a path.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Passes requests to these servers from now on.
    pub fn before(&self, servers: Vec<String>) -> Result<()> {
        let mut turns = self.turns.lock().expect("no test fails while it has this");
        turns.client = Some(Client::builder().redirect(Policy::none()).build()?);
        turns.servers = servers;
        Ok(())
    }

    /// The requests of the API so far: the number of the server, and method and path.
    pub fn api_requests(&self) -> Vec<(usize, String)> {
        self.turns.lock().expect("no test fails while it has this").api.clone()
    }
}

impl Turns {
    /// The server of the next request, and the client that asks it.
    fn next(&mut self, method: &str, path: &str) -> Option<(Client, String)> {
        let is_api = path.starts_with("/v1/");
        let count = if is_api { self.api.len() } else { self.others };
        let turn = count.checked_rem(self.servers.len())?;
        if is_api {
            self.api.push((turn, format!("{method} {path}")));
        } else {
            self.others += 1;
        }
        Some((self.client.clone()?, self.servers.get(turn)?.clone()))
    }
}

async fn pass(State(turns): State<Arc<Mutex<Turns>>>, request: Request) -> Response<Body> {
    answer(&turns, request).await.unwrap_or_else(|_| {
        let mut failed = Response::new(Body::empty());
        *failed.status_mut() = StatusCode::BAD_GATEWAY;
        failed
    })
}

async fn answer(turns: &Mutex<Turns>, request: Request) -> Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let (client, server) = {
        let mut turns = turns.lock().expect("no test fails while it has this");
        turns.next(head.method.as_str(), head.uri.path()).context("no server")?
    };
    let request = client.request(head.method, format!("{server}{}", head.uri));
    let body = to_bytes(body, LONGEST).await?;
    let answered = request.headers(passed_on(head.headers)).body(body).send().await?;
    let (status, headers) = (answered.status(), passed_on(answered.headers().clone()));
    let mut response = Response::new(Body::from(answered.bytes().await?));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn passed_on(mut headers: HeaderMap) -> HeaderMap {
    for name in OF_A_CONNECTION {
        headers.remove(name);
    }
    headers
}
