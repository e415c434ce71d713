//! Codes of authenticator apps.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::json;

use crate::{
    people::{ANNA, MARY},
    proofs::{EVERYTHING, app_code},
    world::World,
};

#[tokio::test]
async fn the_code_that_the_app_shows_is_a_proof() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.chosen(MARY, "authenticator").await;
    let step = session.step().clone();
    assert_eq!((&step["name"], &step["resends_left"]), (&json!("enter_code"), &json!(0)));
    assert_eq!((&step["method"]["masked"], &step["method"]["role"]), (&json!(null), &json!(null)));
    assert_eq!(step["expires_at"], session.flow["expires_at"], "an app has codes for as long as the flow lasts");
    assert!(world.mail().await.is_empty(), "and nothing is sent");
    let got = session.answer(&world, json!({ "do": "resend" })).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/do");
    session.verify(&world, &app_code(&world, 0)).await;
    assert_eq!(session.step_name(), "new_password");
}

#[tokio::test]
async fn phones_may_be_one_step_off_and_no_more() {
    // 14:16:00 is the beginning of a step; a code is looked at in the middle of one too.
    for (steps, is_right) in [(-2, false), (-1, true), (1, true), (2, false)] {
        for seconds in [0, 15, 29] {
            let world = World::with(EVERYTHING).await;
            let mut session = world.chosen(MARY, "authenticator").await;
            world.advance(seconds);
            let got = session.verify(&world, &app_code(&world, steps)).await;
            if is_right {
                assert_eq!(session.step_name(), "new_password", "{steps} steps at {seconds} s");
            } else {
                got.is_problem(422, "wrong_code");
                assert_eq!(session.step()["tries_left"], 4);
            }
        }
    }
}

#[tokio::test]
async fn a_code_is_good_once_in_all_flows() {
    let world = World::with(EVERYTHING).await;
    let mut first = world.chosen(MARY, "authenticator").await;
    let mut second = world.chosen(MARY, "authenticator").await;
    let code = app_code(&world, 0);
    first.verify(&world, &code).await;
    assert_eq!(first.step_name(), "new_password");
    for seconds in [0, 29, 30] {
        world.advance(if seconds == 30 { 1 } else { seconds });
        second.verify(&world, &code).await.is_problem(422, "wrong_code");
    }
    assert_eq!(second.step()["tries_left"], 2, "used is wrong, and wrong costs a try");
    second.verify(&world, &app_code(&world, 0)).await;
    assert_eq!(second.step_name(), "new_password", "the next code is another one");
}

#[tokio::test]
async fn a_code_is_good_once_in_its_own_flow() {
    // One gate is open and the app is used up; back at the choice, it is no more to be chosen.
    let world = World::with(EVERYTHING).await;
    let mut session = world.chosen(ANNA, "authenticator").await;
    let code = app_code(&world, 0);
    let stale = session.clone();
    session.verify(&world, &code).await;
    assert_eq!(session.step_name(), "choose_method");
    assert!(session.of_kind("authenticator").is_empty());
    world.send(stale.request(&json!({ "do": "verify", "code": code }))).await.is_problem(409, "step_passed");
}

#[tokio::test]
async fn the_same_digits_are_anothers_too() {
    let world = World::with(EVERYTHING).await;
    let code = app_code(&world, 0);
    for user_id in [MARY, crate::people::OLGA] {
        let mut session = world.chosen(user_id, "authenticator").await;
        session.verify(&world, &code).await;
        assert_eq!(session.step_name(), "new_password", "{user_id}: used by one is not used by the other");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_flows_that_give_a_code_at_once_one_has_proved_it() {
    let world = Arc::new(World::with(EVERYTHING).await);
    let mut sessions = Vec::new();
    for _ in 0..12 {
        sessions.push(world.chosen(MARY, "authenticator").await);
    }
    let code = app_code(&world, 0);
    let requests = sessions.iter().map(|session| {
        let (world, request) = (Arc::clone(&world), session.request(&json!({ "do": "verify", "code": code })));
        tokio::spawn(async move { world.send(request).await })
    });
    let all: Vec<_> = join_all(requests).await.into_iter().map(|got| got.expect("no panic")).collect();
    assert_eq!(all.iter().filter(|got| got.status.as_u16() == 200).count(), 1, "{all:?}");
    for got in all.iter().filter(|got| got.status.as_u16() != 200) {
        got.is_problem(422, "wrong_code");
    }
}

/// A person whose app has a key that cannot be opened is answered like nobody.
#[tokio::test]
async fn d18_a_lost_server_key_tells_nobody_who_has_an_app() {
    let world = World::with(EVERYTHING).await;
    world.directory.lose_key();
    let mut session = world.chosen(MARY, "authenticator").await;
    session.verify(&world, &app_code(&world, 0)).await.is_problem(422, "wrong_code");
    assert_eq!(session.step()["tries_left"], 4);
}
