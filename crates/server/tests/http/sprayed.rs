//! Passwords that are tried on many accounts: a challenge before each, and proofs besides for a change.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    assertions::{asserted, believing},
    challenges::{WORK, solution},
    change::OLD,
    people::{ADA, MARY, NINA, NOBODY},
    proofs::everything_and,
    world::{GOOD, Got, Session, World, merged},
};

impl Session {
    async fn gives(&mut self, world: &World, user_id: &str, password: &str, captcha: Option<Value>) -> Got {
        let mut answer = json!({ "do": "sign_in", "user_id": user_id, "password": password });
        if let Some(captcha) = captcha {
            answer["captcha"] = captcha;
        }
        self.answer(world, answer).await
    }
}

#[tokio::test]
async fn d5_a_password_is_compared_once_a_challenge_is_solved() {
    for (kind, config) in [("change", WORK), ("register", WORK), ("change", "[captcha]\nkind = \"image\"\n")] {
        let world = World::with(config).await;
        let mut session = world.to_sign_in(kind).await;
        for user_id in [ADA, NOBODY] {
            for (password, captcha) in [(OLD, None), ("x", Some(json!({ "solution": "nonsense" })))] {
                let before = session.captcha().clone();
                session.gives(&world, user_id, password, captcha).await.is_problem(422, "captcha_failed");
                assert_ne!(*session.captcha(), before, "another challenge");
            }
        }
        assert_eq!(world.directory.compared(), 0);
        // A solution is good for one guess.
        let solved = solution(&world, session.captcha());
        session.gives(&world, ADA, "not the password", Some(solved.clone())).await.is_problem(422, "wrong_password");
        session.gives(&world, ADA, OLD, Some(solved)).await.is_problem(422, "captcha_failed");
        assert_eq!(world.directory.compared(), 1);
        let before = session.captcha().clone();
        session.answer(&world, json!({ "do": "new_captcha" })).await;
        assert_ne!(*session.captcha(), before);
        let solved = solution(&world, session.captcha());
        let got = session.gives(&world, ADA, OLD, Some(solved)).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
    }
}

#[tokio::test]
async fn d5_without_a_challenge_the_step_has_none() {
    let world = World::new().await;
    let mut session = world.to_sign_in("change").await;
    assert_eq!(session.step().get("captcha"), None);
    session.answer(&world, json!({ "do": "new_captcha" })).await.is_problem(409, "step_passed");
}

#[tokio::test]
async fn d5_a_change_takes_proofs_besides_where_the_organisation_asks_for_them() {
    let world = World::with(&everything_and("[flows]\nchange_gates = 1\n")).await;
    let right = "the old password of mary";
    let mut session = world.to_sign_in("change").await;
    session.gives(&world, MARY, right, None).await;
    assert_eq!((session.step_name(), &session.flow["gate"]), ("choose_method", &json!({ "index": 1, "of": 1 })));
    let set = json!({ "do": "set_password", "password": GOOD });
    session.answer(&world, set.clone()).await.is_problem(409, "step_passed");
    session.prove(&world, "sms").await;
    assert_eq!((session.step_name(), &session.step()["needs_current"]), ("new_password", &json!(false)));
    session.answer(&world, set).await;
    assert_eq!(session.step()["outcome"], "changed");
    assert!(world.signs_in(MARY, GOOD).await);
    // A person without a method is helped by the administrators alone.
    let mut session = world.to_sign_in("change").await;
    session.gives(&world, NINA, "the old password of nina", None).await;
    assert_eq!((session.step_name(), &session.step()["reason"]), ("contact_administrator", &json!("second_gate")));
}

#[tokio::test]
async fn d5_the_host_pages_word_stands_for_neither_the_proof_nor_the_password() {
    let world = World::with(&merged(&believing(), "[flows]\nchange_gates = 1\n")).await;
    let mut session = asserted(&world, "change", MARY, "1").await;
    assert_eq!(session.step_name(), "choose_method");
    session.prove(&world, "email").await;
    assert_eq!((session.step_name(), &session.step()["needs_current"]), ("new_password", &json!(true)));
    let set = |current: &str| json!({ "do": "set_password", "password": GOOD, "current": current });
    session.answer(&world, set("not the password")).await.is_problem(422, "wrong_password");
    session.answer(&world, set("the old password of mary")).await;
    assert_eq!(session.step()["outcome"], "changed");
}
