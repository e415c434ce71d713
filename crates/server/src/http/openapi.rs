//! The contract as OpenAPI 3.1. The schemas come from the wire types themselves, so that the
//! document cannot say anything else than the code; the paths are written here.

use std::{collections::BTreeMap, sync::OnceLock};

use regain_protocol::{Answer, Config, CreateFlow, Flow, FlowAnswered, FlowCreated, Problem};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

mod hooks;
mod range;

/// Where the schemas are in the document.
const SCHEMAS: &str = "/components/schemas";

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
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Regain",
            "version": "1.0.0",
            "summary": "The reset API behind \"Can't access your account?\"",
            "description": INTRODUCTION,
            "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/", "description": "The server that this document came from" }],
        "tags": [
            { "name": "Flows", "description": "One attempt by one person, step by step" },
            { "name": "Telephony", "description": "For the telephony provider, where one is configured: nobody else can sign" },
            { "name": "Server", "description": "What is about the server and about no person" },
        ],
        "paths": with_hooks(paths()),
        "components": {
            "schemas": schemas(),
            "responses": problems(),
            "headers": headers(),
            "parameters": parameters(),
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
        },
    })
}

fn with_hooks(mut paths: Value) -> Value {
    paths["/v1/hooks/voice"] = hooks::voice();
    paths["/v1/hooks/sms"] = hooks::sms();
    paths["/v1/range/{prefix}"] = range::range();
    paths
}

const INTRODUCTION: &str = "\
A flow is one attempt by one person. The server answers everything the person does with the step that \
comes next, and a client shows it. Requests are read strictly: unknown members, duplicate keys and wrong \
types are refused. Answers are to be read leniently: a later version may add members, steps and codes.\n\n\
Until somebody has proved who they are, nothing in any answer depends on whether an account exists.";

fn paths() -> Value {
    let flow_id = json!({ "$ref": "#/components/parameters/FlowId" });
    let step_id = json!({ "$ref": "#/components/parameters/StepId" });
    let once = json!({ "$ref": "#/components/parameters/IdempotencyKey" });
    let open = json!([]);
    let flow = json!([{ "flow": [] }]);
    json!({
        "/v1/config": {
            "get": {
                "operationId": "getConfig",
                "tags": ["Server"],
                "summary": "What anyone may know before a flow",
                "security": open,
                "responses": responses("200", &content("What the first screen needs", "Config"), &["NotFound", "Unavailable"]),
            },
        },
        "/v1/flows": {
            "post": {
                "operationId": "createFlow",
                "tags": ["Flows"],
                "summary": "Begin a flow",
                "security": open,
                "parameters": [once],
                "requestBody": body("CreateFlow"),
                "responses": responses("201", &created(), &[
                    "Malformed", "TooLarge", "UnsupportedMediaType", "Unprocessable", "RateLimited", "Unavailable",
                ]),
            },
        },
        "/v1/flows/{flow_id}": {
            "parameters": [flow_id],
            "get": {
                "operationId": "getFlow",
                "tags": ["Flows"],
                "summary": "Look at a flow, to go on with it after a reload",
                "security": flow,
                "responses": responses("200", &content("The flow as it stands", "Flow"), &["Unauthorized", "Unavailable"]),
            },
            "delete": {
                "operationId": "cancelFlow",
                "tags": ["Flows"],
                "summary": "End a flow",
                "security": flow,
                "responses": responses("204", &json!({ "description": "It is over", "headers": common() }), &["Unauthorized", "Unavailable"]),
            },
        },
        "/v1/flows/{flow_id}/steps/{step_id}": {
            "parameters": [flow_id, step_id],
            "post": {
                "operationId": "answerStep",
                "tags": ["Flows"],
                "summary": "Say what the person did at a step",
                "security": flow,
                "parameters": [once],
                "requestBody": body("Answer"),
                "responses": responses("200", &content("The flow as it now stands", "FlowAnswered"), &[
                    "Malformed", "Unauthorized", "StepPassed", "FlowEnded", "TooLarge", "UnsupportedMediaType",
                    "Unprocessable", "RateLimited", "Unavailable",
                ]),
            },
        },
        "/openapi.json": {
            "get": {
                "operationId": "getContract",
                "tags": ["Server"],
                "summary": "This document",
                "security": open,
                "responses": responses("200", &json!({
                    "description": "OpenAPI 3.1",
                    "headers": common(),
                    "content": { "application/json": { "schema": { "type": "object" } } },
                }), &["NotFound"]),
            },
        },
        "/healthz": { "get": health("getHealth", "Whether the process runs") },
        "/readyz": { "get": health("getReadiness", "Whether what it depends on answers") },
        "/metrics": {
            "get": {
                "operationId": "getMetrics",
                "tags": ["Server"],
                "summary": "Counts of requests, as Prometheus reads them",
                "security": open,
                "responses": responses("200", &json!({
                    "description": "Counts",
                    "headers": common(),
                    "content": { "text/plain": { "schema": { "type": "string" } } },
                }), &["NotFound"]),
            },
        },
    })
}

fn health(id: &str, summary: &str) -> Value {
    let schema = json!({ "type": "object", "properties": { "status": { "const": "ok" } }, "required": ["status"] });
    let fine = json!({
        "description": "It does",
        "headers": common(),
        "content": { "application/json": { "schema": schema } },
    });
    json!({
        "operationId": id,
        "tags": ["Server"],
        "summary": summary,
        "security": [],
        "responses": responses("200", &fine, &["NotFound", "Unavailable"]),
    })
}

