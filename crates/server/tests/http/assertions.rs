//! People whom the host page's back end says to be signed in.

use std::sync::Arc;

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::future::join_all;
use jsonwebtoken::{EncodingKey, Header, encode};
use regain_server::assertion::crypto;
use serde_json::{Value, json};

use crate::{
    people::{ADA, DISABLED, MARY, NINA, NOBODY},
    proofs::{EVERYTHING, everything_and},
    world::{GOOD, Got, Session, World, post},
};

const OLD: &str = "the old password of mary";
const SECRET: &[u8] = b"a secret that the host page's back end shares with us";

pub(crate) fn believing() -> String {
    let secret = STANDARD.encode(SECRET);
    everything_and(&format!(
        "[assertions]\nissuer = \"https://www.example.com\"\nalgorithm = \"HS256\"\nsecret = \"{secret}\""
    ))
}

fn signed(claims: &Value, secret: &[u8]) -> String {
    crypto::install();
    encode(&Header::default(), claims, &EncodingKey::from_secret(secret)).expect("signs")
}

/// The back end's assertion of a person, with `other` claims in places.
fn assertion(world: &World, user_id: &str, id: &str, other: &Value) -> String {
    let now = world.now().as_second();
    let mut claims = json!({
        "iss": "https://www.example.com", "aud": "https://recover.example.com", "sub": user_id,
        "iat": now, "exp": now + 60, "jti": id,
    });
    for (name, value) in other.as_object().expect("an object") {
        claims[name] = value.clone();
    }
    signed(&claims, SECRET)
}

async fn begin(world: &World, kind: &str, token: &str) -> Got {
    world.send(post("/v1/flows", None, &json!({ "kind": kind, "assertion": token }))).await
}

/// Asks for a flow of somebody who is signed in.
pub(crate) async fn begin_with(world: &World, kind: &str, user_id: &str, id: &str) -> Got {
    begin(world, kind, &assertion(world, user_id, id, &json!({}))).await
}

pub(crate) async fn asserted(world: &World, kind: &str, user_id: &str, id: &str) -> Session {
    let got = begin_with(world, kind, user_id, id).await;
    assert_eq!(got.status, StatusCode::CREATED, "{got:?}");
    Session::of(&got)
}

fn is_refused(got: &Got) -> Value {
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/assertion");
    got.body["detail"].clone()
}

#[tokio::test]
async fn who_is_signed_in_gives_the_current_password_with_the_new_one() {
    let world = World::with(&believing()).await;
    let mut session = asserted(&world, "change", MARY, "1").await;
    let step = session.step();
    assert_eq!((&step["name"], &step["needs_current"]), (&json!("new_password"), &json!(true)));
    assert_eq!(step["user_id"], MARY);
    let set = |current: Value| json!({ "do": "set_password", "password": GOOD, "current": current });
    let got = session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/current");
    let got = session.answer(&world, set(json!(""))).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/current");
    session.answer(&world, set(json!("not it"))).await.is_problem(422, "wrong_password");
    let got = session.answer(&world, json!({ "do": "set_password", "password": OLD, "current": OLD })).await;
    let violations = got.is_problem(422, "password_refused").body["violations"].clone();
    assert!(violations.as_array().expect("a list").iter().any(|rule| rule["rule"] != "common"), "{violations}");
    let got = session.answer(&world, set(json!(OLD))).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    assert_eq!(session.step()["outcome"], "changed");
    assert!(world.signs_in(MARY, GOOD).await && !world.signs_in(MARY, OLD).await);
    assert_eq!(world.mail().await.len(), 2);
}

#[tokio::test]
async fn five_wrong_current_passwords_end_the_flow_and_count_with_those_of_others() {
    let world = World::with(&believing()).await;
    let wrong = json!({ "do": "set_password", "password": GOOD, "current": "not it" });
    let mut session = asserted(&world, "change", MARY, "1").await;
    for _ in 0..5 {
        session.answer(&world, wrong.clone()).await.is_problem(422, "wrong_password");
    }
    assert_eq!(session.step()["reason"], "too_many_attempts");
    let mut session = asserted(&world, "change", MARY, "2").await;
    for _ in 0..3 {
        session.answer(&world, wrong.clone()).await.is_problem(422, "wrong_password");
    }
    session.answer(&world, wrong).await.is_problem(429, "rate_limited");
    assert!(!world.signs_in(MARY, "not it").await && !world.signs_in(MARY, "not it").await);
    assert!(!world.signs_in(MARY, OLD).await, "eight here and two at the sign-in lock the account");
}

#[tokio::test]
async fn what_is_wrong_with_the_new_password_costs_no_try_and_tells_nothing_of_the_current_one() {
    let world = World::with(&merge(&believing(), "[password]\nhistory = 3")).await;
    let mut session = asserted(&world, "change", MARY, "1").await;
    for current in [OLD, "not it"] {
        let got =
            session.answer(&world, json!({ "do": "set_password", "password": "short", "current": current })).await;
        got.is_problem(422, "password_refused");
    }
    // Nobody without the current password is told that the new one is it.
    let got = session.answer(&world, json!({ "do": "set_password", "password": OLD, "current": "not it" })).await;
    assert_ne!(got.body["violations"], json!([{ "rule": "reused" }]), "{got:?}");
    assert!(world.signs_in(MARY, OLD).await);
}

