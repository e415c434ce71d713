//! The hooks of the telephony provider, as the contract describes them.

use serde_json::{Value, json};

use super::{common, responses};

const VOICE: &str = "\
Without `status` somebody is on the line: they answered, or pressed a key (`Digits`); the answer says what the \
voice does next. With it, `CallStatus` says how the call stands. What is repeated, late or about no call of \
ours changes nothing.";

/// `/v1/hooks/voice`
pub(super) fn voice() -> Value {
    let says = json!({
        "description": "What the voice says, in the provider's markup",
        "headers": common(),
        "content": { "text/xml": { "schema": { "type": "string" } } },
    });
    json!({
        "post": {
            "operationId": "hearOfCall",
            "tags": ["Telephony"],
            "summary": "What the telephony provider tells of a call, and what the voice says next",
            "description": VOICE,
            "security": [{ "provider": [] }],
            "parameters": [
                parameter("call", true, "Which call, sealed by the server when it asked for it"),
                parameter("status", false, "Present where the request says how the call stands"),
            ],
            "requestBody": form(),
            "responses": signed(responses("200", &says, &["TooLarge", "Unavailable"])),
        },
    })
}

/// `/v1/hooks/sms`
pub(super) fn sms() -> Value {
    json!({
        "post": {
            "operationId": "hearOfText",
            "tags": ["Telephony"],
            "summary": "What became of a text message",
            "description": "It is logged and counted; nothing that a person sees depends on it.",
            "security": [{ "provider": [] }],
            "parameters": [parameter("message", true, "Which message, as the server's log names it")],
            "requestBody": form(),
            "responses": signed(responses("204", &noted(), &["TooLarge", "Unavailable"])),
        },
    })
}

fn parameter(name: &str, required: bool, description: &str) -> Value {
    let schema = json!({ "type": "string" });
    json!({ "name": name, "in": "query", "required": required, "description": description, "schema": schema })
}

/// The form that the provider sends.
fn form() -> Value {
    let schema = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    json!({ "required": true, "content": { "application/x-www-form-urlencoded": { "schema": schema } } })
}

/// Adds what every hook can answer: that it was noted, and that the signature is wrong.
fn signed(mut responses: Value) -> Value {
    responses["204"] = noted();
    responses["403"] = json!({ "description": "The signature is not the provider's", "headers": common() });
    responses
}

fn noted() -> Value {
    json!({ "description": "Noted", "headers": common() })
}
