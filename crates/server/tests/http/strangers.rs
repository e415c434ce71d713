//! Nobody learns whether an account exists: real, unknown, disabled and unreachable user IDs are
//! answered in the same bytes, and so are those that are locked out or need a second proof.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    people::{ANNA, DISABLED, LINUS, MARY, NOBODY, RUTH, SOLO, UNREACHABLE},
    proofs::only,
    seen::{Seen, form},
    walks::walk,
    world::World,
};

/// The walk of each of these user IDs, each in a world of its own, is that of the first.
async fn look_alike(config: &str, kind: &str, user_ids: &[&str]) {
    let mut first: Option<(Vec<(String, Seen)>, usize)> = None;
    for user_id in user_ids {
        let world = World::with(config).await;
        let (seen, lines) = walk(&world, kind, user_id).await;
        let Some((real, real_lines)) = &first else {
            first = Some((seen, lines));
            continue;
        };
        for (index, ((what, one), (_, other))) in real.iter().zip(&seen).enumerate() {
            // The text holds the user ID itself.
            assert_eq!(one, other, "{kind}, {user_id}, answer {index}, to {what}");
        }
        assert_eq!((seen.len(), lines), (real.len(), *real_lines), "{kind}, {user_id}");
    }
}

/// With one kind on: whoever cannot be recovered, and whoever is locked out, look like anybody.
async fn alone(kind: &str) {
    look_alike(&only(&[kind]), kind, &[MARY, NOBODY, DISABLED, UNREACHABLE, LINUS, "x"]).await;
}

/// With another kind on, so that administrators need two proofs: they look like those who need one, and like
/// nobody.
async fn of_administrators(kind: &str, more: &[&str]) {
    let other = if kind == "authenticator" { "email" } else { "authenticator" };
    let config = only(&[kind, other]);
    let stranger = has_kind(&config, kind).await;
    look_alike(&config, kind, &[&[MARY, ANNA, &stranger], more].concat()).await;
}

/// Nobody, to whom a kind is offered.
async fn has_kind(config: &str, kind: &str) -> String {
    let world = World::with(config).await;
    for index in 0..100 {
        let user_id = format!("stranger{index}@example.com");
        if !world.identified(&user_id).await.of_kind(kind).is_empty() {
            return user_id;
        }
    }
    panic!("nobody is offered {kind}")
}

#[tokio::test]
async fn by_mail_all_look_alike() {
    alone("email").await;
    of_administrators("email", &[SOLO]).await;
}

#[tokio::test]
async fn by_text_all_look_alike() {
    alone("sms").await;
    of_administrators("sms", &[]).await;
}

#[tokio::test]
async fn by_call_all_look_alike() {
    alone("call").await;
    of_administrators("call", &[]).await;
}

#[tokio::test]
async fn by_questions_all_look_alike() {
    alone("questions").await;
    of_administrators("questions", &[]).await;
}

#[tokio::test]
async fn by_an_app_all_look_alike() {
    alone("authenticator").await;
    of_administrators("authenticator", &[]).await;
}

#[tokio::test]
async fn by_a_recovery_code_all_look_alike() {
    let config = only(&["recovery_codes"]);
    look_alike(&config, "recovery_codes", &[RUTH, MARY, NOBODY, DISABLED, UNREACHABLE, LINUS, "x"]).await;
    of_administrators("recovery_codes", &[]).await;
}

#[tokio::test]
async fn decoys_are_the_same_each_time_and_of_the_form_of_real_methods() {
    let world = World::new().await;
    let real = world.identified("ada@example.com").await.step()["methods"].clone();
    for index in 0..40 {
        let user_id = format!("person{index}@example.com");
        let first = world.identified(&user_id).await.step()["methods"].clone();
        let again = world.identified(&user_id.to_uppercase()).await.step()["methods"].clone();
        assert_eq!(first, again);
        let methods = first.as_array().expect("a list");
        let mails: Vec<_> = methods.iter().filter(|method| method["kind"] == "email").collect();
        assert!(!methods.is_empty() && mails.len() <= 2);
        for method in mails {
            assert_eq!(form(method["masked"].as_str().expect("a text")), "x•••••@x•••••");
            assert_eq!(method["id"].as_str().map(str::len), real[0]["id"].as_str().map(str::len));
            assert!(["alternate", "authentication"].contains(&method["role"].as_str().expect("a text")));
            assert_eq!(method["confirm"], false);
        }
    }
}

#[tokio::test]
async fn the_answer_to_a_user_id_takes_its_time() {
    let world = World::with("[limits]\nidentify_floor_ms = 60\n").await;
    for user_id in ["ada@example.com", "nobody@example.com", "a\0"] {
        let mut session = world.begin().await;
        let begun = Instant::now();
        session.answer(&world, json!({ "do": "identify", "user_id": user_id })).await;
        assert!(begun.elapsed() >= Duration::from_millis(60), "{user_id:?}");
    }
}

#[tokio::test]
async fn even_the_code_that_nobody_was_told_does_not_pass() {
    let world = World::new().await;
    for user_id in ["nobody@example.com", "disabled@example.com", "unreachable@example.com"] {
        let (mut session, code) = world.asked(user_id).await;
        session.answer(&world, json!({ "do": "verify", "code": code })).await.is_problem(422, "wrong_code");
        assert_eq!(session.step_name(), "enter_code");
    }
}

#[tokio::test]
async fn messages_to_nobody_are_queued_like_any_other() {
    let world = World::new().await;
    for user_id in ["ada@example.com", "nobody@example.com", "disabled@example.com"] {
        let mut session = world.identified(user_id).await;
        let method = session.methods()[0].clone();
        session.answer(&world, json!({ "do": "choose", "method": method })).await;
        let mail = world.mail().await;
        assert_eq!(mail.len(), 1);
        assert_eq!(mail[0].to.is_some(), user_id == "ada@example.com");
    }
}
