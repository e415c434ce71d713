//! Failures of parts that the server depends on.

use serde_json::json;

use crate::world::{GOOD, World};

#[tokio::test]
async fn without_the_directory_every_user_id_is_unavailable() {
    let world = World::new().await;
    world.directory.set_down(true);
    let mut answers = Vec::new();
    for user_id in ["ada@example.com", "nobody@example.com"] {
        let mut session = world.begin().await;
        let got = session.answer(&world, json!({ "do": "identify", "user_id": user_id })).await;
        got.is_problem(503, "unavailable");
        assert!(got.headers.contains_key("retry-after"));
        answers.push(got.bytes);
        world.directory.set_down(false);
        session.answer(&world, json!({ "do": "identify", "user_id": user_id })).await;
        assert_eq!(session.step_name(), "choose_method");
        world.directory.set_down(true);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_password_that_could_not_be_set_can_be_given_again() {
    let world = World::new().await;
    let mut session = world.proved("ada@example.com").await;
    let step = session.step().clone();
    world.directory.set_down(true);
    let got = session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    got.is_problem(503, "unavailable");
    assert_eq!(session.step(), &step, "the same step");
    world.directory.set_down(false);
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(session.step_name(), "done");
}

#[tokio::test]
async fn a_server_that_died_while_setting_a_password_leaves_a_flow_that_goes_on() {
    let world = World::new().await;
    let mut session = world.proved("ada@example.com").await;
    world.directory.die_after_setting(true);
    let got = session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    got.is_problem(503, "unavailable");
    assert!(world.mail().await.is_empty());
    assert_eq!(session.show(&world).await.body["step"]["name"], "new_password");
    world.directory.die_after_setting(false);
    world.advance(10);
    session.answer(&world, json!({ "do": "set_password", "password": "another good passphrase" })).await;
    assert_eq!(session.step_name(), "done");
    assert!(world.signs_in("ada@example.com", "another good passphrase").await);
    assert_eq!(world.mail().await.len(), 2, "the confirmations are sent after all");
}
