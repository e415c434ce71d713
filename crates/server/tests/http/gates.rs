//! Two proofs, by different kinds.

use serde_json::json;

use crate::{
    people::{ADA, ANNA, MARY, SOLO},
    proofs::{EVERYTHING, everything_and, registered},
    world::{GOOD, Session, World},
};

/// Two proofs of everybody.
fn two_of_everybody() -> String {
    everything_and("[gates]\nrequired = 2\n")
}

const KINDS: [&str; 5] = ["email", "sms", "call", "questions", "authenticator"];

#[tokio::test]
async fn every_pair_of_kinds_opens_both_gates() {
    let world = World::with(&two_of_everybody()).await;
    for (index, first) in KINDS.into_iter().enumerate() {
        let second = KINDS[(index + 2) % KINDS.len()];
        let mut session = world.identified(MARY).await;
        assert_eq!(session.flow["gate"], json!({ "index": 1, "of": 2 }));
        assert_eq!((session.kinds(), &session.flow["notice"]), (KINDS.map(str::to_owned).to_vec(), &json!(null)));
        let token = session.token.clone();
        session.prove(&world, first).await;
        assert_eq!((session.step_name(), &session.flow["gate"]), ("choose_method", &json!({ "index": 2, "of": 2 })));
        assert_eq!(session.flow["notice"], json!({ "code": "another_proof_needed" }));
        assert_eq!(session.kinds(), KINDS.into_iter().filter(|kind| *kind != first).collect::<Vec<_>>());
        assert_eq!(session.token, token, "the token rotates once identity is proved, not before");
        session.prove(&world, second).await;
        assert_eq!((session.step_name(), &session.flow["gate"]), ("new_password", &json!(null)), "{first}, {second}");
        session.answer(&world, json!({ "do": "set_password", "password": format!("{GOOD} {index}") })).await;
        assert_eq!(session.step_name(), "done");
        // An event of a call cannot bring a token, and a flow that is done needs none.
        assert_eq!(session.token == token, second == "call");
        // An app's code is good once, so the next one needs the next code.
        world.advance(120);
        world.mail().await;
    }
}

#[tokio::test]
async fn only_the_group_needs_two_and_before_a_proof_nothing_tells() {
    let world = World::with(EVERYTHING).await;
    let (mut anna, mut mary) = (world.identified(ANNA).await, world.identified(MARY).await);
    for session in [&mut anna, &mut mary] {
        assert_eq!(session.flow["gate"], json!({ "index": 1, "of": 1 }));
        session.choose(&world, "email").await;
        assert_eq!(session.flow["gate"], json!({ "index": 1, "of": 1 }));
        let code = world.code().await.expect("a code");
        session.verify(&world, &code).await;
    }
    assert_eq!((mary.step_name(), anna.step_name()), ("new_password", "choose_method"));
    assert_eq!(anna.flow["gate"], json!({ "index": 2, "of": 2 }));
    anna.prove(&world, "sms").await;
    assert_eq!(anna.step_name(), "new_password");
}

#[tokio::test]
async fn the_same_kind_is_not_taken_twice() {
    let world = World::with(EVERYTHING).await;
    for kind in KINDS {
        let mut session = world.identified(ANNA).await;
        let of_the_kind = session.of_kind(kind);
        session.prove(&world, kind).await;
        let before = session.flow.clone();
        for method in of_the_kind {
            let got = session.answer(&world, json!({ "do": "choose", "method": method["id"] })).await;
            assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/method", "{kind}");
            assert_eq!(session.flow, before);
        }
        assert!(world.mail().await.is_empty(), "nothing is sent");
        world.advance(120);
    }
}

#[tokio::test]
async fn whoever_has_no_second_kind_is_sent_to_the_administrators_after_the_first_proof() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.identified(SOLO).await;
    session.prove(&world, "email").await;
    let step = session.step();
    assert_eq!((&step["name"], &step["reason"]), (&json!("contact_administrator"), &json!("second_gate")));
    assert_eq!((&step["contact"], &session.flow["gate"]), (&json!({ "kind": "form" }), &json!(null)));
    for answer in [json!({ "do": "set_password", "password": GOOD }), json!({ "do": "choose_another" })] {
        session.answer(&world, answer).await.is_problem(409, "step_passed");
    }
    let ada = World::with(&two_of_everybody()).await;
    let mut session = ada.identified(ADA).await;
    session.prove(&ada, "email").await;
    assert_eq!(session.step()["reason"], "second_gate", "organisation-wide as well");
}

#[tokio::test]
async fn a_second_proof_can_be_wrong_and_the_first_stays() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.identified(ANNA).await;
    session.prove(&world, "questions").await;
    session.choose(&world, "sms").await;
    session.verify(&world, "no code").await.is_problem(422, "wrong_code");
    assert_eq!(session.step()["tries_left"], 4);
    session.answer(&world, json!({ "do": "choose_another" })).await;
    assert_eq!(session.flow["notice"], json!({ "code": "another_proof_needed" }));
    session.prove(&world, "authenticator").await;
    assert_eq!(session.step_name(), "new_password");
}

#[tokio::test]
async fn a_proof_of_another_flow_counts_for_nothing() {
    let world = World::with(EVERYTHING).await;
    let mut earlier = world.identified(ANNA).await;
    earlier.prove(&world, "email").await;
    let mut session = world.identified(ANNA).await;
    assert_eq!(session.flow["gate"], json!({ "index": 1, "of": 1 }));
    session.prove(&world, "email").await;
    assert_eq!((session.step_name(), &session.flow["gate"]["index"]), ("choose_method", &json!(2)));
    let mut crossed = Session { flow: earlier.flow.clone(), ..session.clone() };
    let method = earlier.of_kind("sms")[0]["id"].clone();
    crossed.answer(&world, json!({ "do": "choose", "method": method })).await.is_problem(409, "step_passed");
    session.prove(&world, "sms").await;
    assert_eq!((session.step_name(), earlier.look(&world).await), ("new_password", "choose_method"));
}

#[tokio::test]
async fn no_answer_skips_a_gate() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.identified(ANNA).await;
    session.prove(&world, "email").await;
    session.choose(&world, "questions").await;
    let questions = session.answers(registered);
    session.answer(&world, json!({ "do": "choose_another" })).await;
    for answer in [
        json!({ "do": "set_password", "password": GOOD }),
        json!({ "do": "reset" }),
        json!({ "do": "unlock" }),
        json!({ "do": "verify", "code": "123456" }),
        questions,
        json!({ "do": "finish" }),
    ] {
        session.answer(&world, answer.clone()).await.is_problem(409, "step_passed");
        assert_eq!(session.step_name(), "choose_method", "{answer}");
    }
}
