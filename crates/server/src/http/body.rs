//! JSON bodies, read strictly: what a client meant must be beyond doubt.
//!
//! serde alone is too kind: it takes the last of two equal keys, an array in place of an object, and
//! an object in place of a word. So a body is first read as plain JSON without duplicate keys, then
//! as what the endpoint takes, and what was understood must be what was written.

use std::fmt;

use axum::{
    body::{Body, Bytes, HttpBody as _},
    http::{HeaderMap, header},
};
use http_body_util::BodyExt as _;
use regain_protocol::{MAX_BODY_BYTES, ProblemCode};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// Why a body is not taken, and what exactly is wrong, for developers.
pub(super) type Refused = (ProblemCode, &'static str);

/// Why a body is not taken that is longer than any that is asked for.
const TOO_LARGE: Refused = (ProblemCode::TooLarge, "a body has at most 16 KiB");

/// Reads a body of `application/json` up to [`MAX_BODY_BYTES`]. Of one that is refused no more is read.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refused> {
    if is_json(headers) {
        collect(body).await
    } else {
        Err((ProblemCode::UnsupportedMediaType, "Content-Type must be application/json, in UTF-8, not encoded"))
    }
}

/// The body, where it is not too large.
pub(super) async fn collect(mut body: Body) -> Result<Bytes, Refused> {
    // Where its length is said, nothing needs to be read to refuse it.
    if usize::try_from(body.size_hint().lower()).is_ok_and(|length| length > MAX_BODY_BYTES) {
        return Err(TOO_LARGE);
    }
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| (ProblemCode::Malformed, "the body ended early"))?;
        let Ok(data) = frame.into_data() else { continue };
        if read.len() + data.len() > MAX_BODY_BYTES {
            return Err(TOO_LARGE);
        }
        read.extend_from_slice(&data);
    }
    Ok(read.into())
}

/// Parses a body; `Malformed` if it is not of the type.
pub(super) fn parse<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, Refused> {
    let malformed = |_| (ProblemCode::Malformed, "not the JSON that this endpoint takes");
    let Strict(written) = serde_json::from_slice(bytes).map_err(malformed)?;
    let understood: T = T::deserialize(&written).map_err(malformed)?;
    let understood_again = serde_json::to_value(&understood).map_err(malformed)?;
    if is_what_was_written(&understood_again, &written) {
        Ok(understood)
    } else {
        Err((ProblemCode::Malformed, "a value is not of the type that this endpoint takes"))
    }
}

/// Tells if a value was understood as it was written. A member that is `null` may also be left out.
fn is_what_was_written(understood: &Value, written: &Value) -> bool {
    match (understood, written) {
        (Value::Object(understood), Value::Object(written)) => {
            understood.keys().all(|key| written.contains_key(key))
                && written.iter().all(|(key, value)| match understood.get(key) {
                    Some(understood) => is_what_was_written(understood, value),
                    None => value.is_null(),
                })
        }
        (Value::Array(understood), Value::Array(written)) => {
            understood.len() == written.len()
                && understood.iter().zip(written).all(|(one, other)| is_what_was_written(one, other))
        }
        (understood, written) => understood == written,
    }
}

/// Tells if the headers say `application/json`, in UTF-8 where they name a charset, and not compressed.
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(content_type), None) = (types.next(), types.next()) else { return false };
    let Ok(content_type) = content_type.to_str() else { return false };
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let utf8 = parts.filter(|part| !part.is_empty()).all(|part| {
        part.split_once('=').is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("charset") && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    });
    essence.eq_ignore_ascii_case("application/json") && utf8 && !headers.contains_key(header::CONTENT_ENCODING)
}

/// Any JSON without duplicate keys. How deep it may go, `serde_json` limits.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(element)) = elements.next_element()? {
            array.push(element);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let Strict(value) = members.next_value()?;
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("a key occurs twice"));
            }
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;
    use regain_protocol::{Answer, CreateFlow};

    use super::*;

    #[test]
    fn takes_what_is_meant() {
        for body in [
            r#"{"do":"identify","user_id":"ada","captcha":null}"#,
            r#" {"user_id":"ada","do":"identify"} "#,
            r#"{"do":"identify","user_id":"ada","captcha":{"id":null,"solution":"x"}}"#,
            r#"{"do":"resend"}"#,
            r#"{"do":"answer","answers":[{"question":"q","answer":"a"}]}"#,
            r#"{"do":"add","kind":"sms","role":"mobile","value":"+1"}"#,
        ] {
            assert!(parse::<Answer>(body.as_bytes()).is_ok(), "{body}");
        }
        assert!(parse::<CreateFlow>(br#"{"kind":"reset","locale":null}"#).is_ok());
    }

    #[test]
    fn refuses_what_is_not_what_it_takes() {
        let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
        let deep_member = format!(r#"{{"do":"resend","x":{deep}}}"#);
        for body in [
            "",
            "null",
            "[]",
            "{}",
            "\"resend\"",
            r#"{"do":"resend"} x"#,
            r#"{"do":"resend"}{"do":"resend"}"#,
            r#"{"do":"resend",}"#,
            r#"{"do":"nonsense"}"#,
            r#"{"do":null}"#,
            r#"{"do":"resend","extra":1}"#,
            r#"{"do":"resend","extra":null}"#,
            r#"{"do":"resend","do":"resend"}"#,
            r#"{"do":"verify","code":"1","code":"2"}"#,
            r#"{"do":"verify","code":123456}"#,
            r#"{"do":"verify","code":["1"]}"#,
            r#"{"do":"verify","code":null}"#,
            r#"{"do":"verify"}"#,
            r#"{"do":"verify","code":"\ud800"}"#,
            r#"["verify",{"code":"1"}]"#,
            r#"["verify","1"]"#,
            r#"{"do":"identify","user_id":"a","captcha":["i","s"]}"#,
            r#"{"do":"identify","user_id":"a","captcha":{"solution":"x","solution":"y"}}"#,
            r#"{"do":"identify","user_id":"a","captcha":{"solution":"x","more":null}}"#,
            r#"{"do":"answer","answers":[["q","a"]]}"#,
            r#"{"do":"answer","answers":{"0":{"question":"q","answer":"a"}}}"#,
            r#"{"do":"add","kind":"pigeon","value":"x"}"#,
            r#"{"do":"add","kind":{"sms":null},"value":"x"}"#,
            &deep,
            &deep_member,
        ] {
            assert!(parse::<Answer>(body.as_bytes()).is_err(), "{body}");
        }
        for body in [
            r#"{"kind":{"reset":null}}"#,
            r#"["reset",null,null,null]"#,
            r#"{"kind":"nonsense"}"#,
            r#"{"Kind":"reset"}"#,
        ] {
            assert!(parse::<CreateFlow>(body.as_bytes()).is_err(), "{body}");
        }
        assert!(parse::<Answer>(b"{\"do\":\"verify\",\"code\":\"\xff\"}").is_err());
        assert!(parse::<Answer>(b"\xef\xbb\xbf{\"do\":\"resend\"}").is_err());
    }

    #[test]
    fn content_types() {
        let with = |value: &'static str| {
            is_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))]))
        };
        for fine in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""] {
            assert!(with(fine), "{fine}");
        }
        for not in
            ["text/plain", "application/json; charset=latin1", "application/jsonp", "application/problem+json", ""]
        {
            assert!(!with(not), "{not}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = parse::<Answer>(&bytes);
        }
    }
}
