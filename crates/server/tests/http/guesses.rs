//! Guessing what is secret: how often, what it costs the server, and whom it harms.

use std::sync::Arc;

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    change::OLD,
    people::{ADA, MARY, NOBODY},
    proofs::only,
    world::{Got, World},
};

fn password(user_id: &str, password: &str) -> Value {
    json!({ "do": "sign_in", "user_id": user_id, "password": password })
}

impl World {
    /// The answer to a password in a flow of its own, whose tries are not used up.
    async fn guess(&self, user_id: &str, guess: &str) -> Got {
        let mut session = self.to_sign_in("change").await;
        session.answer(self, password(user_id, guess)).await
    }
}

#[tokio::test]
async fn wrong_passwords_count_with_those_of_every_other_sign_in() {
    let world = World::new().await;
    for _ in 0..9 {
        assert!(!world.signs_in(ADA, "not the password").await);
    }
    let mut session = world.to_sign_in("change").await;
    let wrong = json!({ "do": "sign_in", "user_id": ADA, "password": "not the password either" });
    session.answer(&world, wrong).await.is_problem(422, "wrong_password");
    assert!(!world.signs_in(ADA, OLD).await, "the tenth locked it");
    let right = json!({ "do": "sign_in", "user_id": ADA, "password": OLD });
    session.answer(&world, right.clone()).await.is_problem(422, "wrong_password");
    world.advance(15 * 60 + 1);
    let mut session = world.to_sign_in("change").await;
    assert_eq!(session.answer(&world, right).await.status, StatusCode::OK);
}

/// Our count and the directory's leave their windows together.
#[tokio::test]
async fn d9_as_many_wrong_passwords_as_are_taken_never_lock_an_account() {
    let world = World::new().await;
    // All eight are taken from a network from which somebody has signed in.
    assert_eq!(world.guess(ADA, OLD).await.status, StatusCode::OK);
    // 900 ms into a second.
    world.advance_ms(650);
    for _ in 0..8 {
        world.guess(ADA, "not the password").await.is_problem(422, "wrong_password");
    }
    world.advance_ms(899_400);
    for _ in 0..2 {
        world.guess(ADA, "not the password").await.is_problem(422, "wrong_password");
    }
    assert!(world.signs_in(ADA, OLD).await);
    for _ in 2..8 {
        world.guess(ADA, "not the password").await.is_problem(422, "wrong_password");
    }
    world.guess(ADA, "not the password").await.is_problem(429, "rate_limited");
    assert!(world.signs_in(ADA, OLD).await);
}

#[tokio::test]
async fn an_account_and_a_client_have_so_many_tries_in_a_while() {
    let world = World::with("[limits]\nidentifications_per_account = 3\nflows_per_client = 8").await;
    for tries in 0..4 {
        // A flow each, lest its own tries be over first.
        let mut session = world.to_sign_in("change").await;
        let got = session.answer(&world, json!({ "do": "sign_in", "user_id": NOBODY, "password": "x" })).await;
        if tries < 3 {
            got.is_problem(422, "wrong_password");
        } else {
            got.is_problem(429, "rate_limited");
        }
    }
    // One password for many accounts, from one place.
    let world = World::with("[limits]\nidentifications_per_account = 100\nflows_per_client = 8").await;
    let mut sessions = [world.to_sign_in("change").await, world.to_sign_in("change").await];
    for tries in 0..9 {
        let answer = json!({ "do": "sign_in", "user_id": format!("person{tries}"), "password": "Winter2026!" });
        let got = sessions[tries % 2].answer(&world, answer).await;
        if tries < 8 {
            got.is_problem(422, "wrong_password");
        } else {
            got.is_problem(429, "rate_limited");
        }
    }
}

#[tokio::test]
async fn what_is_over_the_limit_is_not_compared_and_counts_nowhere() {
    let world = World::new().await;
    for user_id in [ADA, NOBODY] {
        let before = world.directory.compared();
        // A quarter of the eight is kept for networks from which somebody has proved themselves.
        for _ in 0..6 {
            world.guess(user_id, "not the password").await.is_problem(422, "wrong_password");
        }
        for _ in 0..8 {
            let got = world.guess(user_id, "not the password").await;
            assert_eq!(got.is_problem(429, "rate_limited").headers["retry-after"], "900");
        }
        // Nor does the right one get in, or the limit would be none.
        world.guess(user_id, OLD).await.is_problem(429, "rate_limited");
        assert_eq!(world.directory.compared() - before, 6, "{user_id}");
    }
}

#[tokio::test]
async fn strangers_lock_nobody_out() {
    let world = World::with("[limits]\nwrong_passwords_per_account = 9").await;
    for _ in 0..8 {
        for kind in ["change", "register"].into_iter().cycle().take(20) {
            let mut session = world.to_sign_in(kind).await;
            session.answer(&world, password(ADA, "not the password")).await;
        }
        world.advance(15 * 60);
    }
    assert!(world.signs_in(ADA, OLD).await);
}

#[tokio::test]
async fn right_passwords_use_up_no_wrong_ones() {
    let world = World::new().await;
    for _ in 0..9 {
        assert_eq!(world.guess(ADA, OLD).await.status, StatusCode::OK);
    }
    world.guess(ADA, "not the password").await.is_problem(422, "wrong_password");
}

#[tokio::test]
async fn what_the_directory_did_not_compare_costs_nothing() {
    let world = World::new().await;
    world.directory.set_down(true);
    for _ in 0..30 {
        world.guess(ADA, "not the password").await.is_problem(503, "unavailable");
    }
    world.directory.set_down(false);
    assert_eq!(world.guess(ADA, OLD).await.status, StatusCode::OK);
}

/// However many come at once, an account has so many tries and a flow so many of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_guesses_get_no_more_tries() {
    let world = Arc::new(World::new().await);
    let session = world.to_sign_in("change").await;
    let guesses = (0..40).map(|guess| {
        let (world, session) = (Arc::clone(&world), session.clone());
        tokio::spawn(async move { world.send(session.request(&password(ADA, &format!("guess {guess}")))).await })
    });
    let got: Vec<_> = join_all(guesses).await.into_iter().map(|got| got.expect("no panic")).collect();
    let wrong = got.iter().filter(|got| got.body["code"] == "wrong_password").count();
    assert_eq!(wrong, 5, "five are told that they were wrong");
    assert!(got.iter().all(|got| [422, 409, 410, 429].contains(&got.status.as_u16())), "{got:?}");
    assert!(world.directory.compared() <= 8, "{} were compared", world.directory.compared());
    assert!(world.signs_in(ADA, OLD).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_answers_are_compared_as_often_as_there_are_tries() {
    for user_id in [MARY, NOBODY] {
        let world = Arc::new(World::with(&only(&["questions"])).await);
        let session = world.chosen(user_id, "questions").await;
        let answer = session.answers(|_| "not the answer".into());
        let guesses = (0..40).map(|_| {
            let (world, request) = (Arc::clone(&world), session.request(&answer));
            tokio::spawn(async move { world.send(request).await })
        });
        let got: Vec<_> = join_all(guesses).await.into_iter().map(|got| got.expect("no panic")).collect();
        assert_eq!(got.iter().filter(|got| got.body["code"] == "wrong_answers").count(), 5);
        assert_eq!(world.directory.compared(), 5, "{user_id}");
    }
}
