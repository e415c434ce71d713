//! Detours that lose nothing: more time, the administrators and back, the configuration along with the flow.

use axum::http::StatusCode;
use regain_server::messages::Content;
use serde_json::json;

use crate::{
    people::MARY,
    proofs::EVERYTHING,
    world::{Session, World, post},
};

#[tokio::test]
async fn a_flow_is_given_its_whole_time_again_ten_times() {
    let world = World::new().await;
    let mut session = world.identified("ada@example.com").await;
    for times in 1..=10 {
        world.advance(890);
        let step = session.step().clone();
        let got = session.answer(&world, json!({ "do": "more_time" })).await;
        assert_eq!(got.status, StatusCode::OK, "{times}: {got:?}");
        let ends = session.flow["expires_at"].as_str().expect("a time").parse::<jiff::Timestamp>().expect("a time");
        assert_eq!(ends.duration_since(world.now()).as_secs(), 899, "{times}: in whole seconds");
        assert_eq!(session.show(&world).await.body["expires_at"], session.flow["expires_at"]);
        assert_eq!(*session.step(), step, "the step stays");
    }
    let got = session.answer(&world, json!({ "do": "more_time" })).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/do");
    world.advance(900);
    session.answer(&world, json!({ "do": "more_time" })).await.is_problem(410, "flow_ended");
}

#[tokio::test]
async fn the_way_back_from_the_administrators_loses_nothing() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.chosen(MARY, "email").await;
    let code = world.code().await.expect("a code");
    session.verify(&world, "000000x").await.is_problem(422, "wrong_code");
    let before = session.step().clone();
    session.answer(&world, json!({ "do": "ask_administrator" })).await;
    assert_eq!((&session.step()["needs_user_id"], &session.step()["back"]), (&json!(false), &json!(true)));
    assert_eq!(session.flow["user_id"], MARY);
    session.answer(&world, json!({ "do": "go_back" })).await;
    assert_eq!(session.step()["tries_left"], before["tries_left"]);
    assert_ne!(session.step()["id"], before["id"], "every step has an id of its own");
    session.verify(&world, &code).await;
    assert_eq!(session.step_name(), "new_password");
    session.answer(&world, json!({ "do": "go_back" })).await.is_problem(409, "step_passed");
}

#[tokio::test]
async fn whoever_was_not_named_is_asked_for_the_user_id() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.begin().await;
    session.answer(&world, json!({ "do": "ask_administrator", "user_id": "a\u{0}b" })).await.is_problem(422, "invalid");
    session.answer(&world, json!({ "do": "ask_administrator" })).await;
    assert_eq!((&session.step()["needs_user_id"], &session.step()["back"]), (&json!(true), &json!(true)));
    session.answer(&world, json!({ "do": "go_back" })).await;
    session.answer(&world, json!({ "do": "ask_administrator", "user_id": " typed so far " })).await;
    assert_eq!((&session.step()["needs_user_id"], &session.flow["user_id"]), (&json!(false), &json!("typed so far")));
    session.answer(&world, json!({ "do": "go_back" })).await;
    session.answer(&world, json!({ "do": "ask_administrator" })).await;
    let reference = session.flow["reference"].clone();
    let got = session.answer(&world, json!({ "do": "send_request", "user_id": "somebody" })).await;
    assert_eq!(got.body["flow"]["step"]["outcome"], "request_sent", "{got:?}");
    for mail in world.mail().await {
        let Content::AdministratorRequest { reference: told, .. } = &mail.content else { panic!("no request") };
        assert_eq!((json!(told), mail.user_id.as_str()), (reference.clone(), "somebody"));
    }
}

#[tokio::test]
async fn the_configuration_comes_along_when_it_is_asked_for() {
    let world = World::new().await;
    let got = world.send(post("/v1/flows", None, &json!({ "kind": "reset", "with_config": true }))).await;
    let config = world.send(crate::world::bare(axum::http::Method::GET, "/v1/config", None)).await;
    assert_eq!(got.body["config"], config.body, "{got:?}");
    for with_config in [json!({}), json!({ "with_config": false })] {
        let mut create = json!({ "kind": "reset" });
        for (member, value) in with_config.as_object().expect("an object") {
            create[member] = value.clone();
        }
        let got = world.send(post("/v1/flows", None, &create)).await;
        assert!(got.body.get("config").is_none(), "{got:?}");
        let session = Session::of(&got);
        assert_eq!(session.flow["user_id"], json!(null));
        let reference = session.flow["reference"].as_str().expect("a reference");
        assert!(reference.len() == 9 && reference.as_bytes()[4] == b'-', "{reference}");
    }
}