/// The problems that there are: the name here, the status, the words, the codes.
const PROBLEMS: [(&str, &str, &str); 11] = [
    ("Malformed", "400", "`malformed`: not JSON, or not the JSON that this endpoint takes"),
    ("Unauthorized", "401", "`unauthorized`: no such flow, or not its token; one is not told from the other"),
    ("NotFound", "404", "`not_found`: no such address"),
    ("MethodNotAllowed", "405", "`method_not_allowed`: the address does not take this method"),
    ("StepPassed", "409", "`step_passed`: not the current step, or it does not take this answer; with `flow`"),
    ("FlowEnded", "410", "`flow_ended`: the flow is over; with `flow`"),
    ("TooLarge", "413", "`too_large`: a body has at most 16 KiB"),
    ("UnsupportedMediaType", "415", "`unsupported_media_type`: not application/json"),
    (
        "Unprocessable",
        "422",
        "`wrong_code`, `code_expired`, `wrong_answers`, `wrong_password`, `captcha_failed`, `password_refused` (with \
         `violations`) or `invalid` (with `pointer`); with `flow` where there is one",
    ),
    ("RateLimited", "429", "`rate_limited`: too early or too often; with `flow` where there is one"),
    ("Unavailable", "503", "`unavailable`: something that the server depends on does not answer; nothing was changed"),
];

fn problems() -> Value {
    let problem = |(name, status, description): (&str, &str, &str)| {
        let mut headers = common();
        match status {
            "401" => headers["WWW-Authenticate"] = json!({ "$ref": "#/components/headers/WwwAuthenticate" }),
            "405" => headers["Allow"] = json!({ "$ref": "#/components/headers/Allow" }),
            "429" | "503" => headers["Retry-After"] = json!({ "$ref": "#/components/headers/RetryAfter" }),
            _ => {}
        }
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        let response = json!({
            "description": description,
            "headers": headers,
            "content": { "application/problem+json": { "schema": schema } },
        });
        (name.to_owned(), response)
    };
    Value::Object(PROBLEMS.into_iter().map(problem).collect())
}

/// The responses of an operation: the good one, its own problems, and the one that every address has.
fn responses(status: &str, good: &Value, problems: &[&str]) -> Value {
    let mut responses = Map::from_iter([(status.to_owned(), good.clone())]);
    for (name, status, _) in PROBLEMS {
        if problems.contains(&name) || name == "MethodNotAllowed" {
            responses.insert(status.to_owned(), json!({ "$ref": format!("#/components/responses/{name}") }));
        }
    }
    Value::Object(responses)
}

fn content(description: &str, schema: &str) -> Value {
    json!({
        "description": description,
        "headers": common(),
        "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } },
    })
}

fn created() -> Value {
    let mut created = content("The flow at its first step, and its token", "FlowCreated");
    created["headers"]["Location"] = json!({ "$ref": "#/components/headers/Location" });
    created
}

fn body(schema: &str) -> Value {
    json!({
        "required": true,
        "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } },
    })
}

/// The headers of every response.
fn common() -> Value {
    json!({ "Cache-Control": { "$ref": "#/components/headers/CacheControl" } })
}

fn headers() -> Value {
    let header = |description: &str, schema: Value| json!({ "description": description, "schema": schema });
    json!({
        "CacheControl": header("Nothing is kept by any cache", json!({ "const": "no-store" })),
        "Location": header("The flow's address", json!({ "type": "string", "format": "uri-reference" })),
        "RetryAfter": header("How long to wait, in seconds", json!({ "type": "integer", "minimum": 1 })),
        "WwwAuthenticate": header("How to authenticate", json!({ "const": "Bearer" })),
        "Allow": header("The methods that the address takes", json!({ "type": "string" })),
    })
}

fn parameters() -> Value {
    let opaque = json!({ "type": "string" });
    json!({
        "FlowId": { "name": "flow_id", "in": "path", "required": true, "description": "The flow's `id`", "schema": opaque },
        "StepId": {
            "name": "step_id",
            "in": "path",
            "required": true,
            "description": "The `id` of the step that is answered",
            "schema": opaque,
        },
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "Unique for what the person did. A repeat of the same request with the same key gets the \
                            first answer and acts once; another request with it is refused.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
        },
    })
}

/// The schemas of everything on the wire: what is read is described as it is read, what is written
/// as it is written.
fn schemas() -> Value {
    let mut all = Map::new();
    let read = SchemaSettings::draft2020_12().for_deserialize();
    all.extend(with(read, |generator| {
        named::<CreateFlow>(generator);
        named::<Answer>(generator);
    }));
    let written = SchemaSettings::draft2020_12().for_serialize();
    all.extend(with(written, |generator| {
        named::<Config>(generator);
        named::<Flow>(generator);
        named::<FlowCreated>(generator);
        named::<FlowAnswered>(generator);
        named::<Problem>(generator);
    }));
    all.sort_keys();
    Value::Object(all)
}

fn with(settings: SchemaSettings, add: impl FnOnce(&mut SchemaGenerator)) -> Map<String, Value> {
    let mut generator = settings.with(|settings| settings.definitions_path = SCHEMAS.into()).into_generator();
    add(&mut generator);
    generator.take_definitions(true)
}

fn named<T: JsonSchema>(generator: &mut SchemaGenerator) {
    let _ = generator.subschema_for::<T>();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_document_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == document(),
            "docs/openapi.json is not what the code says. Regenerate it: \
             cargo run -p regain-server -- openapi > docs/openapi.json"
        );
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(members) => {
                    for (key, value) in members {
                        match value {
                            Value::String(text) if key == "$ref" => found.push(text),
                            _ => references(value, found),
                        }
                    }
                }
                Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
                _ => {}
            }
        }
        let document = build();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 50);
        for reference in found {
            let pointer = reference.strip_prefix('#').expect("a reference within the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}
