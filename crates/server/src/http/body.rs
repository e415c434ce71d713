//! JSON bodies, read strictly: what a client meant must be beyond doubt.
//!
//! serde alone is too kind: it takes the last of two equal keys, an array in place of an object, and
//! an object in place of a word. So a body is first read as plain JSON without duplicate keys, then
//! as what the endpoint takes, and what was understood must be what was written.
//!
//! A password may be in a body: its bytes and what is read of them are overwritten once they are not needed any more.

use std::{collections::BTreeMap, fmt, mem};

use axum::{
    body::{Body, HttpBody as _},
    http::{HeaderMap, header},
};
use http_body_util::BodyExt as _;
use regain_protocol::{MAX_BODY_BYTES, ProblemCode, Secret};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;
use zeroize::{Zeroize as _, Zeroizing};

/// Why a body is not taken, and what exactly is wrong, for developers.
pub(super) type Refused = (ProblemCode, &'static str);

/// Why a body is not taken that is longer than any that is asked for.
const TOO_LARGE: Refused = (ProblemCode::TooLarge, "a body has at most 16 KiB");

/// Reads a body of `application/json` up to [`MAX_BODY_BYTES`]. Of one that is refused no more is read.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Secret<Vec<u8>>, Refused> {
    if is_json(headers) {
        collect(body).await
    } else {
        Err((ProblemCode::UnsupportedMediaType, "Content-Type must be application/json, in UTF-8, not encoded"))
    }
}

/// The body, where it is not too large.
pub(crate) async fn collect(mut body: Body) -> Result<Secret<Vec<u8>>, Refused> {
    let length = body.size_hint();
    // A body that says its length is refused without being read.
    if usize::try_from(length.lower()).is_ok_and(|length| length > MAX_BODY_BYTES) {
        return Err(TOO_LARGE);
    }
    // Room for all of it, so that growing leaves no copy behind.
    let room = length.upper().and_then(|length| usize::try_from(length).ok()).unwrap_or(MAX_BODY_BYTES);
    let mut read = Zeroizing::new(Vec::with_capacity(room.min(MAX_BODY_BYTES)));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| (ProblemCode::Malformed, "the body ended early"))?;
        let Ok(data) = frame.into_data() else { continue };
        if read.len() + data.len() > MAX_BODY_BYTES {
            return Err(TOO_LARGE);
        }
        read.extend_from_slice(&data);
    }
    Ok(Secret::new(mem::take(&mut *read)))
}

