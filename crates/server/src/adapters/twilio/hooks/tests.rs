//! The hooks in process. Signatures are made with our own reading of them here; that it is the provider's
//! reading too, the contract tests show with its own library.

use std::sync::Mutex;

use async_trait::async_trait;
use axum::{body::to_bytes, http::Request};
use regain_protocol::MAX_BODY_BYTES;
use tower::ServiceExt as _;

use super::*;
use crate::{
    adapters::Twilio,
    config::PhoneConfig,
    ports::{CallRef, EventNotTaken, NotifyError, OsRng, Phone as _, PhoneCall},
};

const PUBLIC_URL: &str = "https://recover.example.com/way";

/// Writes down what it hears and answers as it is told to.
struct Listener {
    heard: Mutex<Vec<(CallRef, CallEvent)>>,
    answer: Mutex<Option<CallInstruction>>,
}

#[async_trait]
impl CallListener for Listener {
    async fn on_event(&self, call: &CallRef, event: CallEvent) -> Result<CallInstruction, EventNotTaken> {
        self.heard.lock().expect("not poisoned").push((call.clone(), event));
        self.answer.lock().expect("not poisoned").ok_or(EventNotTaken)
    }
}

struct World {
    hooks: Hooks,
    listener: Arc<Listener>,
    call: CallRef,
}

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl World {
    fn new() -> Self {
        let listener =
            Arc::new(Listener { heard: Mutex::default(), answer: Mutex::new(Some(CallInstruction::Listening)) });
        let hooks = Hooks {
            public_url: PUBLIC_URL.into(),
            auth_token: "the token".into(),
            keys: Keys::derive(&Secret::new(vec![7; 32])),
            organisation: "Fish & Chips".into(),
            calls: Arc::clone(&listener) as _,
            undelivered: Counter::default(),
        };
        Self { hooks, listener, call: CallRef { flow_id: "f1".into(), call_id: "c1".into() } }
    }

    fn answers(&self, answer: Option<CallInstruction>) {
        *self.listener.answer.lock().expect("not poisoned") = answer;
    }

    /// Takes the events so far.
    fn on_event(&self) -> Vec<CallEvent> {
        let heard = std::mem::take(&mut *self.listener.heard.lock().expect("not poisoned"));
        assert!(heard.iter().all(|(call, _)| *call == self.call), "{heard:?}");
        heard.into_iter().map(|(_, event)| event).collect()
    }

    /// The path and query of the call, as an address has them.
    fn voice(&self) -> String {
        self.voice_sealed_with(&self.hooks.keys)
    }

    fn voice_sealed_with(&self, keys: &Keys) -> String {
        let line = OnTheLine { call: self.call.clone(), locale: "en".into() };
        format!("{VOICE}?call={}", line.seal(keys, &OsRng))
    }

    async fn send(&self, request: Request<Body>) -> Got {
        let response = routes(self.hooks.clone()).oneshot(request).await.expect("answers");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        Got { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.into()).expect("text") }
    }

    /// As the provider says it.
    async fn says(&self, path: &str, form: &[(&str, &str)]) -> Got {
        self.send(signed(&self.hooks.auth_token, path, form)).await
    }
}

