//! Changing a password that one knows.

use axum::http::StatusCode;
use serde_json::json;

use crate::{
    people::{ADA, DISABLED, LINUS, MARY, NOBODY},
    seen::Seen,
    world::{GOOD, Session, World},
};

pub(crate) const OLD: &str = "the old password of Ada";

impl World {
    /// A flow for people who can sign in, at its first step.
    pub(crate) async fn to_sign_in(&self, kind: &str) -> Session {
        let session = self.begin_as(&json!({ "kind": kind })).await;
        assert_eq!(session.step_name(), "sign_in");
        session
    }

    /// … and past it.
    pub(crate) async fn signed_in(&self, kind: &str, user_id: &str, password: &str) -> Session {
        let mut session = self.to_sign_in(kind).await;
        let got = session.answer(self, json!({ "do": "sign_in", "user_id": user_id, "password": password })).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        session
    }
}

#[tokio::test]
async fn user_id_and_password_lead_to_another_password() {
    let world = World::new().await;
    let mut session = world.to_sign_in("change").await;
    let first_token = session.token.clone();
    let got = session.answer(&world, json!({ "do": "sign_in", "user_id": " ADA@example.com ", "password": OLD })).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    assert_ne!(session.token, first_token, "whoever is known gets a token of their own");
    let step = session.step();
    assert_eq!((&step["name"], &step["user_id"]), (&json!("new_password"), &json!(ADA)));
    assert_eq!((&step["first"], &step["needs_current"]), (&json!(false), &json!(false)));
    assert_eq!(session.flow["gate"], json!(null));
    let got = session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    let step = session.step();
    assert_eq!((&step["name"], &step["outcome"]), (&json!("done"), &json!("changed")));
    assert_eq!((&step["user_id"], &step["notified"]), (&json!(ADA), &json!(true)));
    assert!(world.signs_in(ADA, GOOD).await && !world.signs_in(ADA, OLD).await);
    let told = world.mail().await;
    assert_eq!(told.len(), 2, "both addresses hear of it: {told:?}");
    let events = world.events(&session).await;
    assert_eq!(events, ["flow_begun", "signed_in", "password_changed"]);
}

#[tokio::test]
async fn the_same_password_is_no_other() {
    // Without a rule about former ones.
    let world = World::with("[password]\nhistory = 0\nforbid_names = false\nforbid_user_id = false").await;
    let mut session = world.signed_in("change", ADA, OLD).await;
    let got = session.answer(&world, json!({ "do": "set_password", "password": OLD })).await;
    assert_eq!(got.is_problem(422, "password_refused").body["violations"], json!([{ "rule": "reused" }]));
    let got = session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
}

#[tokio::test]
async fn nobody_learns_whose_password_was_wrong() {
    let world = World::new().await;
    let mut seen = Vec::new();
    for user_id in [ADA, NOBODY, DISABLED, LINUS] {
        let password = if user_id == LINUS { "the old password of linus" } else { "not the password" };
        let mut session = world.to_sign_in("change").await;
        let mut all = Vec::new();
        for tries in 1..=6 {
            let answer = json!({ "do": "sign_in", "user_id": user_id, "password": password });
            let got = session.answer(&world, answer).await;
            if tries <= 5 {
                got.is_problem(422, "wrong_password");
            } else {
                got.is_problem(410, "flow_ended");
            }
            all.push(Seen::of(&got));
        }
        assert_eq!(session.step()["reason"], "too_many_attempts", "{user_id}");
        seen.push(all);
    }
    assert!(seen.windows(2).all(|two| two[0] == two[1]), "{seen:#?}");
}

#[tokio::test]
async fn only_the_flow_that_was_signed_in_to_sets_a_password() {
    let world = World::new().await;
    let mut session = world.to_sign_in("change").await;
    for answer in [
        json!({ "do": "set_password", "password": GOOD }),
        json!({ "do": "set_password", "password": GOOD, "current": OLD }),
        json!({ "do": "identify", "user_id": ADA }),
        json!({ "do": "choose", "method": "x" }),
        json!({ "do": "finish" }),
    ] {
        session.answer(&world, answer).await.is_problem(409, "step_passed");
    }
    for (user_id, password) in [("", OLD), ("a\u{7}", OLD)] {
        let got = session.answer(&world, json!({ "do": "sign_in", "user_id": user_id, "password": password })).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/user_id");
    }
    assert!(world.signs_in(ADA, OLD).await);
}

#[tokio::test]
async fn the_user_id_that_came_along_is_filled_in_and_can_be_another() {
    let world = World::new().await;
    let mut session = world.begin_as(&json!({ "kind": "change", "user_id": MARY })).await;
    assert_eq!(session.step()["user_id"], MARY);
    let got = session.answer(&world, json!({ "do": "sign_in", "user_id": ADA, "password": OLD })).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    assert_eq!(session.step()["user_id"], ADA);
}

#[tokio::test]
async fn a_change_ends_the_accounts_other_flows() {
    let world = World::new().await;
    let (mut resetting, code) = world.asked(ADA).await;
    let mut other = world.signed_in("change", ADA, OLD).await;
    let mut session = world.signed_in("change", ADA, OLD).await;
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(session.step_name(), "done");
    // Nobody has proved anything in it, so it goes on as nobody's.
    resetting.answer(&world, json!({ "do": "verify", "code": code })).await.is_problem(422, "wrong_code");
    let got = other.answer(&world, json!({ "do": "set_password", "password": "another river, running" })).await;
    got.is_problem(410, "flow_ended");
    assert!(world.signs_in(ADA, GOOD).await);
}

#[tokio::test]
async fn who_sets_a_password_hears_that_their_security_info_is_due() {
    let world = World::with("[security_info]\nrequired = 3").await;
    let mut session = world.signed_in("change", ADA, OLD).await;
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(session.flow["notice"], json!({ "code": "security_info_due" }));
    // Without registering on offer, there is nothing to say.
    let world = World::with("[security_info]\nrequired = 3\n[flows]\nregister = false").await;
    let mut session = world.signed_in("change", ADA, OLD).await;
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!((&session.flow["notice"], session.step_name()), (&json!(null), "done"));
}

#[tokio::test]
async fn a_directory_that_is_away_costs_no_try() {
    let world = World::new().await;
    let mut session = world.to_sign_in("change").await;
    world.directory.set_down(true);
    let right = json!({ "do": "sign_in", "user_id": ADA, "password": OLD });
    let got = world.send(session.request(&right)).await;
    got.is_problem(503, "unavailable");
    world.directory.set_down(false);
    assert_eq!(session.answer(&world, right).await.status, StatusCode::OK);
}