/// Parses a body; `Malformed` if it is not of the type.
pub(super) fn parse<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, Refused> {
    let malformed = |_| (ProblemCode::Malformed, "not the JSON that this endpoint takes");
    let written: Strict = serde_json::from_slice(bytes).map_err(malformed)?;
    let understood: T = T::deserialize(&written.0).map_err(malformed)?;
    let understood_again = Strict(serde_json::to_value(&understood).map_err(malformed)?);
    if is_what_was_written(&understood_again.0, &written.0) {
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

/// Any JSON without duplicate keys, overwritten on drop. How deep it may go, `serde_json` limits.
struct Strict(Value);

impl Strict {
    fn into_value(mut self) -> Value {
        mem::take(&mut self.0)
    }
}

impl Drop for Strict {
    fn drop(&mut self) {
        overwrite(&mut self.0);
    }
}

fn overwrite(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(elements) => elements.iter_mut().for_each(overwrite),
        Value::Object(members) => members.values_mut().for_each(overwrite),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Strict, A::Error> {
        let mut array = Vec::new();
        while let Some(element) = elements.next_element::<Strict>()? {
            array.push(element);
        }
        Ok(Strict(array.into_iter().map(Strict::into_value).collect()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Strict, A::Error> {
        let mut object = BTreeMap::new();
        while let Some(key) = members.next_key::<String>()? {
            if object.insert(key, members.next_value::<Strict>()?).is_some() {
                return Err(A::Error::custom("a key occurs twice"));
            }
        }
        Ok(Strict(object.into_iter().map(|(key, value)| (key, value.into_value())).collect()))
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

    /// Number of places in this process's heap that hold the text, which is given with every bit turned so that it is
    /// not found where it is asked for.
    #[cfg(target_os = "linux")]
    fn places_of(turned: &[u8]) -> usize {
        use std::{
            fs,
            io::{Read as _, Seek as _, SeekFrom},
        };

        let mut memory = fs::File::open("/proc/self/mem").expect("this process's memory");
        let maps = fs::read_to_string("/proc/self/maps").expect("this process's memory");
        let mut found = 0;
        let mut part = vec![0; 1 << 16];
        let own = part.as_ptr().addr()..part.as_ptr().addr() + part.len();
        for line in maps.lines().filter(|line| line.contains(" rw") && !line.contains("[v")) {
            let range = line.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
            let at = |text| usize::from_str_radix(text, 16).expect("an address");
            // This thread's stack is overwritten by the next calls; a vector register may have been put there.
            if (at(range.0)..at(range.1)).contains(&std::ptr::from_ref(&found).addr()) {
                continue;
            }
            // A copy that lies across two parts is in both.
            for start in (at(range.0)..at(range.1)).step_by(part.len() - turned.len()) {
                memory.seek(SeekFrom::Start(start as u64)).expect("a place in it");
                // Other tests give memory back meanwhile.
                let length = memory.read(&mut part).unwrap_or_default();
                let mut place = 0;
                while let Some(next) = position(&part[place..length], !turned[0]) {
                    place += next;
                    let is_copy = part[place..length].len() >= turned.len()
                        && part[place..].iter().zip(turned).all(|(byte, turned)| *byte == !turned);
                    found += usize::from(is_copy && !own.contains(&(start + place)));
                    place += 1;
                }
                part.fill(0);
            }
        }
        found
    }

    /// The first place of a byte; the standard library's search is fast in a development build too.
    #[cfg(target_os = "linux")]
    fn position(bytes: &[u8], byte: u8) -> Option<usize> {
        use std::io::BufRead as _;

        let mut rest = bytes;
        let last = rest.skip_until(byte).expect("memory is read").checked_sub(1)?;
        (bytes[last] == byte).then_some(last)
    }

    /// D21: a copy of a password stayed behind for each way in which its body was read.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn d21_no_copy_of_a_password_is_left_of_a_body() {
        // The allocator overwrites freed memory at its beginning alone.
        let turned: Vec<u8> = (0..96_u8)
            .map(|n| !(b'!' + n.wrapping_mul(29) % 57))
            .filter(|byte| ![!b'"', !b'\\'].contains(byte))
            .collect();
        let end = &turned[40..];
        for (before, after) in [
            (r#"{"do":"set_password","current":null,"password":""#, r#""}"#),
            (r#"{"do":"set_password","password":""#, r#"","password":1}"#),
            (r#"{"do":"set_password","more":[""#, r#""]}"#),
            (r#"{"do":"set_password","more":[{"a":""#, r#"","a":1}]}"#),
        ] {
            let mut chunk = Vec::with_capacity(512);
            chunk.extend_from_slice(before.as_bytes());
            chunk.extend(turned.iter().map(|byte| !byte));
            chunk.extend_from_slice(after.as_bytes());
            // In several pieces, as the network brings it; the test's own are overwritten here.
            let pieces: Vec<Secret<Vec<u8>>> = chunk.chunks(50).map(|piece| Secret::new(piece.to_vec())).collect();
            chunk.zeroize();
            assert_eq!(places_of(end), 0, "the test has copies of its own");
            let frames = futures_util::stream::iter(
                pieces
                    .into_iter()
                    .map(|piece| Ok::<_, std::convert::Infallible>(axum::body::Bytes::from_owner(Piece(piece)))),
            );
            let bytes = collect(Body::from_stream(frames)).await.expect("a body");
            let answer = parse::<Answer>(bytes.expose());
            assert_eq!(answer.is_ok(), after == r#""}"#, "{before}…{after}");
            assert!(places_of(end) > 0, "what is held is not found");
            drop((bytes, answer));
            assert_eq!(places_of(end), 0, "{before}…{after}");
        }
    }

    struct Piece(Secret<Vec<u8>>);

    impl AsRef<[u8]> for Piece {
        fn as_ref(&self) -> &[u8] {
            self.0.expose()
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = parse::<Answer>(&bytes);
        }
    }
}
