//! A7: a clock that is set back makes nothing last longer.

use axum::http::StatusCode;
use serde_json::json;

use crate::{
    once::keyed,
    world::{World, post},
};

const AN_HOUR: i64 = 3600;

/// A flow that was begun by a clock that was an hour ahead is over, or it would last an hour longer; what is begun then works.
#[tokio::test]
async fn a7_flows_and_codes_do_not_outlive_their_time() {
    let world = World::new().await;
    let (mut session, code) = world.asked("ada@example.com").await;
    world.advance(-AN_HOUR);
    assert_eq!(session.show(&world).await.body["step"]["reason"], "expired");
    session.answer(&world, json!({ "do": "verify", "code": code })).await.is_problem(410, "flow_ended");
    let proved = world.proved("ada@example.com").await;
    assert_eq!(proved.step_name(), "new_password");
}

/// Set back by less than the flow is old: the code ends in its own time all the same.
#[tokio::test]
async fn a7_a_code_is_good_for_no_longer_than_it_was_to_be() {
    let world = World::with("[flows]\nlifetime_s = 7200").await;
    let mut session = world.begin().await;
    world.advance(AN_HOUR);
    session.answer(&world, json!({ "do": "identify", "user_id": "ada@example.com" })).await;
    let method = session.methods()[0].clone();
    session.answer(&world, json!({ "do": "choose", "method": method })).await;
    let code = world.code().await.expect("a code");
    world.advance(-AN_HOUR);
    session.answer(&world, json!({ "do": "verify", "code": code })).await.is_problem(422, "code_expired");
    session.answer(&world, json!({ "do": "resend" })).await;
    let code = world.code().await.expect("another is sent at once, and not after an hour");
    session.answer(&world, json!({ "do": "verify", "code": code })).await;
    assert_eq!(session.step_name(), "new_password");
}

/// A second or two between the clocks of two processes is nothing.
#[tokio::test]
async fn a7_clocks_may_differ_by_seconds() {
    let world = World::new().await;
    let (mut session, code) = world.asked("ada@example.com").await;
    world.advance(-5);
    session.answer(&world, json!({ "do": "verify", "code": code })).await;
    assert_eq!(session.step_name(), "new_password");
}

/// An answer that was kept by a clock that was an hour ahead is over: the same request begins another flow, once.
#[tokio::test]
async fn a7_a_kept_answer_is_given_for_no_longer_than_it_was_to_be() {
    let world = World::new().await;
    let create = || keyed(post("/v1/flows", None, &json!({ "kind": "reset" })), "create-1");
    let first = world.send(create()).await;
    world.advance(-AN_HOUR);
    let then = world.send(create()).await;
    assert_eq!(then.status, StatusCode::CREATED);
    assert_ne!(then.body["flow"]["id"], first.body["flow"]["id"]);
    assert_eq!(world.send(create()).await.bytes, then.bytes);
}
