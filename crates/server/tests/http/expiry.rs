//! Time that runs out.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::{GOOD, World};

#[tokio::test]
async fn a_code_is_good_for_ten_minutes() {
    for (seconds, is_good) in [(599, true), (600, false)] {
        let world = World::new().await;
        let (mut session, code) = world.asked("ada@example.com").await;
        world.advance(seconds);
        let got = session.answer(&world, json!({ "do": "verify", "code": code })).await;
        if is_good {
            assert_eq!(session.step_name(), "new_password");
        } else {
            got.is_problem(422, "code_expired");
            assert_eq!((session.step_name(), &session.step()["tries_left"]), ("enter_code", &json!(5)));
            session.answer(&world, json!({ "do": "resend" })).await;
            let code = world.code().await.expect("a code");
            session.answer(&world, json!({ "do": "verify", "code": code })).await;
            assert_eq!(session.step_name(), "new_password");
        }
    }
}

#[tokio::test]
async fn a_flow_lasts_fifteen_minutes_whatever_happens_in_it() {
    let world = World::new().await;
    let sessions = [
        world.begin().await,
        world.identified("ada@example.com").await,
        world.asked("ada@example.com").await.0,
        world.proved("ada@example.com").await,
    ];
    world.advance(899);
    for session in &sessions {
        assert_eq!(session.show(&world).await.body["step"], session.flow["step"]);
    }
    world.advance(1);
    for mut session in sessions {
        let got = session.show(&world).await;
        assert_eq!(got.status, StatusCode::OK);
        let step = got.body["step"].clone();
        assert_eq!(
            (&step["name"], &step["reason"], &step["retry_at"]),
            (&json!("ended"), &json!("expired"), &json!(null))
        );
        assert_ne!(step["id"], session.step()["id"], "another step has another id");
        session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await.is_problem(410, "flow_ended");
        assert_eq!(session.step(), &step, "the same for everyone who looks");
    }
    assert!(world.signs_in("ada@example.com", "the old password of Ada").await);
}

#[tokio::test]
async fn a_code_does_not_outlive_its_flow() {
    let world = World::new().await;
    let mut session = world.identified("ada@example.com").await;
    world.advance(600);
    let method = session.methods()[0].clone();
    session.answer(&world, json!({ "do": "choose", "method": method })).await;
    assert_eq!(session.step()["expires_at"], session.flow["expires_at"]);
}

#[tokio::test]
async fn a_restart_in_the_middle_changes_nothing() {
    let world = World::new().await;
    let (mut session, code) = world.asked("ada@example.com").await;
    let world = world.restarted("").await;
    assert_eq!(session.show(&world).await.body, session.flow);
    session.answer(&world, json!({ "do": "verify", "code": code })).await;
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(session.step_name(), "done");
}
