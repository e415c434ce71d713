//! The client of the reset API.

mod read;
mod write;

use std::rc::Rc;

use gloo_net::http::{Headers, Request as HttpRequest, Response};
use js_sys::{Array, JSON};
use leptos::prelude::window;
use regain_folding::trimmed;
use regain_protocol::{Answer, Config, CreateFlow, FlowAnswered, Secret};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{RequestCache, RequestCredentials, RequestInit};

use crate::options::{member, now};
use regain_flow::clock::Millis;
use regain_flow::{Fault, Reply, Resume};

pub(crate) use read::Json;

/// A request of the API.
pub(crate) enum Request {
    Create(CreateFlow),
    Get(Resume),
    Answer { flow: Resume, step: String, answer: Rc<Answer> },
    Delete(Resume),
}

/// The end of a request, and the offset of the server's clock from this device's.
pub(crate) struct Answered {
    pub(crate) reply: Reply,
    pub(crate) clock_offset: Option<Millis>,
}

/// Sends a request; never fails, because a failure is a reply too.
pub(crate) async fn send(api: &str, key: &str, request: Request) -> Answered {
    let (method, path, flow, body) = match request {
        Request::Create(create) => ("POST", "flows".to_owned(), None, Some(write::create_flow(&create))),
        Request::Get(flow) => ("GET", ["flows/", &flow.id].concat(), Some(flow), None),
        Request::Delete(flow) => ("DELETE", ["flows/", &flow.id].concat(), Some(flow), None),
        // One address for all of them, so that a browser asks another origin for leave once.
        Request::Answer { flow, step, answer } => {
            let body = write::answer(&flow.id, &step, &answer);
            ("POST", "answers".to_owned(), Some(flow), Some(body))
        }
    };
    let sent_at = now();
    match fetch(&[api, "/v1/", &path].concat(), method, key, flow.as_ref(), body.as_ref()).await {
        Some(response) => {
            let clock_offset = header(&response, "date").and_then(|date| offset(&date, sent_at));
            Answered { reply: reply(&response).await, clock_offset }
        }
        None => Answered { reply: Reply::Lost(no_answer()), clock_offset: None },
    }
}

/// `GET /v1/config`; `None` when it can't be had, because nothing depends on it.
pub(crate) async fn config(api: &str) -> Option<Config> {
    let response = fetch(&[api, "/v1/config"].concat(), "GET", "", None, None).await?;
    read::config(&json(&response).await?)
}

async fn fetch(
    url: &str,
    method: &str,
    key: &str,
    flow: Option<&Resume>,
    body: Option<&Secret<String>>,
) -> Option<Response> {
    let headers = Headers::new();
    // gloo's own builder takes every address apart for what could be put behind it.
    let options = RequestInit::new();
    options.set_method(method);
    options.set_credentials(RequestCredentials::Omit);
    options.set_cache(RequestCache::NoStore);
    if let Some(flow) = flow {
        headers.set("authorization", &["Bearer ", flow.token.expose()].concat());
    }
    if let Some(body) = body {
        headers.set("content-type", "application/json");
        headers.set("idempotency-key", key);
        options.set_body(&body.expose().as_str().into());
    }
    options.set_headers(&headers.into_raw());
    let request = web_sys::Request::new_with_str_and_init(url, &options).ok()?;
    HttpRequest::from(request).send().await.ok()
}

/// Why the browser had no answer to give.
pub(crate) fn no_answer() -> Fault {
    if window().navigator().on_line() { Fault::Unreachable } else { Fault::Offline }
}

async fn reply(response: &Response) -> Reply {
    let status = response.status();
    let json = json(response).await;
    if response.ok() {
        // A page where JSON should be is a proxy's or a hotspot's, not the server's.
        return match json.as_ref().map(|json| (read::answered(json), read::flow(json))) {
            Some((Some(answered), _)) => Reply::Flow(Box::new(answered)),
            Some((None, Some(flow))) => Reply::Flow(Box::new(FlowAnswered { flow, token: None })),
            Some((None, None)) => Reply::Lost(Fault::Server),
            None => Reply::Lost(Fault::Unreachable),
        };
    }
    let problem = json.as_ref().and_then(read::problem);
    if problem.is_none() && status < 500 && status != 429 {
        return Reply::Lost(Fault::Unreachable);
    }
    let retry_after = header(response, "retry-after").and_then(|seconds| trimmed(&seconds).parse().ok());
    Reply::Refused { status, problem: problem.map(Box::new), retry_after }
}

async fn json(response: &Response) -> Option<JsValue> {
    JSON::parse(&response.text().await.ok()?).ok()
}

/// A header; `None` where there is none or where the server does not expose it to other origins.
fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name)
}

/// The `Date` header has whole seconds and the reply took its time, so a small difference is none.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
fn offset(date: &str, sent_at: Millis) -> Option<Millis> {
    let server = js_sys::Date::parse(date);
    let difference = server as Millis + 500 - i64::midpoint(sent_at, now());
    (!server.is_nan()).then_some(if difference.abs() < 2_000 { 0 } else { difference })
}

impl Json for JsValue {
    fn get(&self, name: &str) -> Option<Self> {
        member(self, name)
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        self.dyn_ref::<Array>().map(Array::to_vec)
    }
}
