//! A database and open flows of the last version before the stored shape changed go on. `tests/former` was made by that
//! version's program, at work on the demo's people: `flows.json` has the id and token of a flow at each step.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use regain_server::{questions::PREDEFINED, totp};
use serde_json::{Value, json};

use crate::{
    proofs::EVERYTHING,
    world::{GOOD, Session, World, post},
};

/// A minute after the flows were made.
const LATER: &str = "2026-11-30T10:14:00Z";

async fn world() -> World {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("regain.db"), include_bytes!("../former/regain.db")).expect("writes");
    World::over(folder, EVERYTHING, LATER.parse().expect("a time")).await
}

fn flows() -> BTreeMap<String, Value> {
    serde_json::from_str(include_str!("../former/flows.json")).expect("JSON")
}

/// A flow of the former version, as it is shown now.
async fn flow(world: &World, name: &str) -> (Session, Value) {
    let kept = flows().remove(name).expect("a flow of that name");
    let text = |member: &str| kept[member].as_str().expect("a text").to_owned();
    let mut session = Session { id: text("id"), token: text("token"), flow: Value::Null };
    let got = session.show(world).await;
    assert_eq!(got.status, StatusCode::OK, "{name}: {got:?}");
    session.flow = got.body;
    (session, kept)
}

#[tokio::test]
async fn every_open_flow_is_at_the_step_where_it_was() {
    let world = world().await;
    for (name, kept) in flows() {
        let (session, _) = flow(&world, &name).await;
        let expected = if name == "ended" { "ended" } else { kept["step"].as_str().expect("a name") };
        assert_eq!(session.step_name(), expected, "{name}");
    }
}

#[tokio::test]
async fn a_code_that_was_sent_is_taken_and_resets_the_password() {
    for name in ["enter_code", "enter_code_text"] {
        let world = world().await;
        let (mut session, kept) = flow(&world, name).await;
        session.verify(&world, "000000x").await.is_problem(422, "wrong_code");
        session.verify(&world, kept["code"].as_str().expect("a code")).await;
        assert_eq!(session.step_name(), "new_password", "{name}");
        session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
        assert_eq!(session.step()["outcome"], "reset", "{name}");
        assert!(world.signs_in("mary@northwind.example", GOOD).await);
    }
}

#[tokio::test]
async fn other_proofs_go_on_too() {
    let world = world().await;
    let (mut app, kept) = flow(&world, "enter_code_app").await;
    let key = totp::key_from_base32(&kept["key"].as_str().expect("a key").into()).expect("a key");
    app.verify(&world, totp::code(&key, totp::step_at(world.now())).expose()).await;
    assert_eq!(app.step_name(), "new_password");

    let (mut questions, _) = flow(&world, "answer_questions").await;
    let answers = ["Comet", "Engineer", "Liver and onions", "Schwinn", "The attic"];
    let ids = ["first_pet", "dream_job", "refused_food", "first_bicycle", "hiding_place"];
    assert!(ids.iter().all(|id| PREDEFINED.contains(id)));
    let right = |id: &str| ids.iter().position(|one| *one == id).map(|index| answers[index]).expect("one of them");
    questions.answer(&world, questions.answers(|id| right(id).to_owned())).await;
    assert_eq!(questions.step_name(), "new_password");

    let (mut call, _) = flow(&world, "answer_call").await;
    call.answer(&world, json!({ "do": "choose_another" })).await;
    assert_eq!(call.step_name(), "choose_method");

    let (mut nobody, _) = flow(&world, "enter_code_nobody").await;
    nobody.verify(&world, "123456").await.is_problem(422, "wrong_code");

    let (mut choosing, _) = flow(&world, "choose_method").await;
    choosing.choose(&world, "email").await;
    assert_eq!(choosing.step_name(), "enter_code");

    let (mut asking, _) = flow(&world, "contact_administrator").await;
    assert_eq!((&asking.step()["needs_user_id"], &asking.step()["back"]), (&json!(false), &json!(false)));
    asking.answer(&world, json!({ "do": "send_request" })).await;
    assert_eq!(asking.step()["outcome"], "request_sent");
}

#[tokio::test]
async fn whoever_was_proved_stays_proved() {
    let world = world().await;
    let (mut session, _) = flow(&world, "new_password").await;
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(session.step()["outcome"], "reset");
    let (mut session, _) = flow(&world, "choose_outcome").await;
    session.answer(&world, json!({ "do": "unlock" })).await;
    assert_eq!(session.step()["outcome"], "unlocked");
    assert!(world.signs_in("linus@northwind.example", "nature of the bond").await);
}

#[tokio::test]
async fn what_was_being_added_is_added() {
    let world = world().await;
    let (mut session, kept) = flow(&world, "adding_app").await;
    let key = totp::key_from_base32(&kept["secret"].as_str().expect("a key").into()).expect("a key");
    session.verify(&world, totp::code(&key, totp::step_at(world.now())).expose()).await;
    assert_eq!(session.step_name(), "security_info");
    let kinds = session.step()["methods"].as_array().expect("methods").iter().map(|method| &method["kind"]);
    assert!(kinds.into_iter().any(|kind| kind == "authenticator"));

    let world = self::world().await;
    let (mut session, kept) = flow(&world, "adding_text").await;
    session.verify(&world, kept["code"].as_str().expect("a code")).await;
    assert_eq!(session.step_name(), "security_info");
    let got = session.answer(&world, json!({ "do": "finish" })).await;
    assert_eq!(got.body["flow"]["step"]["outcome"], "registered", "{got:?}");
}

/// Widgets that were loaded before the upgrade go on asking the former address.
#[tokio::test]
async fn the_former_address_of_answers_takes_them() {
    let world = world().await;
    let (session, kept) = flow(&world, "enter_code").await;
    let step = session.step()["id"].as_str().expect("an id");
    let answer = json!({ "do": "verify", "code": kept["code"] });
    let path = format!("/v1/flows/{}/steps/{step}", session.id);
    let got = world.send(post(&path, Some(&session.token), &answer)).await;
    assert_eq!(got.body["flow"]["step"]["name"], "new_password", "{got:?}");
}