fn merge(under: &str, over: &str) -> String {
    crate::world::merged(under, over)
}

#[tokio::test]
async fn an_assertion_is_good_once() {
    let world = World::with(&believing()).await;
    let token = assertion(&world, MARY, "only once", &json!({}));
    assert_eq!(begin(&world, "change", &token).await.status, StatusCode::CREATED);
    for wait in [0, 30, 29] {
        world.advance(wait);
        is_refused(&begin(&world, "change", &token).await);
        is_refused(&begin(&world, "register", &token).await);
    }
    let other = assertion(&world, MARY, "another", &json!({}));
    assert_eq!(begin(&world, "change", &other).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn of_many_at_once_one_is_taken() {
    let world = Arc::new(World::with(&believing()).await);
    let token = assertion(&world, MARY, "1", &json!({}));
    let got = join_all((0..20).map(|_| begin(&world, "change", &token))).await;
    assert_eq!(got.iter().filter(|got| got.status == StatusCode::CREATED).count(), 1);
}

#[tokio::test]
async fn a_repeat_of_the_same_request_gets_the_same_flow() {
    let world = World::with(&believing()).await;
    let token = assertion(&world, MARY, "1", &json!({}));
    let request = || {
        let mut request = post("/v1/flows", None, &json!({ "kind": "change", "assertion": token }));
        request.headers_mut().insert("idempotency-key", "the-same".parse().expect("a value"));
        request
    };
    let (first, again) = (world.send(request()).await, world.send(request()).await);
    assert_eq!((first.status, &first.body), (StatusCode::CREATED, &again.body));
}

#[tokio::test]
async fn whatever_is_wrong_with_it_reads_the_same() {
    let world = World::with(&believing()).await;
    let now = world.now().as_second();
    let mut tokens = vec![
        signed(&json!({ "sub": MARY }), b"of somebody else"),
        String::new(),
        "a.b.c".to_owned(),
        "x".repeat(10_000),
        assertion(&world, NOBODY, "n", &json!({})),
        assertion(&world, DISABLED, "d", &json!({})),
        assertion(&world, "grace@example.com", "no password", &json!({})),
    ];
    for (id, other) in [
        json!({ "aud": "https://elsewhere.example.com" }),
        json!({ "iss": "https://elsewhere.example.com" }),
        json!({ "iat": now - 600, "exp": now - 540 }),
        json!({ "iat": now + 600, "exp": now + 660 }),
        json!({ "exp": now + 100_000 }),
        json!({ "jti": "" }),
    ]
    .iter()
    .enumerate()
    {
        tokens.push(assertion(&world, MARY, &format!("bad {id}"), other));
    }
    let details: Vec<_> = {
        let mut details = Vec::new();
        for token in &tokens {
            details.push(is_refused(&begin(&world, "change", token).await));
        }
        details
    };
    assert!(details.windows(2).all(|two| two[0] == two[1]), "{details:?}");
    let good = assertion(&world, MARY, "good", &json!({}));
    let of_another = json!({ "kind": "change", "assertion": good, "user_id": ADA });
    is_refused(&world.send(post("/v1/flows", None, &of_another)).await);
    let of_the_same = json!({ "kind": "change", "assertion": good, "user_id": "MARY@example.com" });
    assert_eq!(world.send(post("/v1/flows", None, &of_the_same)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn nobodys_word_counts_where_none_is_configured_or_it_is_not_asked_for() {
    let world = World::with(EVERYTHING).await;
    is_refused(&begin(&world, "change", &assertion(&world, MARY, "1", &json!({}))).await);
    let world = World::with(&believing()).await;
    for kind in ["reset", "unlock"] {
        is_refused(&begin(&world, kind, &assertion(&world, MARY, kind, &json!({}))).await);
    }
}

#[tokio::test]
async fn registering_takes_one_proof_more_or_the_password_of_who_has_none() {
    let world = World::with(&believing()).await;
    let mut session = asserted(&world, "register", MARY, "1").await;
    assert_eq!(session.step_name(), "choose_method");
    assert_eq!(session.flow["gate"], json!({ "index": 1, "of": 1 }));
    session.prove(&world, "sms").await;
    assert_eq!(session.step_name(), "security_info");

    let mut session = asserted(&world, "register", NINA, "2").await;
    assert_eq!((session.step_name(), &session.step()["user_id"]), ("sign_in", &json!(NINA)));
    let somebody_else = json!({ "do": "sign_in", "user_id": ADA, "password": "the old password of Ada" });
    session.answer(&world, somebody_else).await.is_problem(422, "wrong_password");
    let got = session
        .answer(&world, json!({ "do": "sign_in", "user_id": NINA, "password": "the old password of nina" }))
        .await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    assert_eq!(session.step_name(), "security_info");
}
