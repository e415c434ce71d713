//! The lowest score, where the organisation has one.

use serde_json::json;

use crate::world::{GOOD, Got, World};

/// Long enough, of no list, and guessed in no time.
const WEAK: &str = "correctcorrectcorrect";

/// Sets a password for Ada in a flow of its own.
async fn wants(world: &World, password: &str) -> Got {
    let mut session = world.proved("ada@example.com").await;
    session.answer(world, json!({ "do": "set_password", "password": password })).await
}

#[tokio::test]
async fn what_is_guessed_too_easily_is_refused_and_the_rule_announced() {
    let world = World::with("\n[password]\nmin_score = 3\n").await;
    let mut session = world.proved("ada@example.com").await;
    assert_eq!(session.step()["policy"]["min_score"], 3);
    let refused = session.answer(&world, json!({ "do": "set_password", "password": WEAK })).await;
    refused.is_problem(422, "password_refused");
    assert_eq!(refused.body["violations"], json!([{ "rule": "too_guessable", "min": 3 }]));
    assert!(!world.signs_in("ada@example.com", WEAK).await);
    // The same flow takes a better one.
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(session.step_name(), "done");
    assert!(world.signs_in("ada@example.com", GOOD).await);
}

#[tokio::test]
async fn what_breaks_another_rule_is_not_scored() {
    let world = World::with("\n[password]\nmin_score = 4\n").await;
    let rules = |got: &Got| got.body["violations"].as_array().cloned().unwrap_or_default();
    assert_eq!(rules(&wants(&world, "vexed otters").await), [json!({ "rule": "too_short", "min": 15 })]);
    assert_eq!(rules(&wants(&world, &"long ".repeat(100)).await), [json!({ "rule": "too_long", "max": 256 })]);
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once() {
    let world = World::with("\n[password]\nmin_score = 4\nhistory = 1\nmin_length = 8\ncommon = false\n").await;
    let got = wants(&world, "qwertyuiop").await;
    assert_eq!(got.body["violations"], json!([{ "rule": "too_guessable", "min": 4 }]));
    let world = World::with("\n[password]\nhistory = 2\n").await;
    assert_eq!(wants(&world, WEAK).await.body["flow"]["step"]["name"], "done");
    let world = world.restarted("\n[password]\nhistory = 2\nmin_score = 4\n").await;
    let got = wants(&world, WEAK).await;
    assert_eq!(got.body["violations"], json!([{ "rule": "too_guessable", "min": 4 }, { "rule": "reused" }]));
}

#[tokio::test]
async fn by_default_nothing_is_scored() {
    let world = World::new().await;
    assert_eq!(wants(&world, WEAK).await.body["flow"]["step"]["name"], "done");
}
