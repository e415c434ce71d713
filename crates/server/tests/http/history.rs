//! Former passwords, where the organisation refuses them.

use serde_json::json;

use crate::world::{GOOD, Got, World};

const OTHER: &str = "another good passphrase";

/// Sets a password for Ada in a flow of its own.
async fn wants(world: &World, password: &str) -> Got {
    let mut session = world.proved("ada@example.com").await;
    session.answer(world, json!({ "do": "set_password", "password": password })).await
}

fn is_reused(got: &Got) -> bool {
    got.body["violations"] == json!([{ "rule": "reused" }])
}

#[tokio::test]
async fn the_last_passwords_are_refused_and_announced() {
    let world = World::with("\n[password]\nhistory = 2\n").await;
    let session = world.proved("ada@example.com").await;
    assert_eq!(session.step()["policy"]["server_checks"], json!(["common", "history"]));
    assert!(is_reused(&wants(&world, "the old password of Ada").await), "the current one is the first");
    assert!(!is_reused(&wants(&world, GOOD).await));
    assert!(is_reused(&wants(&world, GOOD).await));
    assert!(is_reused(&wants(&world, "the old password of Ada").await));
    assert!(!is_reused(&wants(&world, OTHER).await));
    assert!(!is_reused(&wants(&world, "the old password of Ada").await), "two, and no more");
    assert!(world.signs_in("ada@example.com", "the old password of Ada").await);
}

#[tokio::test]
async fn by_default_nothing_is_remembered() {
    let world = World::new().await;
    assert!(!is_reused(&wants(&world, "the old password of Ada").await));
    assert!(world.signs_in("ada@example.com", "the old password of Ada").await);
}

/// A password that the server set before it died counts as set by the flow that goes on.
#[tokio::test]
async fn a_password_that_was_set_without_a_word_can_be_given_again() {
    let world = World::with("\n[password]\nhistory = 1\n").await;
    let mut session = world.proved("ada@example.com").await;
    world.directory.die_after_setting(true);
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await.is_problem(503, "unavailable");
    world.directory.die_after_setting(false);
    world.advance(10);
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(session.step_name(), "done");
    assert!(world.signs_in("ada@example.com", GOOD).await);
}
