//! Facts of an account at the time when they matter, not when the person was named.

use axum::http::StatusCode;
use regain_protocol::Role;
use regain_server::ports::{CallEvent, Person, Registration, Registrations as _};
use serde_json::{Value, json};

use crate::{
    counters::wrong,
    people::{ADA, MARY, NOBODY},
    proofs::{EVERYTHING, registered},
    world::{GOOD, Session, World},
};

/// An administrator's ways to keep somebody from recovering an account.
const ALTERATIONS: [fn(&mut Person); 3] = [
    |person| person.enabled = false,
    |person| person.id = "made anew".into(),
    |person| person.groups.push("admins".to_owned()),
];

impl World {
    /// Takes a method away from somebody's registrations.
    async fn remove(&self, user_id: &str, registration: Registration) {
        let account = self.app.ports().directory.find(&user_id.parse().expect("a user ID")).await.expect("answers");
        self.directory.register(&account.expect("is there").id, &registration).await.expect("registers");
    }
}

fn set() -> Value {
    json!({ "do": "set_password", "password": GOOD })
}

fn verify(code: &str) -> Value {
    json!({ "do": "verify", "code": code })
}

#[tokio::test]
async fn d25_whoever_is_shut_out_after_the_proof_does_not_finish() {
    for alter in ALTERATIONS {
        let world = World::with(EVERYTHING).await;
        let mut session = world.proved(ADA).await;
        world.mail().await;
        world.directory.alter(alter);
        session.answer(&world, set()).await.is_problem(410, "flow_ended");
        assert_eq!(session.step()["reason"], "cancelled");
        assert_eq!(world.events(&session).await.last().map(String::as_str), Some("account_gone"));
        assert!(world.signs_in(ADA, "the old password of Ada").await && world.mail().await.is_empty());
    }
}

/// The right code is as good as any other, and nothing shows that there ever was an account.
#[tokio::test]
async fn d25_whoever_is_shut_out_before_it_goes_on_as_nobody() {
    for alter in ALTERATIONS {
        let world = World::with(EVERYTHING).await;
        let (mut ada, code) = world.asked(ADA).await;
        let (mut nobody, other) = world.asked(NOBODY).await;
        world.directory.alter(alter);
        let right = ada.answer(&world, verify(&code)).await;
        let guessed = nobody.answer(&world, wrong(&other)).await;
        assert_eq!((right.status, &right.body["code"]), (guessed.status, &guessed.body["code"]));
        right.is_problem(422, "wrong_code");
        assert_eq!(ada.step()["tries_left"], nobody.step()["tries_left"]);
        world.advance(30);
        ada.answer(&world, json!({ "do": "resend" })).await;
        assert_eq!(ada.step_name(), "enter_code");
        let sent = world.mail().await;
        assert!(sent.len() == 1 && sent[0].to.is_none(), "it reaches nobody");

        // At the choice already.
        let mut late = world.identified(NOBODY).await;
        let method = late.methods()[0].clone();
        assert_eq!(late.answer(&world, json!({ "do": "choose", "method": method })).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn d25_a_method_that_was_taken_away_proves_nothing() {
    let world = World::with(EVERYTHING).await;
    let (mut session, code) = world.asked(ADA).await;
    let mut proved = world.proved(ADA).await;
    world.mail().await;
    for role in [Role::Alternate, Role::Authentication] {
        world.remove(ADA, Registration::RemoveMail(role)).await;
    }
    session.answer(&world, verify(&code)).await.is_problem(422, "wrong_code");
    proved.answer(&world, set()).await.is_problem(410, "flow_ended");

    let mut choosing = world.identified(MARY).await;
    world.remove(MARY, Registration::RemoveMail(Role::Alternate)).await;
    choosing.choose(&world, "email").await;
    assert_eq!(choosing.step_name(), "enter_code", "as if it were there");
    assert!(world.mail().await.iter().all(|mail| mail.to.is_none()));

    let mut answering = world.identified(MARY).await;
    answering.choose(&world, "questions").await;
    world.remove(MARY, Registration::RemoveQuestions).await;
    answering.answer(&world, answering.answers(registered)).await.is_problem(422, "wrong_answers");
}

#[tokio::test]
async fn d25_a_call_to_a_phone_that_was_taken_away_proves_nothing() {
    for (role, alter) in [(Some(Role::Mobile), None), (None, Some(ALTERATIONS[0]))] {
        let world = World::with(EVERYTHING).await;
        let mut session: Session = world.identified(MARY).await;
        session.choose(&world, "call").await;
        let call = world.call().await;
        world.hears(&call, CallEvent::Ringing).await;
        world.hears(&call, CallEvent::Answered).await;
        if let Some(role) = role {
            world.remove(MARY, Registration::RemovePhone(role)).await;
        }
        if let Some(alter) = alter {
            world.directory.alter(alter);
        }
        world.hears(&call, CallEvent::Key('#')).await;
        session.look(&world).await;
        assert_eq!(session.step_name(), "answer_call");
    }
}

/// A change by the person in the same flow is no reason to end it.
#[tokio::test]
async fn d25_ones_own_changes_end_nothing() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.signed_in("register", MARY, "the old password of mary").await;
    session.prove(&world, "email").await;
    for _ in 0..2 {
        let method = session.step()["methods"][0]["id"].clone();
        session.answer(&world, json!({ "do": "remove", "method": method })).await;
        assert_eq!(session.step_name(), "security_info", "{:?}", session.flow);
    }
}
