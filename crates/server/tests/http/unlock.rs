//! Unlocking an account that is locked out, and keeping its password.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    people::{ADA, LINUS, MARY, NOBODY},
    proofs::{EVERYTHING, everything_and},
    world::{GOOD, Session, World},
};

const OLD: &str = "the old password of linus";

/// A flow of a kind, proved by mail.
async fn proved(world: &World, kind: &str, user_id: &str) -> Session {
    let mut session = world.begin_as(&json!({ "kind": kind })).await;
    session.answer(world, json!({ "do": "identify", "user_id": user_id })).await;
    session.prove(world, "email").await;
    session
}

fn outcomes(session: &Session) -> Option<Vec<&str>> {
    let outcomes = session.step()["outcomes"].as_array()?;
    Some(outcomes.iter().filter_map(Value::as_str).collect())
}

#[tokio::test]
async fn a_locked_account_is_unlocked_and_keeps_its_password() {
    for kind in ["unlock", "reset"] {
        let world = World::with(EVERYTHING).await;
        assert!(!world.signs_in(LINUS, OLD).await, "it is locked");
        let mut session = proved(&world, kind, LINUS).await;
        assert_eq!(outcomes(&session).expect("a choice"), ["unlock", "reset"], "{kind}");
        let got = session.answer(&world, json!({ "do": "unlock" })).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        let step = session.step();
        assert_eq!((&step["name"], &step["outcome"]), (&json!("done"), &json!("unlocked")));
        assert_eq!((&step["user_id"], &step["notified"]), (&json!(LINUS), &json!(true)));
        assert!(world.signs_in(LINUS, OLD).await);
        session.answer(&world, json!({ "do": "unlock" })).await.is_problem(410, "flow_ended");
        session.answer(&world, json!({ "do": "reset" })).await.is_problem(410, "flow_ended");
    }
}

#[tokio::test]
async fn a_locked_account_gets_a_new_password_and_is_unlocked_by_that() {
    for kind in ["unlock", "reset"] {
        let world = World::with(EVERYTHING).await;
        let mut session = proved(&world, kind, LINUS).await;
        session.answer(&world, json!({ "do": "reset" })).await;
        assert_eq!(session.step_name(), "new_password");
        session.answer(&world, json!({ "do": "unlock" })).await.is_problem(409, "step_passed");
        session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
        assert_eq!(session.step()["outcome"], "reset");
        assert!(world.signs_in(LINUS, GOOD).await && !world.signs_in(LINUS, OLD).await);
    }
}

#[tokio::test]
async fn too_many_failed_sign_ins_lock_and_unlocking_forgets_them() {
    let world = World::with(EVERYTHING).await;
    let old = "the old password of mary";
    for _ in 0..10 {
        world.signs_in(MARY, "not the password").await;
    }
    assert!(!world.signs_in(MARY, old).await, "ten failures lock");
    let mut session = proved(&world, "unlock", MARY).await;
    session.answer(&world, json!({ "do": "unlock" })).await;
    for _ in 0..9 {
        world.signs_in(MARY, "not the password").await;
    }
    assert!(world.signs_in(MARY, old).await, "the count began anew");
}

#[tokio::test]
async fn unlocking_leaves_the_tries_of_the_day() {
    let world = World::with(EVERYTHING).await;
    // From half of the twenty on codes that are sent are long, and cost none.
    for kind in ["sms", "sms", "authenticator"] {
        let mut session = world.chosen(LINUS, kind).await;
        for _ in 0..5 {
            session.verify(&world, "no code").await;
        }
    }
    let mut session = proved(&world, "unlock", LINUS).await;
    session.answer(&world, json!({ "do": "unlock" })).await;
    let mut session = world.chosen(LINUS, "authenticator").await;
    for _ in 0..4 {
        session.verify(&world, "no code").await;
        assert_eq!(session.step_name(), "enter_code");
    }
    session.verify(&world, "no code").await.is_problem(422, "wrong_code");
    let mut session = world.chosen(LINUS, "authenticator").await;
    session.verify(&world, &crate::proofs::app_code(&world, 0)).await.is_problem(410, "flow_ended");
    assert!(session.step()["retry_at"].is_string(), "twenty were wrong before and after: {:?}", session.step());
}

