//! The main job: a person resets a forgotten password by mail.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use regain_server::messages::Content;
use serde_json::json;

use crate::world::{GOOD, World, bare};

#[tokio::test]
async fn a_person_resets_a_forgotten_password() {
    let world = World::new().await;
    let mut session = world.begin().await;
    assert_eq!(session.step_name(), "identify");
    assert_eq!(session.flow["expires_at"], "2026-11-23T14:31:00Z");
    assert_eq!(session.flow["gate"], json!(null));
    assert_eq!(session.step()["captcha"], json!(null));

    session.answer(&world, json!({ "do": "identify", "user_id": " ADA@example.com", "captcha": null })).await;
    assert_eq!(session.step_name(), "choose_method");
    assert_eq!(session.flow["gate"], json!({ "index": 1, "of": 1 }));
    let methods = session.step()["methods"].clone();
    assert_eq!(methods[0]["masked"], "a•••••@e•••••.net");
    assert_eq!(methods[1]["role"], "authentication");

    let former = session.token.clone();
    session.answer(&world, json!({ "do": "choose", "method": methods[1]["id"] })).await;
    let step = session.step().clone();
    assert_eq!((&step["name"], &step["length"]), (&json!("enter_code"), &json!(6)));
    assert_eq!((&step["tries_left"], &step["resends_left"]), (&json!(5), &json!(3)));
    assert_eq!(step["expires_at"], "2026-11-23T14:26:00Z");
    assert_eq!(step["resend_at"], "2026-11-23T14:16:30Z");

    let mail = world.mail().await;
    assert_eq!(mail.len(), 1);
    assert_eq!(mail[0].to.as_deref(), Some("ada.lovelace@example.org"));
    let Content::Code { code, minutes: 10, .. } = &mail[0].content else { panic!("not a code: {mail:?}") };

    let spaced = format!("{} {}", &code.expose()[..3], &code.expose()[3..]);
    let got = session.answer(&world, json!({ "do": "verify", "code": spaced })).await;
    assert_eq!(got.status, StatusCode::OK);
    assert_ne!(session.token, former, "the token rotates");
    let step = session.step().clone();
    assert_eq!((&step["name"], &step["user_id"]), (&json!("new_password"), &json!("ada@example.com")));
    assert_eq!((&step["first"], &step["needs_current"]), (&json!(false), &json!(false)));
    assert_eq!(step["policy"]["min_length"], 15);
    assert_eq!(step["policy"]["forbidden_words"], json!(["Contoso", "Lovelace"]));
    let old = world.send(bare(Method::GET, &format!("/v1/flows/{}", session.id), Some(&former))).await;
    old.is_problem(401, "unauthorized");

    let got = session.answer(&world, json!({ "do": "set_password", "password": "short" })).await;
    got.is_problem(422, "password_refused");
    assert_eq!(got.body["violations"][0], json!({ "rule": "too_short", "min": 15 }));
    let got = session.answer(&world, json!({ "do": "set_password", "password": "my lovelace is so long" })).await;
    assert_eq!(got.body["violations"][0]["word"], "Lovelace");
    assert_eq!(session.step()["id"], step["id"], "the same step");

    let got = session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    let done = session.step().clone();
    assert_eq!((&done["name"], &done["outcome"]), (&json!("done"), &json!("reset")));
    assert_eq!((&done["user_id"], &done["notified"]), (&json!("ada@example.com"), &json!(true)));
    assert_eq!(done["continue_url"], "https://www.example.com/sign-in");

    assert!(world.signs_in("ada@example.com", GOOD).await);
    assert!(!world.signs_in("ada@example.com", "the old password of Ada").await);
    let told: BTreeSet<_> = world.mail().await.into_iter().filter_map(|mail| mail.to).collect();
    assert_eq!(told, ["ada@example.net", "ada.lovelace@example.org"].map(String::from).into());

    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await.is_problem(410, "flow_ended");
    assert_eq!(session.show(&world).await.body["step"], done, "it can be looked at still");
}

#[tokio::test]
async fn a_first_password_is_chosen_the_same_way() {
    let world = World::new().await;
    let mut session = world.proved("grace@example.com").await;
    assert_eq!(session.step()["first"], true);
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(session.step_name(), "done");
    assert!(world.signs_in("grace@example.com", GOOD).await);
}
