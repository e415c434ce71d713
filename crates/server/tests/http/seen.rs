//! Answers as an onlooker sees them, without the parts that differ in every flow and for every person.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::world::Got;

/// An answer as an onlooker sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

impl Seen {
    pub(crate) fn of(got: &Got) -> Self {
        let mut body = got.body.clone();
        without_what_always_differs(&mut body);
        let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or("?").to_owned();
        let headers = got.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
        // The length is that of masks and ids; where a flow was made holds its id; the date is that of the request.
        let headers = headers.filter(|(name, _)| !["content-length", "date", "location"].contains(&&**name));
        Self { status: got.status.as_u16(), headers: headers.collect(), body }
    }

    /// Of the ways on offer only those of one kind: who has which others is another matter.
    pub(crate) fn of_kind(mut self, kind: &str) -> Self {
        for pointer in ["/step/methods", "/flow/step/methods"] {
            if let Some(Value::Array(methods)) = self.body.pointer_mut(pointer) {
                methods.retain(|method| method["kind"] == kind);
            }
        }
        self
    }
}

/// Ids and tokens, and what a person has registered: how many of a kind, in which role, which questions.
fn without_what_always_differs(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match key.as_str() {
                    "id" | "token" | "reference" | "user_id" | "role" | "text" => {
                        *value = json!(value.as_str().map(|_| "…"));
                    }
                    // It follows from when the call began to ring, which is told anyway.
                    "call_again_at" => *value = json!(value.as_str().map(|_| "…")),
                    "masked" => *value = json!(value.as_str().map(form)),
                    _ => without_what_always_differs(value),
                }
                if key == "methods"
                    && let Value::Array(methods) = value
                {
                    methods.dedup();
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(without_what_always_differs),
        _ => {}
    }
}

/// The form of a mask: which characters are letters or digits. A top-level domain has any length.
pub(crate) fn form(masked: &str) -> String {
    let shown = match masked.rsplit_once('.') {
        Some((shown, top)) => {
            assert!(top.chars().all(char::is_alphanumeric), "{masked}");
            shown
        }
        None => masked,
    };
    let kind = |c: char| match c {
        c if c.is_ascii_digit() => '0',
        c if c.is_alphanumeric() => 'x',
        c => c,
    };
    shown.chars().map(kind).collect()
}
