//! Flows in which the whole destination is to be typed before anything is sent to it.

use axum::http::StatusCode;
use regain_server::ports::{CallEvent, CallInstruction};
use serde_json::{Value, json};

use crate::{
    people::{ADA, MARY, NOBODY},
    proofs::{EVERYTHING, called, only},
    seen::Seen,
    world::{World, merged},
};

fn asks_for_destinations(config: &str) -> String {
    merged(config, "[methods]\nconfirm_destination = true\n")
}

fn choose(method: &Value, destination: Option<&str>) -> Value {
    match destination {
        Some(destination) => json!({ "do": "choose", "method": method["id"], "destination": destination }),
        None => json!({ "do": "choose", "method": method["id"] }),
    }
}

#[tokio::test]
async fn the_right_destination_gets_the_code_however_it_is_written() {
    let config = asks_for_destinations(EVERYTHING);
    for (kind, written) in [
        ("email", " MARY@Example.net "),
        ("sms", "+1 (415) 555-0101"),
        ("sms", "0014155550101"),
        ("call", "+1.415.555.0101"),
    ] {
        let world = World::with(&config).await;
        let mut session = world.identified(MARY).await;
        let method = session.of_kind(kind)[0].clone();
        assert_eq!(method["confirm"], true);
        let got = session.answer(&world, choose(&method, Some(written))).await;
        assert_eq!(got.status, StatusCode::OK, "{written}: {got:?}");
        let sent = world.mail().await;
        assert!(sent.len() == 1 && sent[0].to.is_some(), "{written}");
    }
    let world = World::with(&config).await;
    let session = world.identified(MARY).await;
    for kind in ["questions", "authenticator"] {
        assert_eq!(session.of_kind(kind)[0]["confirm"], false, "{kind} goes nowhere");
    }
}

#[tokio::test]
async fn without_a_destination_nothing_is_chosen() {
    let world = World::with(&asks_for_destinations(EVERYTHING)).await;
    let mut session = world.identified(MARY).await;
    let before = session.flow.clone();
    let email = session.of_kind("email")[0].clone();
    for destination in [None, Some(""), Some("  "), Some(&*"x".repeat(321))] {
        let got = session.answer(&world, choose(&email, destination)).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/destination", "{destination:?}");
        assert_eq!(session.flow, before);
    }
    let app = session.of_kind("authenticator")[0].clone();
    let got = session.answer(&world, choose(&app, Some("mary@example.net"))).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/destination");
    assert!(world.mail().await.is_empty());
}

/// The answers to somebody who types this destination: the choice, a wrong code, another code, and the right one of
/// what was queued, which nobody gets.
async fn walk(user_id: &str, destination: &str) -> Vec<Seen> {
    let world = World::with(&asks_for_destinations(&only(&["email"]))).await;
    let mut session = world.identified(user_id).await;
    let mut seen = Vec::new();
    let method = session.of_kind("email")[0].clone();
    for answer in [
        choose(&method, Some(destination)),
        json!({ "do": "verify", "code": "no code" }),
        json!({ "do": "resend" }),
        json!({ "do": "choose_another" }),
        choose(&method, Some(destination)),
        choose(&method, Some("another@example.net")),
    ] {
        seen.push(Seen::of(&session.answer(&world, answer).await));
    }
    world.advance(30);
    seen.push(Seen::of(&session.answer(&world, choose(&method, Some(destination))).await));
    for _ in 0..4 {
        seen.push(Seen::of(&session.verify(&world, "no code").await));
    }
    let sent = world.mail().await;
    let is_right = user_id == ADA && destination == "ada@example.net";
    assert_eq!(sent.len(), 2, "as many are queued");
    assert!(sent.iter().all(|mail| mail.to.is_some() == is_right), "{user_id} {destination}: {sent:?}");
    seen
}

#[tokio::test]
async fn a_wrong_destination_is_answered_like_a_right_one() {
    let right = walk(ADA, "ada@example.net").await;
    for (user_id, destination) in
        [(ADA, "ada@example.org"), (ADA, "ada.lovelace@example.org"), (NOBODY, "ada@example.net"), (NOBODY, "x")]
    {
        let wrong = walk(user_id, destination).await;
        for (index, (right, wrong)) in right.iter().zip(&wrong).enumerate() {
            assert_eq!(right, wrong, "{user_id} {destination}, answer {index}");
        }
    }
}

#[tokio::test]
async fn what_is_queued_for_a_wrong_destination_proves_nothing() {
    for kind in ["email", "sms"] {
        let world = World::with(&asks_for_destinations(EVERYTHING)).await;
        let mut session = world.identified(MARY).await;
        let method = session.of_kind(kind)[0].clone();
        session.answer(&world, choose(&method, Some("+1 415 555 0102"))).await;
        let code = world.code().await.expect("a code that nobody was told");
        session.verify(&world, &code).await.is_problem(422, "wrong_code");
        // Nor does it once the right destination is typed.
        session.answer(&world, json!({ "do": "choose_another" })).await;
        world.advance(30);
        let right = if kind == "email" { "mary@example.net" } else { "+14155550101" };
        session.answer(&world, choose(&method, Some(right))).await;
        let newer = world.code().await.expect("a code");
        if code != newer {
            session.verify(&world, &code).await.is_problem(422, "wrong_code");
        }
        session.verify(&world, &newer).await;
        assert_eq!(session.step_name(), "new_password");
    }
}

#[tokio::test]
async fn a_call_to_a_wrong_number_goes_like_a_call_to_nobody() {
    for user_id in [MARY, NOBODY] {
        let world = World::with(&asks_for_destinations(&only(&["call"]))).await;
        let mut session = world.identified(user_id).await;
        let method = session.of_kind("call")[0].clone();
        session.answer(&world, choose(&method, Some("+1 206 555 0199"))).await;
        let queued = world.mail().await;
        let (to, call) = called(queued[0].clone()).expect("a call is queued");
        assert_eq!(to, None, "to nobody");
        assert_eq!(
            world.hears(&call, CallEvent::Key('#')).await,
            CallInstruction::Over,
            "{user_id}: nobody can be heard"
        );
        let mut statuses = vec![session.step()["status"].as_str().expect("a status").to_owned()];
        for _ in 0..60 {
            world.advance(1);
            statuses.push(session.call_status(&world).await);
        }
        statuses.dedup();
        statuses.retain(|status| status != "answered");
        assert_eq!(statuses, ["calling", "ringing", "no_answer"], "{user_id}");
    }
}
