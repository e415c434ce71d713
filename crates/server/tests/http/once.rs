//! `Idempotency-Key`.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use futures_util::future::join_all;
use serde_json::json;

use crate::{
    counters::wrong,
    world::{GOOD, Session, World, post},
};

pub(crate) fn keyed(mut request: Request<Body>, key: &str) -> Request<Body> {
    request.headers_mut().insert("idempotency-key", key.parse().expect("a value"));
    request
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_acts_once() {
    let world = World::new().await;
    let create = || keyed(post("/v1/flows", None, &json!({ "kind": "reset" })), "create-1");
    let first = world.send(create()).await;
    let again = world.send(create()).await;
    assert_eq!((first.status, &first.bytes, &first.headers), (again.status, &again.bytes, &again.headers));
    assert!(first.headers.contains_key("location"));

    let mut session = Session::of(&first);
    for answer in [
        json!({ "do": "identify", "user_id": "ada@example.com" }),
        json!({ "do": "choose", "method": "" }),
        json!({ "do": "verify", "code": "" }),
        json!({ "do": "set_password", "password": GOOD }),
    ] {
        let answer = match answer["do"].as_str() {
            Some("choose") => json!({ "do": "choose", "method": session.methods()[0] }),
            Some("verify") => json!({ "do": "verify", "code": world.code().await.expect("one code") }),
            _ => answer,
        };
        let key = format!("key-{}", answer["do"]);
        let request = || keyed(session.request(&answer), &key);
        let first = world.send(request()).await;
        assert_eq!(first.status, StatusCode::OK, "{first:?}");
        let again = world.send(request()).await;
        assert_eq!((first.status, &first.bytes, &first.headers), (again.status, &again.bytes, &again.headers));
        session.follow(&first);
        let other = world.send(keyed(session.request(&json!({ "do": "ask_administrator" })), &key)).await;
        other.is_problem(422, "invalid");
        assert_eq!(other.body["flow"], session.flow);
    }
    assert_eq!(session.step_name(), "done");
    assert_eq!(world.mail().await.len(), 2, "one confirmation for each address");
}

#[tokio::test]
async fn the_repeat_of_a_proof_brings_the_same_new_token() {
    let world = World::new().await;
    let (session, code) = world.asked("ada@example.com").await;
    let answer = json!({ "do": "verify", "code": code });
    let first = world.send(keyed(session.request(&answer), "k")).await;
    let token = first.body["token"].as_str().expect("a token").to_owned();
    assert_ne!(token, session.token);
    let again = world.send(keyed(session.request(&answer), "k")).await;
    assert_eq!(again.bytes, first.bytes);

    let mut forged = session.clone();
    forged.token = "nonsense".into();
    world.send(keyed(forged.request(&answer), "k")).await.is_problem(401, "unauthorized");
    world.send(session.request(&answer)).await.is_problem(401, "unauthorized");
    world.send(keyed(session.request(&answer), "another")).await.is_problem(401, "unauthorized");
}

#[tokio::test]
async fn a_wrong_code_that_is_repeated_costs_one_try() {
    let world = World::new().await;
    let (mut session, code) = world.asked("ada@example.com").await;
    let first = world.send(keyed(session.request(&wrong(&code)), "k")).await;
    for _ in 0..10 {
        let again = world.send(keyed(session.request(&wrong(&code)), "k")).await;
        assert_eq!((again.status, &again.bytes), (first.status, &first.bytes));
        again.is_problem(422, "wrong_code");
    }
    session.follow(&first);
    assert_eq!(session.step()["tries_left"], 4);
    assert_eq!(session.show(&world).await.body, session.flow);
    let other = world.send(keyed(session.request(&json!({ "do": "verify", "code": code })), "k")).await;
    other.is_problem(422, "invalid");
    world.send(keyed(session.request(&json!({ "do": "verify" })), "k")).await.is_problem(422, "invalid");
}

#[tokio::test]
async fn what_changed_nothing_is_decided_again() {
    let world = World::new().await;
    let (session, _) = world.asked("ada@example.com").await;
    let resend = || keyed(session.request(&json!({ "do": "resend" })), "k");
    world.send(resend()).await.is_problem(429, "rate_limited");
    world.advance(30);
    assert_eq!(world.send(resend()).await.status, StatusCode::OK);
    assert_eq!(world.send(resend()).await.status, StatusCode::OK);
    assert_eq!(world.mail().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn equal_requests_at_once_act_once_and_all_get_the_answer() {
    let world = Arc::new(World::new().await);
    let (session, code) = world.asked("ada@example.com").await;
    let send = |request: Request<Body>| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.send(request).await })
    };
    let answer = json!({ "do": "verify", "code": code });
    let all = join_all((0..30).map(|_| send(keyed(session.request(&answer), "k")))).await;
    let all: Vec<_> = all.into_iter().map(|got| got.expect("no panic")).collect();
    assert!(all.iter().all(|got| got.status == StatusCode::OK && got.bytes == all[0].bytes), "{all:?}");
    let mut session = session;
    session.follow(&all[0]);

    let answer = json!({ "do": "set_password", "password": GOOD });
    let all = join_all((0..10).map(|_| send(keyed(session.request(&answer), "p")))).await;
    let all: Vec<_> = all.into_iter().map(|got| got.expect("no panic")).collect();
    assert!(all.iter().all(|got| got.status == StatusCode::OK && got.bytes == all[0].bytes), "{all:?}");

    let create = || send(keyed(post("/v1/flows", None, &json!({ "kind": "reset" })), "c"));
    let all = join_all((0..10).map(|_| create())).await;
    let all: Vec<_> = all.into_iter().map(|got| got.expect("no panic")).collect();
    assert!(all.iter().all(|got| got.status == StatusCode::CREATED && got.bytes == all[0].bytes), "{all:?}");
}

#[tokio::test]
async fn keys_are_visible_ascii_and_belong_to_one_network() {
    let world = World::new().await;
    let create = |key: &str| keyed(post("/v1/flows", None, &json!({ "kind": "reset" })), key);
    for bad in ["", "a b", &"k".repeat(256)] {
        world.send(create(bad)).await.is_problem(422, "invalid");
    }
    assert_eq!(world.send(create(&"k".repeat(255))).await.status, StatusCode::CREATED);
    let mine = world.send(create("1")).await;
    let theirs = world.send_from("198.51.100.7:1", create("1")).await;
    assert_ne!(mine.body["flow"]["id"], theirs.body["flow"]["id"]);
    let other = keyed(post("/v1/flows", None, &json!({ "kind": "reset", "locale": "de" })), "1");
    world.send(other).await.is_problem(422, "invalid");
}