fn encoded(form: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

fn unsigned(path: &str) -> axum::http::request::Builder {
    Request::post(path)
        .header(header::HOST, "attacker.example")
        .header("x-forwarded-host", "attacker.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
}

fn signed(token: &Secret<String>, path: &str, form: &[(&str, &str)]) -> Request<Body> {
    let signature = signature::sign(token, &format!("{PUBLIC_URL}{path}"), &pairs(encoded(form).as_bytes()));
    unsigned(path).header(SIGNATURE, signature).body(Body::from(encoded(form))).expect("a request")
}

#[tokio::test]
async fn a_call_is_spoken_through() {
    let world = World::new();
    let path = world.voice();
    let got = world.says(&path, &[("CallStatus", "in-progress"), ("To", "+14255550123")]).await;
    assert_eq!(
        (got.status, &got.headers[header::CONTENT_TYPE]),
        (StatusCode::OK, &"text/xml; charset=utf-8".parse().expect("a value"))
    );
    assert_eq!(got.headers[header::CACHE_CONTROL], "no-store");
    assert!(got.text.contains("Fish &amp; Chips") && got.text.contains("<Gather"), "{}", got.text);
    assert_eq!(world.on_event(), [CallEvent::Answered]);

    world.answers(Some(CallInstruction::WrongKey));
    let got = world.says(&path, &[("Digits", "5")]).await;
    assert!(got.text.contains("<Gather") && !got.text.contains("Fish"), "{}", got.text);
    assert_eq!(world.on_event(), [CallEvent::Key('5')]);

    world.answers(Some(CallInstruction::Proved));
    let got = world.says(&path, &[("Digits", "#")]).await;
    assert!(!got.text.contains("<Gather") && got.text.ends_with("<Hangup/></Response>"), "{}", got.text);
    assert_eq!(world.on_event(), [CallEvent::Key('#')]);
}

#[tokio::test]
async fn what_is_late_or_repeated_is_answered_politely() {
    let world = World::new();
    world.answers(Some(CallInstruction::Over));
    let path = world.voice();
    for form in [&[][..], &[("Digits", "#")], &[("Digits", "")]] {
        let got = world.says(&path, form).await;
        assert_eq!(got.status, StatusCode::OK);
        assert!(!got.text.contains("<Gather") && got.text.contains("<Hangup/>"), "{}", got.text);
    }
    assert_eq!(world.on_event(), [CallEvent::Answered, CallEvent::Key('#'), CallEvent::Answered]);
    assert_eq!(
        world.says(&format!("{path}&status=1"), &[("CallStatus", "completed")]).await.status,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn a_bad_moment_of_the_server_does_not_end_the_call() {
    let world = World::new();
    world.answers(None);
    let path = world.voice();
    for form in [&[][..], &[("Digits", "#")]] {
        let got = world.says(&path, form).await;
        assert!(got.status == StatusCode::OK && got.text.contains("<Gather"), "{}", got.text);
    }
    let got = world.says(&format!("{path}&status=1"), &[("CallStatus", "ringing")]).await;
    assert_eq!(got.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn how_a_call_stands() {
    let world = World::new();
    let path = format!("{}&status=1", world.voice());
    for (status, event) in [
        ("queued", None),
        ("initiated", None),
        ("ringing", Some(CallEvent::Ringing)),
        ("in-progress", Some(CallEvent::Answered)),
        ("busy", Some(CallEvent::Over)),
        ("no-answer", Some(CallEvent::Over)),
        ("canceled", Some(CallEvent::Over)),
        ("completed", Some(CallEvent::Over)),
        ("failed", Some(CallEvent::Withheld)),
        ("dancing", None),
        ("", None),
    ] {
        // A key that stands in such a callback was pressed earlier.
        let got = world.says(&path, &[("CallStatus", status), ("Digits", "#")]).await;
        assert_eq!((got.status, got.text.as_str()), (StatusCode::NO_CONTENT, ""), "{status}");
        assert_eq!(world.on_event(), Vec::from_iter(event), "{status}");
    }
    assert_eq!(world.says(&path, &[]).await.status, StatusCode::NO_CONTENT);
    assert!(world.on_event().is_empty());
}

#[tokio::test]
async fn what_is_forged_is_refused_and_changes_nothing() {
    let world = World::new();
    let token = &world.hooks.auth_token;
    let path = world.voice();
    let other = World { call: CallRef { flow_id: "f2".into(), call_id: "c2".into() }, ..World::new() }.voice();
    let pound = &[("Digits", "#")];
    let with = |signature: &[&str]| {
        let mut request = unsigned(&path);
        for signature in signature {
            request = request.header(SIGNATURE, *signature);
        }
        request.body(Body::from(encoded(pound))).expect("a request")
    };
    let moved = |from: &Request<Body>, path: &str, body: String| {
        let signature = from.headers()[SIGNATURE].clone();
        unsigned(path).header(SIGNATURE, signature).body(Body::from(body)).expect("a request")
    };
    let good = signed(token, &path, pound);
    let signature = good.headers()[SIGNATURE].to_str().expect("text").to_owned();
    for (what, request) in [
        ("no signature", with(&[])),
        ("an empty one", with(&[""])),
        ("not one", with(&["nonsense"])),
        ("two of them", with(&[&signature, &signature])),
        ("another token's", signed(&"another token".into(), &path, pound)),
        ("an empty token's", signed(&"".into(), &path, pound)),
        ("another key", moved(&good, &path, encoded(&[("Digits", "1")]))),
        ("a key more", moved(&good, &path, encoded(&[("Digits", "#"), ("Digits", "1")]))),
        ("no form", moved(&good, &path, String::new())),
        ("another call", moved(&good, &other, encoded(pound))),
        ("another meaning", moved(&good, &format!("{path}&status=1"), encoded(pound))),
        ("another hook", moved(&good, &path.replace(VOICE, SMS), encoded(pound))),
        ("the address in the Host header", {
            let address = format!("https://attacker.example{path}");
            with(&[&signature::sign(token, &address, &pairs(encoded(pound).as_bytes()))])
        }),
    ] {
        let got = world.send(request).await;
        assert_eq!((got.status, got.text.as_str()), (StatusCode::FORBIDDEN, ""), "{what}");
    }
    assert!(world.on_event().is_empty());
    assert_eq!(world.send(good).await.status, StatusCode::OK, "and as it was signed it is taken");
    assert_eq!(world.on_event(), [CallEvent::Key('#')]);
}

#[tokio::test]
async fn a_call_that_is_none_of_ours_is_nobodys() {
    let world = World::new();
    let foreign = world.voice_sealed_with(&Keys::derive(&Secret::new(vec![8; 32])));
    let queued = world.hooks.keys.seal(&OsRng, "message:m1", &Secret::new(b"{}".to_vec()));
    for path in [foreign, format!("{VOICE}?call={queued}"), format!("{VOICE}?call="), format!("{VOICE}?x=1")] {
        let got = world.says(&path, &[("Digits", "#")]).await;
        assert!(got.status == StatusCode::OK && got.text.contains("<Hangup/>"), "{path}: {}", got.text);
        let got = world.says(&format!("{path}&status=1"), &[("CallStatus", "ringing")]).await;
        assert_eq!(got.status, StatusCode::NO_CONTENT, "{path}");
    }
    assert!(world.on_event().is_empty());
}

#[tokio::test]
async fn texts_that_were_not_delivered_are_counted() {
    let world = World::new();
    let path = format!("{SMS}?message=m1");
    for (status, count) in [("sent", 0), ("undelivered", 1), ("delivered", 1), ("failed", 2)] {
        let got = world.says(&path, &[("MessageStatus", status), ("ErrorCode", "30003"), ("To", "+14255550123")]).await;
        assert_eq!((got.status, got.text.as_str()), (StatusCode::NO_CONTENT, ""), "{status}");
        assert_eq!(world.hooks.undelivered.get(), count, "{status}");
    }
    let forged = signed(&"another token".into(), &path, &[("MessageStatus", "failed")]);
    assert_eq!(world.send(forged).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.hooks.undelivered.get(), 2);
    assert!(world.on_event().is_empty());
}

#[tokio::test]
async fn what_is_too_large_or_not_posted_is_not_read() {
    let world = World::new();
    for path in [world.voice(), format!("{SMS}?message=m1")] {
        let large = "x".repeat(MAX_BODY_BYTES);
        let got = world.says(&path, &[("Digits", &large)]).await;
        assert_eq!(got.status, StatusCode::PAYLOAD_TOO_LARGE);
        for method in ["GET", "PUT", "DELETE"] {
            let request = Request::builder().method(method).uri(&path).body(Body::empty()).expect("a request");
            assert_eq!(world.send(request).await.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        }
    }
    assert!(world.on_event().is_empty());
}

#[tokio::test]
async fn without_a_number_to_call_from_there_are_no_calls() {
    let keys = Keys::derive(&Secret::new(vec![7; 32]));
    let roots = crate::adapters::TrustedRoots::load(None).expect("loads");
    let twilio =
        Twilio::new(&PhoneConfig::default(), &roots, PUBLIC_URL, keys, Arc::new(OsRng)).expect("can be set up");
    let reference = CallRef { flow_id: "f1".into(), call_id: "c1".into() };
    let call = PhoneCall { reference, to: "+14255550123".into(), locale: "en".into() };
    assert!(matches!(twilio.call(&call).await, Err(NotifyError::Refused(_))));
}