#[tokio::test]
async fn whoever_asks_to_be_unlocked_may_and_whoever_is_not_locked_is_not_asked() {
    let world = World::with(EVERYTHING).await;
    assert_eq!(outcomes(&proved(&world, "unlock", ADA).await).expect("a choice"), ["unlock", "reset"]);
    assert_eq!(proved(&world, "reset", ADA).await.step_name(), "new_password");
    let mut stranger = world.begin_as(&json!({ "kind": "unlock" })).await;
    stranger.answer(&world, json!({ "do": "identify", "user_id": NOBODY })).await;
    assert_eq!(stranger.step_name(), "choose_method");
}

#[tokio::test]
async fn where_only_one_of_both_is_on_there_is_no_other() {
    let world = World::with(&everything_and("[flows]\nunlock = false\n")).await;
    let mut session = proved(&world, "reset", LINUS).await;
    assert_eq!(session.step_name(), "new_password");
    session.answer(&world, json!({ "do": "unlock" })).await.is_problem(409, "step_passed");

    let world = World::with(&everything_and("[flows]\nreset = false\n")).await;
    let mut session = proved(&world, "unlock", LINUS).await;
    assert_eq!(outcomes(&session).expect("a choice"), ["unlock"]);
    session.answer(&world, json!({ "do": "reset" })).await.is_problem(409, "step_passed");
    session.answer(&world, json!({ "do": "unlock" })).await;
    assert!(world.signs_in(LINUS, OLD).await);
}

#[tokio::test]
async fn a_code_to_unlock_is_no_code_to_reset() {
    let world = World::with(EVERYTHING).await;
    let mut reset = world.chosen(ADA, "email").await;
    let code = world.code().await.expect("a code");
    let mut unlock = world.begin_as(&json!({ "kind": "unlock" })).await;
    unlock.answer(&world, json!({ "do": "identify", "user_id": ADA })).await;
    unlock.choose(&world, "email").await;
    let other = world.code().await.expect("a code");
    if code != other {
        unlock.verify(&world, &code).await.is_problem(422, "wrong_code");
        reset.verify(&world, &other).await.is_problem(422, "wrong_code");
    }
}

#[tokio::test]
async fn what_could_not_be_unlocked_can_be_tried_again() {
    let world = World::with(EVERYTHING).await;
    let mut session = proved(&world, "unlock", LINUS).await;
    let step = session.step().clone();
    world.directory.set_down(true);
    session.answer(&world, json!({ "do": "unlock" })).await.is_problem(503, "unavailable");
    assert_eq!(session.step(), &step, "the same step");
    world.directory.set_down(false);
    session.answer(&world, json!({ "do": "unlock" })).await;
    assert_eq!(session.step_name(), "done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn unlock_and_reset_at_once_do_one_of_them() {
    for _ in 0..8 {
        let world = Arc::new(World::with(EVERYTHING).await);
        let session = proved(&world, "unlock", LINUS).await;
        let send = |answer: Value| {
            let (world, request) = (Arc::clone(&world), session.request(&answer));
            tokio::spawn(async move { world.send(request).await })
        };
        let (unlock, reset) = tokio::join!(send(json!({ "do": "unlock" })), send(json!({ "do": "reset" })));
        let (unlock, reset) = (unlock.expect("no panic"), reset.expect("no panic"));
        let now = session.show(&world).await;
        if unlock.status == StatusCode::OK {
            reset.is_problem(410, "flow_ended");
            assert_eq!(now.body["step"]["outcome"], "unlocked");
        } else {
            unlock.is_problem(409, "step_passed");
            assert_eq!((reset.status, &now.body["step"]["name"]), (StatusCode::OK, &json!("new_password")));
        }
        assert_eq!(world.signs_in(LINUS, OLD).await, unlock.status == StatusCode::OK);
    }
}
