//! Stands in for the telephony provider: takes requests as its API's documentation describes them, answers
//! as it does, and calls back with its signature.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, Request, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha1::Sha1;
use tokio::{io::AsyncReadExt as _, net::TcpListener};
use tower::ServiceExt as _;

/// The account at the provider, and its token.
pub(super) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(super) const TOKEN: &str = "a token that nobody is told";

/// The provider's own number that is no number, for tests of those who use it.
pub(super) const NO_NUMBER: &str = "+15005550001";

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    /// `Messages.json` or `Calls.json`.
    pub(super) what: String,
    pub(super) authorization: String,
    pub(super) content_type: String,
    /// In the order in which they came.
    pub(super) form: Vec<(String, String)>,
}

impl Taken {
    /// The first value of a name.
    #[track_caller]
    pub(super) fn value(&self, name: &str) -> &str {
        let found = self.form.iter().find(|(found, _)| found == name);
        found.map_or_else(|| panic!("no {name} in {self:?}"), |(_, value)| value)
    }

    /// The same with its form in order.
    pub(super) fn sorted(mut self) -> Self {
        self.form.sort();
        self
    }
}

/// Misbehaviour of the stand-in.
#[derive(Debug, Clone)]
pub(super) enum Mood {
    /// Answers this, with an error as the documentation has them.
    Answers(u16, u32),
    /// Answers something that is not its own.
    AnswersHtml(u16),
    /// Takes the request and never answers.
    Hangs,
}

#[derive(Clone, Default)]
struct Shared {
    taken: Arc<Mutex<Vec<Taken>>>,
    moods: Arc<Mutex<VecDeque<Mood>>>,
}

/// The provider, until it is dropped.
pub(super) struct Provider {
    pub(super) base_url: String,
    shared: Shared,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Provider {
    pub(super) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base_url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Shared::default();
        let app = Router::new().route("/2010-04-01/Accounts/{account}/{what}", post(create)).with_state(shared.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.expect("serves") });
        Self { base_url, shared, serving }
    }

    /// The requests taken so far, oldest first.
    pub(super) fn taken(&self) -> Vec<Taken> {
        self.shared.taken.lock().expect("not poisoned").clone()
    }

    /// The requests of one kind that were taken.
    pub(super) fn taken_of(&self, what: &str) -> Vec<Taken> {
        self.taken().into_iter().filter(|taken| taken.what == what).collect()
    }

    /// The next request meets this.
    pub(super) fn is(&self, mood: Mood) {
        self.shared.moods.lock().expect("not poisoned").push_back(mood);
    }
}

/// An address where the first request is read to its end, and the connection closed without an answer.
pub(super) async fn breaks_off() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base_url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.expect("a connection");
        let mut read = Vec::new();
        while !read.ends_with(b"message%3Dt-1") {
            let count = connection.read_buf(&mut read).await.expect("reads");
            assert!(count > 0, "the request ended early");
        }
    });
    base_url
}

/// `POST /2010-04-01/Accounts/{account}/Messages.json` or `…/Calls.json`
async fn create(
    State(shared): State<Shared>,
    Path((account, what)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let taken = Taken {
        what: what.clone(),
        authorization: text(header::AUTHORIZATION),
        content_type: text(header::CONTENT_TYPE),
        form: form_urlencoded::parse(&body).into_owned().collect(),
    };
    let credentials = format!("Basic {}", STANDARD.encode(format!("{ACCOUNT}:{TOKEN}")));
    if account != ACCOUNT || taken.authorization != credentials {
        return error(401, 20003, "Authenticate");
    }
    let to = taken.value("To").to_owned();
    shared.taken.lock().expect("not poisoned").push(taken);
    let mood = shared.moods.lock().expect("not poisoned").pop_front();
    match mood {
        Some(Mood::Answers(status, code)) => return error(status, code, &format!("about {to}")),
        Some(Mood::AnswersHtml(status)) => {
            return (StatusCode::from_u16(status).expect("a status"), "<html>").into_response();
        }
        Some(Mood::Hangs) => std::future::pending().await,
        None => {}
    }
    if to == NO_NUMBER {
        return error(400, 21211, &format!("The 'To' number {to} is not a valid phone number."));
    }
    let answer = match what.as_str() {
        "Messages.json" => json!({ "sid": "SM00000000000000000000000000000002", "status": "queued", "to": to }),
        "Calls.json" => json!({ "sid": "CA00000000000000000000000000000003", "status": "queued", "to": to }),
        _ => return error(404, 20404, "The requested resource was not found"),
    };
    (StatusCode::CREATED, [(header::CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}

fn error(status: u16, code: u32, message: &str) -> Response {
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    let body = json!({ "code": code, "message": message, "more_info": more, "status": status });
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// A callback to an address that it was given, under `public_url`.
pub(super) async fn calls_back(hooks: &Router, public_url: &str, address: &str, form: &[(&str, &str)]) -> String {
    let (status, text) = says(hooks, public_url, address, form, &signature(address, form)).await;
    assert!(status.is_success(), "{status} for {form:?}");
    text
}

/// The same with any signature.
pub(super) async fn says(
    hooks: &Router,
    public_url: &str,
    address: &str,
    form: &[(&str, &str)],
    signature: &str,
) -> (StatusCode, String) {
    let path = address.strip_prefix(public_url).expect("an address of ours");
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
        .header("x-twilio-signature", signature)
        .body(Body::from(body))
        .expect("a request");
    let response = hooks.clone().oneshot(request).await.expect("answers");
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    (status, String::from_utf8(bytes.into()).expect("text"))
}

/// Its signature: HMAC-SHA1 over the address and the form in order.
fn signature(address: &str, form: &[(&str, &str)]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).expect("every length will do");
    mac.update(address.as_bytes());
    let mut form = form.to_vec();
    form.sort_unstable();
    for (name, value) in form {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}
