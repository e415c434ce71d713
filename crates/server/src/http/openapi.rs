//! The API's description as OpenAPI 3.1. Each operation is described where it is handled and comes from the
//! router itself; the schemas come from the wire types, and the problems from their codes.

mod names;
mod problems;
mod schemas;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

pub(crate) use problems::CallbackProblems;
pub(super) use problems::{AnswerProblems, CreateProblems, FileProblems, FlowProblems, RangeProblems, ServerProblems};
use serde_json::{Map, Value, json};
use utoipa::openapi::{OpenApi, OpenApiBuilder};

use names::reference;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{answers, captcha, flows, meta, range};
use crate::{adapters::twilio::hooks, app::App};

const INTRODUCTION: &str = "\
A flow is one attempt by one person. The server answers everything the person does with the step that \
comes next, and a client shows it. Requests are read strictly: unknown members, duplicate keys and wrong \
types are refused. Answers are to be read leniently: a later version may add members, steps and codes.\n\n\
Until somebody has proved who they are, nothing in any answer depends on whether an account exists.\n\n\
A step's name says what the person sees, an answer's verb what they do:\n\n\
| step | answers |\n\
|---|---|\n\
| `identify` | `identify`, `new_captcha` |\n\
| `choose_method` | `choose` |\n\
| `enter_code` | `verify`, `resend`, `choose_another` |\n\
| `answer_call` | `call_again`, `choose_another` |\n\
| `answer_questions` | `answer`, `choose_another` |\n\
| `sign_in` | `sign_in` |\n\
| `choose_outcome` | `unlock`, `reset` |\n\
| `new_password` | `set_password` |\n\
| `security_info` | `add`, `remove`, `set_questions`, `finish` |\n\
| `contact_administrator` | `send_request`, `go_back` where `back` is true |\n\
| every step before `done` | `more_time`; `ask_administrator`, where the configuration has it |\n\
| `done`, `ended` | |";

/// The API's routes with their descriptions; hooks and ranges, which few servers have, bring their own.
pub(super) fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(meta::config))
        .routes(routes!(flows::create))
        .routes(routes!(flows::show, flows::cancel))
        .routes(routes!(answers::answer))
        .routes(routes!(captcha::spoken))
        .routes(routes!(meta::openapi))
        .routes(routes!(meta::healthy))
        .routes(routes!(meta::ready))
}

/// The document, as JSON for people to read.
pub fn document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let mut text = serde_json::to_string_pretty(&sorted(build())).expect("a JSON value is JSON");
        text.push('\n');
        text
    })
}

/// The same with the members of every object in order: whether `serde_json` keeps the order in which
/// they were written depends on what else is built along with it.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> =
                members.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(elements) => elements.into_iter().map(sorted).collect(),
        other => other,
    }
}

fn build() -> Value {
    let mut document = serde_json::to_value(operations()).expect("a document is JSON");
    document["info"] = json!({
        "title": "Regain",
        "version": "1.0.0",
        "summary": "The reset API behind \"Can't access your account?\"",
        "description": INTRODUCTION,
        "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
    });
    document["servers"] = json!([{ "url": "/", "description": "The server that this document came from" }]);
    document["tags"] = json!([
        { "name": "Flows", "description": "One attempt by one person, step by step" },
        { "name": "Telephony", "description": "For the telephony provider, where one is configured: nobody else can sign" },
        { "name": "Server", "description": "The server itself, and no person" },
    ]);
    document["components"] = json!({
        "schemas": schemas::all(),
        "responses": problems::responses(),
        "headers": headers(),
        "securitySchemes": {
            "flow": {
                "type": "http",
                "scheme": "bearer",
                "description": "The flow's own token, from the answer that began it or the last one that brought another.",
            },
            "provider": {
                "type": "apiKey",
                "in": "header",
                "name": "X-Twilio-Signature",
                "description": "The provider's signature over the address as configured and the form, made with the account's auth token.",
            },
        },
    });
    never_cached(&mut document["components"]["responses"]);
    for operation in document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut).flat_map(members) {
        never_cached(&mut operation["responses"]);
        if let Some(body) = operation.get_mut("requestBody") {
            body["required"] = true.into();
        }
    }
    document
}

/// The document as a server below a path has it.
pub(super) fn document_below(path: &str) -> String {
    if path.is_empty() {
        return document().to_owned();
    }
    let mut document: Value = serde_json::from_str(document()).expect("the document is JSON");
    document["servers"][0]["url"] = path.into();
    document.to_string()
}

/// Every operation that the server has under some configuration.
fn operations() -> OpenApi {
    let mut operations = OpenApiBuilder::new().build();
    for part in [api().into_openapi(), hooks::api().into_openapi(), range::api().into_openapi()] {
        operations.merge(part);
    }
    operations
}

fn members(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_object_mut().into_iter().flat_map(Map::values_mut)
}

/// Adds the header that every response has, but for those that say otherwise.
fn never_cached(responses: &mut Value) {
    for response in members(responses).filter(|response| response.get("$ref").is_none()) {
        if response["headers"].get("Cache-Control").is_none() {
            response["headers"]["Cache-Control"] = reference("headers", "CacheControl");
        }
    }
}

fn headers() -> Value {
    let header = |description: &str, schema: Value| json!({ "description": description, "schema": schema });
    json!({
        "CacheControl": header("Nothing is kept by any cache", json!({ "const": "no-store" })),
        "RetryAfter": header("The time to wait, in seconds", json!({ "type": "integer", "minimum": 1 })),
        "WwwAuthenticate": header("The way to authenticate", json!({ "const": "Bearer" })),
        "Allow": header("The methods that the address takes", json!({ "type": "string" })),
    })
}

#[cfg(test)]
mod tests;
