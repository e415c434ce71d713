//! Registrations that are taken or refused.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    people::{ADA, ANSWERS, MARY, NINA},
    proofs::{EVERYTHING, everything_and},
    world::World,
};

#[tokio::test]
async fn addresses_and_numbers_that_cannot_be_used_are_refused_at_their_field() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.at_security_info(MARY).await;
    let long = format!("{}@example.net", "a".repeat(250));
    for (kind, role, value) in [
        ("email", "alternate", ""),
        ("email", "alternate", "nobody"),
        ("email", "alternate", "a@b@c.example"),
        ("email", "alternate", "a@example.net\r\nBcc: b@example.net"),
        ("email", "alternate", "A Person <a@example.net>"),
        ("email", "alternate", &long),
        ("email", "alternate", "MARY@example.com"),
        ("email", "alternate", "Mary@Example.org"),
        ("email", "authentication", "mary@example.org"),
        ("sms", "mobile", ""),
        ("sms", "mobile", "415 555 0177"),
        ("sms", "mobile", "+49 30 1234567"),
        ("sms", "mobile", "+1 415"),
        ("sms", "mobile", "+1 415 555 0102"),
        ("call", "authentication", "+1 415 555 0103"),
        ("authenticator", "", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
    ] {
        let role = if role.is_empty() { json!(null) } else { json!(role) };
        let got = session.add(&world, kind, role, value).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/value", "{kind} {value:?}");
        assert_eq!(session.step_name(), "security_info");
    }
    for (kind, role) in
        [("email", "mobile"), ("email", "office"), ("sms", "office"), ("call", "alternate"), ("questions", "")]
    {
        let role = if role.is_empty() { json!(null) } else { json!(role) };
        let got = session.add(&world, kind, role, "+14155550177").await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/kind", "{kind}");
    }
    assert!(world.mail().await.iter().all(|mail| mail.to.as_deref() == Some("mary@example.net")), "nothing went out");
}

#[tokio::test]
async fn what_the_organisation_has_off_is_not_offered() {
    let world = World::with(&everything_and("[methods]\nsms = false\nauthenticator = false\nquestions = false")).await;
    let mut session = world.at_security_info(NINA).await;
    let allowed = session.step()["allowed"].as_array().expect("a list").clone();
    assert!(allowed.iter().all(|allowed| ["email", "call"].contains(&allowed["kind"].as_str().expect("a kind"))));
    assert_eq!(session.step()["questions"], json!(null));
    session.add(&world, "sms", json!("mobile"), "+14155550177").await.is_problem(422, "invalid");
    session.add(&world, "authenticator", json!(null), "").await.is_problem(422, "invalid");
    session.answer(&world, questions(&ANSWERS)).await.is_problem(409, "step_passed");
}

fn questions(answers: &[(&str, &str)]) -> Value {
    let answers: Vec<_> =
        answers.iter().map(|(question, answer)| json!({ "question": question, "answer": answer })).collect();
    json!({ "do": "set_questions", "answers": answers })
}

#[tokio::test]
async fn questions_and_answers_keep_the_rules() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.at_security_info(NINA).await;
    let offer = session.step()["questions"].clone();
    assert_eq!(
        (&offer["to_register"], &offer["to_answer"], &offer["own_allowed"]),
        (&json!(5), &json!(3), &json!(true))
    );
    assert_eq!(offer["predefined"].as_array().expect("a list").len(), 35);
    let with = |at: usize, question: &'static str, answer: &'static str| {
        let mut answers = ANSWERS;
        answers[at] = (question, answer);
        questions(&answers)
    };
    let too_long: &'static str = "a very long answer that has more characters than forty";
    for refused in [
        questions(&ANSWERS[..4]),
        questions(&[]),
        with(0, "first_pet", "ab"),
        with(0, "first_pet", too_long),
        with(0, "first_pet", " the  BEATLES "),
        with(0, "dream_job", "another answer"),
        with(0, "No", "an answer"),
        with(0, "Which\nboat?", "an answer"),
        with(0, "Was my boat the Batory?", "batory"),
    ] {
        let got = session.answer(&world, refused.clone()).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/answers", "{refused}");
    }
    // The id of a question on offer is nothing that anybody reads.
    for allowed in [with(0, "first_pet", "Pet"), with(0, "Which boat did we miss?", "The Batory")] {
        let got = session.answer(&world, allowed).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
    }
    session.answer(&world, json!({ "do": "finish" })).await;
    let mut reset = world.identified(NINA).await;
    reset.prove(&world, "questions").await;
    assert_eq!(reset.step_name(), "new_password");

    let world = World::with(&everything_and("[questions]\nown_words = false")).await;
    let mut session = world.at_security_info(NINA).await;
    let got = session.answer(&world, with(0, "Which boat did we miss?", "The Batory")).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/answers");
}

#[tokio::test]
async fn questions_in_ones_own_words_are_nothing_to_begin_with() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.at_security_info(NINA).await;
    let own = ["Which boat?", "Which street?", "Which song?", "Which tree?", "Which cat?"];
    let answers = ["The Batory", "Hafengasse", "Summertime", "The old oak", "Mieze"];
    let all: Vec<_> = own.into_iter().zip(answers).collect();
    session.answer(&world, questions(&all)).await;
    assert_eq!(session.step_name(), "security_info");
    session.answer(&world, json!({ "do": "finish" })).await.is_problem(422, "invalid");
    assert_eq!(session.step()["required"], 2, "one more is asked for");
}

#[tokio::test]
async fn an_account_may_begin_so_many_additions_a_day() {
    let world = World::with("[limits]\nmessages_per_destination = 1000").await;
    let mut limited = None;
    let mut added = 0;
    'flows: for _ in 0..4 {
        let mut session = world.at_security_info(NINA).await;
        for _ in 0..10 {
            let got = session.add(&world, "email", json!("alternate"), &format!("n{added}@example.net")).await;
            if got.status == StatusCode::TOO_MANY_REQUESTS {
                limited = Some(got);
                break 'flows;
            }
            added += 1;
            session.answer(&world, json!({ "do": "choose_another" })).await;
        }
        world.advance(600);
    }
    assert_eq!(added, 30);
    limited.expect("the next is refused").is_problem(429, "rate_limited");
}

#[tokio::test]
async fn an_address_that_gets_too_many_messages_gets_no_more() {
    let world = World::new().await;
    let mut session = world.at_security_info(ADA).await;
    for _ in 0..10 {
        session.add(&world, "email", json!("alternate"), "victim@example.net").await;
        if session.step_name() == "security_info" {
            break;
        }
        session.answer(&world, json!({ "do": "choose_another" })).await;
    }
    let got = session.add(&world, "email", json!("alternate"), "victim@example.net").await;
    got.is_problem(429, "rate_limited");
}
