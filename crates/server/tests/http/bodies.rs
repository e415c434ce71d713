//! Bodies are read strictly.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use futures_util::stream;

use crate::world::{Session, World, post};

fn raw(path: &str, token: Option<&str>, content_type: &str, body: impl Into<Body>) -> Request<Body> {
    let mut request = post(path, token, &serde_json::Value::Null);
    if content_type.is_empty() {
        request.headers_mut().remove("content-type");
    } else {
        request.headers_mut().insert("content-type", content_type.parse().expect("a value"));
    }
    *request.body_mut() = body.into();
    request
}

/// An answer's body as it goes to the one address of all answers: with its flow and its step.
fn addressed(session: &Session, body: &[u8]) -> Vec<u8> {
    let step = session.step()["id"].as_str().expect("an id");
    let Some(rest) = body.strip_prefix(b"{") else { return body.to_vec() };
    [format!(r#"{{"flow":"{}","step":"{step}","#, session.id).as_bytes(), rest].concat()
}

fn step(session: &Session) -> String {
    format!("/v1/flows/{}/steps/{}", session.id, session.step()["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn what_is_not_the_json_of_an_answer_is_malformed_and_changes_nothing() {
    let world = World::new().await;
    let session = world.begin().await;
    let deep = format!(r#"{{"do":"identify","user_id":"a","captcha":{}1{}}}"#, "[".repeat(2000), "]".repeat(2000));
    let table: Vec<&[u8]> = vec![
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{",
        b"\"identify\"",
        br#"{"do":"identify"}"#,
        br#"{"do":"identify","user_id":null}"#,
        br#"{"do":"identify","user_id":7}"#,
        br#"{"do":"identify","user_id":["ada"]}"#,
        br#"{"do":"identify","user_id":"ada","user_id":"ada"}"#,
        br#"{"do":"identify","do":"identify","user_id":"ada"}"#,
        br#"{"do":"identify","user_id":"ada","extra":null}"#,
        br#"{"do":"identify","user_id":"ada","captcha":{"id":"i"}}"#,
        br#"{"do":"identify","user_id":"ada","captcha":["i","s"]}"#,
        br#"{"do":"identify","user_id":"ada","captcha":{"solution":"s","solution":"s"}}"#,
        br#"["identify",{"user_id":"ada"}]"#,
        br#"{"do":"identify","user_id":"ada"} trailing"#,
        br#"{"do":"identify","user_id":"ada"}{}"#,
        br#"{"do":"dance"}"#,
        br#"{"DO":"identify","user_id":"ada"}"#,
        b"{\"do\":\"identify\",\"user_id\":\"\xff\"}",
        b"\xef\xbb\xbf{\"do\":\"identify\",\"user_id\":\"ada\"}",
        b"{\"do\":\"identify\",\"user_id\":\"\\ud800\"}",
        b"{'do':'identify','user_id':'ada'}",
        deep.as_bytes(),
    ];
    for body in table {
        let shown = String::from_utf8_lossy(body).into_owned();
        let request = raw(&step(&session), Some(&session.token), "application/json", body.to_vec());
        let got = world.send(request).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{shown:?}: {got:?}");
        got.is_problem(400, "malformed");
        assert_eq!(got.body["flow"], session.flow, "{shown:?}");

        let body = addressed(&session, body);
        let got = world.send(raw("/v1/answers", Some(&session.token), "application/json", body)).await;
        got.is_problem(400, "malformed");
    }
    for (body, has_flow) in [(r#"{"do":"dance"}"#, true), (r#"{"do":"identify","user_id":7}"#, true), ("{}", false)] {
        let body = addressed(&session, body.as_bytes());
        let got = world.send(raw("/v1/answers", Some(&session.token), "application/json", body)).await;
        assert_eq!(got.is_problem(400, "malformed").body["flow"] == session.flow, has_flow);
    }
    for body in [r#"{"do":"new_captcha","flow":7,"step":"x"}"#, r#"{"do":"new_captcha","flow":"x"}"#] {
        let got = world.send(raw("/v1/answers", Some(&session.token), "application/json", body)).await;
        assert!(got.is_problem(400, "malformed").body.get("flow").is_none());
    }
}

#[tokio::test]
async fn what_is_not_the_json_of_a_beginning_is_malformed() {
    let world = World::new().await;
    for body in [
        "",
        "{}",
        r#"["reset"]"#,
        r#"["reset",null,null,null]"#,
        r#"{"kind":"nonsense"}"#,
        r#"{"kind":["reset"]}"#,
        r#"{"kind":{"reset":null}}"#,
        r#"{"kind":"reset","kind":"reset"}"#,
        r#"{"kind":"reset","locale":1}"#,
        r#"{"kind":"reset","token":"x"}"#,
    ] {
        let got = world.send(raw("/v1/flows", None, "application/json", body)).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{body}: {got:?}");
        got.is_problem(400, "malformed");
    }
}

#[tokio::test]
async fn only_json_is_taken() {
    let world = World::new().await;
    let session = world.begin().await;
    for content_type in ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"] {
        let body = r#"{"kind":"reset"}"#;
        world.send(raw("/v1/flows", None, content_type, body)).await.is_problem(415, "unsupported_media_type");
        let request = raw(&step(&session), Some(&session.token), content_type, body);
        world.send(request).await.is_problem(415, "unsupported_media_type");
        let request = raw("/v1/answers", Some(&session.token), content_type, body);
        world.send(request).await.is_problem(415, "unsupported_media_type");
    }
    for content_type in ["application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""] {
        let got = world.send(raw("/v1/flows", None, content_type, r#"{"kind":"reset"}"#)).await;
        assert_eq!(got.status, StatusCode::CREATED, "{got:?}");
    }
    let mut encoded = raw("/v1/flows", None, "application/json", r#"{"kind":"reset"}"#);
    encoded.headers_mut().insert("content-encoding", "gzip".parse().expect("a value"));
    world.send(encoded).await.is_problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn sixteen_kibibytes_are_the_most() {
    let world = World::new().await;
    let session = world.begin().await;
    let padded = |length: usize| {
        let body = r#"{"kind":"reset"}"#;
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    let got = world.send(raw("/v1/flows", None, "application/json", padded(16 * 1024))).await;
    assert_eq!(got.status, StatusCode::CREATED);
    world.send(raw("/v1/flows", None, "application/json", padded(16 * 1024 + 1))).await.is_problem(413, "too_large");
    let request = raw(&step(&session), Some(&session.token), "application/json", padded(1 << 20));
    world.send(request).await.is_problem(413, "too_large");
}

/// A body without an end, in pieces of this size with so much time before each; counts those that were taken.
fn endless(size: usize, pause: Duration) -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::default());
    let counter = Arc::clone(&taken);
    let pieces = stream::unfold((), move |()| {
        let counter = Arc::clone(&counter);
        async move {
            tokio::time::sleep(pause).await;
            counter.fetch_add(1, Ordering::SeqCst);
            Some((Ok::<_, std::io::Error>(vec![b' '; size]), ()))
        }
    });
    (Body::from_stream(pieces), taken)
}

#[tokio::test]
async fn d14_a_body_is_not_read_on_once_it_is_refused() {
    let world = World::new().await;
    let session = world.begin().await;
    let step = step(&session);
    for (path, token, content_type, status, pieces) in [
        ("/v1/flows", None, "application/json", 413, 17),
        ("/v1/answers", Some(&*session.token), "application/json", 413, 17),
        (&step, Some(&*session.token), "application/json", 413, 17),
        ("/v1/flows", None, "text/plain", 415, 0),
        ("/v1/answers", None, "application/json", 401, 0),
        (&step, None, "application/json", 401, 0),
        ("/v1/nowhere", None, "application/json", 404, 0),
    ] {
        let (body, taken) = endless(1024, Duration::ZERO);
        let got = world.send(raw(path, token, content_type, body)).await;
        assert_eq!(got.status.as_u16(), status, "{path}");
        assert_eq!(taken.load(Ordering::SeqCst), pieces, "{path} {content_type}");
    }
}

#[tokio::test]
async fn d14_a_body_is_not_read_on_once_its_request_was_given_up() {
    let world = World::new().await;
    let (body, taken) = endless(1, Duration::from_secs(1));
    tokio::time::pause();
    world.send(raw("/v1/flows", None, "application/json", body)).await.is_problem(503, "unavailable");
    let before = taken.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(taken.load(Ordering::SeqCst), before);
}
