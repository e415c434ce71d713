//! Problems in the document: each code is a component, and each operation names the codes that it answers with.

use std::collections::BTreeMap;

use regain_protocol::ProblemCode::{
    self, CaptchaFailed, CodeExpired, FlowEnded, Invalid, Malformed, MethodNotAllowed, NotFound, PasswordRefused,
    RateLimited, StepPassed, TooLarge, Unauthorized, Unavailable, UnsupportedMediaType, WrongAnswers, WrongCode,
    WrongPassword,
};
use serde_json::{Map, Value, json};
use utoipa::{
    IntoResponses,
    openapi::{ContentBuilder, Discriminator, OneOfBuilder, Ref, RefOr, Response, ResponseBuilder, Schema},
};

use super::names::{pascal, reference};

/// The codes that are the only one of their status somewhere: the responses that operations share.
const SHARED: [ProblemCode; 11] = [
    Malformed,
    Unauthorized,
    NotFound,
    MethodNotAllowed,
    StepPassed,
    FlowEnded,
    TooLarge,
    UnsupportedMediaType,
    Invalid,
    RateLimited,
    Unavailable,
];

/// Declares sets of problems, for the responses of operations.
macro_rules! sets {
    ($($(#[$comment:meta])* $name:ident: [$($code:ident),*];)*) => {$(
        $(#[$comment])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                by_status(&[$($code),*])
            }
        }
    )*};
}

sets! {
    /// Of whatever needs no flow.
    ServerProblems: [MethodNotAllowed, Unavailable];
    /// Of what may not be there.
    FileProblems: [NotFound, MethodNotAllowed, Unavailable];
    /// Of the lookup of breached passwords.
    RangeProblems: [NotFound, MethodNotAllowed, RateLimited, Unavailable];
    /// Of the provider's callbacks, which are there only where a provider is configured.
    CallbackProblems: [Malformed, NotFound, MethodNotAllowed, TooLarge, Unavailable];
    /// Of beginning a flow.
    CreateProblems: [
        Malformed, MethodNotAllowed, TooLarge, UnsupportedMediaType, Invalid, RateLimited, Unavailable
    ];
    /// Of looking at a flow and ending it.
    FlowProblems: [Unauthorized, MethodNotAllowed, Unavailable];
    /// Of answering a step.
    AnswerProblems: [
        Malformed, Unauthorized, MethodNotAllowed, StepPassed, FlowEnded, TooLarge, UnsupportedMediaType, WrongCode,
        CodeExpired, WrongAnswers, WrongPassword, CaptchaFailed, PasswordRefused, Invalid, RateLimited, Unavailable
    ];
}

fn by_status(codes: &[ProblemCode]) -> BTreeMap<String, RefOr<Response>> {
    let mut statuses: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
    for code in codes {
        statuses.entry(code.status()).or_default().push(*code);
    }
    statuses.into_iter().map(|(status, codes)| (status.to_string(), response(&codes))).collect()
}

/// The response of one status: a shared one where it has one code.
fn response(codes: &[ProblemCode]) -> RefOr<Response> {
    if let [code] = codes {
        return Ref::new(format!("#/components/responses/{}", component(*code))).into();
    }
    let words: Vec<_> = codes.iter().map(|code| format!("`{}`", word(*code))).collect();
    let path = |code: &ProblemCode| format!("#/components/schemas/{}", component(*code));
    let mapping: Vec<_> = codes.iter().map(|code| (word(*code), path(code))).collect();
    let one_of = codes.iter().fold(OneOfBuilder::new(), |one_of, code| one_of.item(Ref::new(path(code))));
    let one_of = Schema::OneOf(one_of.discriminator(Some(Discriminator::with_mapping("code", mapping))).build());
    let content = ContentBuilder::new().schema(Some(one_of)).build();
    ResponseBuilder::new().description(words.join(", ")).content("application/problem+json", content).build().into()
}

/// The responses that operations share.
pub(super) fn responses() -> Value {
    SHARED.iter().map(|code| (component(*code), shared(*code))).collect::<Map<_, _>>().into()
}

fn shared(code: ProblemCode) -> Value {
    let headers = match code {
        Unauthorized => json!({ "WWW-Authenticate": reference("headers", "WwwAuthenticate") }),
        MethodNotAllowed => json!({ "Allow": reference("headers", "Allow") }),
        RateLimited | Unavailable => json!({ "Retry-After": reference("headers", "RetryAfter") }),
        _ => json!({}),
    };
    json!({
        "description": format!("`{}`", word(code)),
        "headers": headers,
        "content": { "application/problem+json": { "schema": reference("schemas", &component(code)) } },
    })
}

/// Splits the schema of every problem by their codes: status and type are fixed by the code, and what comes with
/// one code only is a member of that one.
pub(super) fn split(problem: &Value, codes: &Value) -> Vec<(String, Value)> {
    let of = |described: &Value| {
        let word = described["const"].as_str().expect("each code is a word");
        let code: ProblemCode = serde_json::from_value(word.into()).expect("each code is known");
        let mut schema = problem.clone();
        schema["description"] = described["description"].clone();
        let (members, required) = (&mut schema["properties"], code_members(code));
        members["code"] = json!({ "type": "string", "const": word });
        members["status"] = json!({ "type": "integer", "const": code.status() });
        members["type"] = json!({ "type": "string", "const": format!("urn:regain:problem:{word}") });
        members["title"].as_object_mut().expect("a schema").remove("default");
        members.as_object_mut().expect("members").retain(|name, _| required.contains(&name.as_str()));
        if code == PasswordRefused {
            schema["required"].as_array_mut().expect("a list").push("violations".into());
        }
        (component(code), schema)
    };
    codes["oneOf"].as_array().into_iter().flatten().map(of).collect()
}

/// The members that a problem may have.
fn code_members(code: ProblemCode) -> &'static [&'static str] {
    match code {
        Unauthorized | NotFound | MethodNotAllowed => &["type", "title", "status", "detail", "code"],
        PasswordRefused => &["type", "title", "status", "detail", "code", "flow", "violations"],
        Invalid => &["type", "title", "status", "detail", "code", "flow", "pointer"],
        _ => &["type", "title", "status", "detail", "code", "flow"],
    }
}

/// The code as it is written on the wire.
fn word(code: ProblemCode) -> String {
    let word = serde_json::to_value(code).expect("a code is a word");
    word.as_str().expect("a code is a word").to_owned()
}

/// The name of a problem's component.
fn component(code: ProblemCode) -> String {
    format!("{}Problem", pascal(&word(code)))
}
