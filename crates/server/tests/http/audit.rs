//! The audit log: everything that happened, and nothing that is secret.

use axum::http::Method;
use regain_server::{messages::Content, ports::AuditEntry, ports::CallEvent};
use serde_json::json;

use crate::{
    people::{ANNA, ANSWERS, LINUS, MARY, NOBODY},
    proofs::{EVERYTHING, app_code},
    world::{GOOD, Session, World, bare},
};

async fn log(world: &World, session: &Session) -> Vec<AuditEntry> {
    world.app.ports().store.audit(&session.id.as_str().into()).await.expect("answers")
}

/// The events of a flow, each with its detail.
async fn told(world: &World, session: &Session) -> Vec<String> {
    let log = log(world, session).await;
    let reference = session.flow["reference"].as_str().expect("a reference");
    let tell = |entry: AuditEntry| match entry.detail {
        // The reference is different in every flow, and the one that its owner can read out.
        Some(detail) => format!("{} {}", entry.event, detail.replace(reference, "…")),
        None => entry.event,
    };
    log.into_iter().map(tell).collect()
}

#[tokio::test]
async fn a_reset_by_two_proofs_is_told_from_beginning_to_end_without_a_secret() {
    let world = World::with(EVERYTHING).await;
    let mut secrets: Vec<String> = Vec::new();
    let mut session = world.begin().await;
    let mut tokens = vec![session.token.clone()];
    session.answer(&world, json!({ "do": "identify", "user_id": ANNA })).await;
    session.choose(&world, "email").await;
    world.advance(30);
    session.answer(&world, json!({ "do": "resend" })).await;
    session.verify(&world, "no code").await;
    let sent = world.mail().await;
    for mail in &sent {
        let Content::Code { code, .. } = &mail.content else { panic!("no code") };
        secrets.push(code.expose().clone());
    }
    session.answer(&world, json!({ "do": "choose_another" })).await;
    session.choose(&world, "questions").await;
    session.answer(&world, session.answers(|_| "no idea".to_owned())).await;
    session.answer(&world, session.answers(crate::proofs::registered)).await;
    session.choose(&world, "call").await;
    let call = world.call().await;
    for event in [CallEvent::Ringing, CallEvent::Answered, CallEvent::Key('5'), CallEvent::Key('#')] {
        world.hears(&call, event).await;
    }
    session.look(&world).await;
    session.answer(&world, json!({ "do": "set_password", "password": "short" })).await;
    session.answer(&world, json!({ "do": "set_password", "password": GOOD })).await;
    assert_eq!(session.step_name(), "done");
    tokens.push(session.token.clone());

    assert_eq!(
        told(&world, &session).await,
        [
            r#"flow_begun {"reference":"…"}"#,
            "identified",
            r#"code_sent {"kind":"email","role":"alternate"}"#,
            r#"code_sent {"kind":"email","role":"alternate"}"#,
            r#"wrong_code {"kind":"email"}"#,
            r#"wrong_answers {"kind":"questions"}"#,
            r#"proved {"kind":"questions"}"#,
            r#"call_placed {"kind":"call","role":"mobile"}"#,
            r#"wrong_key {"kind":"call"}"#,
            r#"proved {"kind":"call"}"#,
            r#"password_reset {"proved_by":["questions","call"]}"#,
        ]
    );
    let log = log(&world, &session).await;
    let by_phone = |entry: &&AuditEntry| entry.client.is_none();
    assert_eq!(log.iter().filter(by_phone).count(), 2, "what came by the phone came from no client");
    assert!(log.iter().filter(|entry| entry.client.as_deref() == Some("192.0.2.1")).count() == 9);
    let accounts: Vec<_> = log.iter().map(|entry| entry.account_key.clone()).collect();
    assert!(
        accounts[0].is_none() && accounts[1..].iter().all(|key| key.is_some() && *key == accounts[1]),
        "{accounts:?}"
    );

    secrets.extend(tokens);
    secrets.push(call.call_id);
    secrets.extend(ANSWERS.map(|(_, answer)| answer.to_owned()));
    for known in [GOOD, "short", "no code", "no idea", "anna", "example", "555", "206"] {
        secrets.push(known.to_owned());
    }
    // The number of a client has dots, and times have colons: what is looked for is in neither.
    let lines = format!("{:?}", log.iter().map(|it| (&it.event, &it.client, &it.detail)).collect::<Vec<_>>());
    for secret in secrets {
        assert!(!lines.to_lowercase().contains(&secret.to_lowercase()), "{secret} in {lines}");
        assert!(!accounts.iter().flatten().any(|key| *key == secret));
    }
}

#[tokio::test]
async fn every_other_end_is_told_too() {
    let world = World::with(EVERYTHING).await;
    let mut unlocked = world.identified(LINUS).await;
    unlocked.prove(&world, "authenticator").await;
    unlocked.answer(&world, json!({ "do": "unlock" })).await;
    assert_eq!(told(&world, &unlocked).await[3], r#"account_unlocked {"proved_by":["authenticator"]}"#);

    let mut asking = world.identified(NOBODY).await;
    asking.answer(&world, json!({ "do": "ask_administrator" })).await;
    asking.answer(&world, json!({ "do": "send_request", "message": "the parrot is mine" })).await;
    let told_of = told(&world, &asking).await;
    assert_eq!(told_of[2..], ["administrator_asked_for", r#"request_sent {"reason":"asked","reference":"…"}"#]);

    let cancelled = world.identified(MARY).await;
    world.send(bare(Method::DELETE, &format!("/v1/flows/{}", cancelled.id), Some(&cancelled.token))).await;
    assert_eq!(told(&world, &cancelled).await[2..], ["cancelled"]);

    let mut used_up = world.chosen(MARY, "sms").await;
    for _ in 0..5 {
        used_up.verify(&world, "no code").await;
    }
    let told_of = told(&world, &used_up).await;
    assert_eq!(told_of[told_of.len() - 2..], [r#"wrong_code {"kind":"sms"}"#, "tries_used_up"]);

    let mut reused = world.chosen(LINUS, "authenticator").await;
    reused.verify(&world, &app_code(&world, 0)).await.is_problem(422, "wrong_code");
    assert_eq!(told(&world, &reused).await[2..], [r#"wrong_code {"kind":"authenticator"}"#]);
}
