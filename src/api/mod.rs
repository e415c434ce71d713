//! The client of the reset API.

mod read;
mod write;

use std::rc::Rc;

use gloo_net::http::{Headers, Response};
use js_sys::{Array, Function, JSON, Promise};
use leptos::prelude::window;
use regain_folding::trimmed;
use regain_protocol::{Answer, Config, CreateFlow, FlowAnswered, Secret};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCache, RequestCredentials, RequestInit};

use crate::member::member;
use regain_flow::clock::Millis;
use regain_flow::{Fault, Reply, Resume};

pub(crate) use read::{Json, config};

/// A request of the API.
pub(crate) enum Request {
    Create(CreateFlow),
    Get(Resume),
    Answer { flow: Resume, step: String, answer: Rc<Answer> },
    Delete(Resume),
}

/// The end of a request, the configuration where it came along, and the offset of the server's clock from this device's.
pub(crate) struct Answered {
    pub(crate) reply: Reply,
    pub(crate) config: Option<Config>,
    pub(crate) clock_offset: Option<Millis>,
}

/// The way to the API: its address without `/v1`, and the loader's function that sends a request. It may have begun the first
/// one already, and tells the clock's offset with each response: `Mounting.send` of `embed/types.d.ts`.
pub(crate) struct Api {
    pub(crate) address: String,
    pub(crate) send: Option<Function>,
}

impl Api {
    /// Sends a request; never fails, because a failure is a reply too.
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
    pub(crate) async fn send(&self, key: &str, request: Request) -> Answered {
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
        let Some(response) = self.fetch(&path, method, key, flow.as_ref(), body.as_ref()).await else {
            return Answered { reply: Reply::Lost(no_answer()), config: None, clock_offset: None };
        };
        let clock_offset =
            member(&response, "offset").and_then(|offset| offset.as_f64()).map(|offset| offset as Millis);
        let response = Response::from(response);
        let json = json(&response).await;
        let config = json.as_ref().and_then(|json| read::config(&member(json, "config")?));
        Answered { reply: reply(&response, json.as_ref()), config, clock_offset }
    }

    /// `GET /v1/config`; `None` when it can't be had, because nothing depends on it.
    pub(crate) async fn config(&self) -> Option<Config> {
        let response = self.fetch("config", "GET", "", None, None).await?;
        read::config(&json(&Response::from(response)).await?)
    }

    async fn fetch(
        &self,
        path: &str,
        method: &str,
        key: &str,
        flow: Option<&Resume>,
        body: Option<&Secret<String>>,
    ) -> Option<web_sys::Response> {
        let headers = Headers::new();
        let options = RequestInit::new();
        options.set_method(method);
        options.set_credentials(RequestCredentials::Omit);
        if let Some(flow) = flow {
            headers.set("authorization", &["Bearer ", flow.token.expose()].concat());
        }
        if let Some(body) = body {
            headers.set("content-type", "application/json");
            headers.set("idempotency-key", key);
            options.set_body(&body.expose().as_str().into());
        } else {
            // No cache keeps what is posted, and a browser would not keep the leave to post either: each answer would take a
            // preflight of its own.
            options.set_cache(RequestCache::NoStore);
        }
        options.set_headers(&headers.into_raw());
        let request =
            web_sys::Request::new_with_str_and_init(&[&self.address, "/v1/", path].concat(), &options).ok()?;
        let sent = self.send.as_ref()?.call1(&JsValue::NULL, &request).ok()?;
        JsFuture::from(sent.dyn_into::<Promise>().ok()?).await.ok()?.dyn_into().ok()
    }
}

/// Why the browser had no answer to give.
pub(crate) fn no_answer() -> Fault {
    if window().navigator().on_line() { Fault::Unreachable } else { Fault::Offline }
}

fn reply(response: &Response, json: Option<&JsValue>) -> Reply {
    let status = response.status();
    if response.ok() {
        // A page where JSON should be is a proxy's or a hotspot's, not the server's.
        return match json.map(|json| (read::answered(json), read::flow(json))) {
            Some((Some(answered), _)) => Reply::Flow(Box::new(answered)),
            Some((None, Some(flow))) => Reply::Flow(Box::new(FlowAnswered { flow, token: None })),
            Some((None, None)) => Reply::Lost(Fault::Server),
            None => Reply::Lost(Fault::Unreachable),
        };
    }
    let problem = json.and_then(read::problem);
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
