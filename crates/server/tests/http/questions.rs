//! Security questions: some of those that were registered, all to be answered.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use regain_server::ports::{AccountQuestion, Accounts as _, NewQuestion, Registration, Registrations as _};
use serde_json::{Value, json};

use crate::{
    people::{ANNA, MARY, NOBODY, OLGA, OTTO},
    proofs::{EVERYTHING, everything_and, only, registered},
    world::{Session, World, merged},
};

fn asked(session: &Session) -> Vec<(String, String)> {
    let questions = session.step()["questions"].as_array().expect("questions are asked");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    questions.iter().map(|question| (text(&question["id"]), text(&question["text"]))).collect()
}

#[tokio::test]
async fn some_of_the_registered_questions_are_asked_and_right_answers_are_a_proof() {
    for (to_answer, config) in [(3, EVERYTHING), (5, &everything_and("[questions]\nto_answer = 5\n"))] {
        let world = World::with(config).await;
        let mut session = world.chosen(MARY, "questions").await;
        assert_eq!((session.step_name(), &session.step()["tries_left"]), ("answer_questions", &json!(5)));
        let asked = asked(&session);
        let ids: BTreeSet<_> = asked.iter().map(|(id, _)| id).collect();
        assert_eq!((asked.len(), ids.len()), (to_answer, to_answer), "each once");
        assert!(asked.iter().all(|(id, text)| !registered(id).is_empty() && text.ends_with('?')), "{asked:?}");
        session.answer(&world, session.answers(registered)).await;
        assert_eq!(session.step_name(), "new_password");
    }
}

#[tokio::test]
async fn the_questions_of_a_day_are_the_same_in_every_flow_and_their_order_is_not() {
    let world = World::with(EVERYTHING).await;
    for user_id in [MARY, NOBODY] {
        // A made-up account has questions where its draw says so; alone it always has.
        let alone = World::with(&only(&["questions"])).await;
        let world = if user_id == MARY { &world } else { &alone };
        let mut orders = BTreeSet::new();
        let mut sets: BTreeMap<BTreeSet<String>, usize> = BTreeMap::new();
        for _ in 0..20 {
            let ids: Vec<_> = asked(&world.chosen(user_id, "questions").await).into_iter().map(|(id, _)| id).collect();
            *sets.entry(ids.iter().cloned().collect()).or_default() += 1;
            orders.insert(ids);
            world.advance(1700);
        }
        assert!(sets.len() <= 2 && sets.values().sum::<usize>() == 20, "one set before midnight, one after: {sets:?}");
        assert!(orders.len() > sets.len(), "{user_id}: {orders:?}");
    }
}

#[tokio::test]
async fn over_the_days_every_question_is_asked() {
    let world = World::with(EVERYTHING).await;
    let mut seen = BTreeSet::new();
    for _ in 0..40 {
        seen.extend(asked(&world.chosen(MARY, "questions").await));
        world.advance(24 * 3600);
    }
    assert_eq!(seen.len(), 5);
}

#[tokio::test]
async fn going_back_asks_the_same_questions() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.chosen(MARY, "questions").await;
    let first: BTreeSet<_> = asked(&session).into_iter().collect();
    session.answer(&world, session.answers(|_| "no idea".to_owned())).await.is_problem(422, "wrong_answers");
    session.answer(&world, json!({ "do": "choose_another" })).await;
    session.choose(&world, "questions").await;
    assert_eq!(asked(&session).into_iter().collect::<BTreeSet<_>>(), first);
    assert_eq!(session.step()["tries_left"], 4, "and refills no try");
}

#[tokio::test]
async fn a_wrong_set_costs_one_try_and_does_not_say_which() {
    let world = World::with(EVERYTHING).await;
    let mut said = Vec::new();
    for wrong in 1..=3 {
        let mut session = world.chosen(MARY, "questions").await;
        let wrong_ones: Vec<_> = asked(&session).into_iter().take(wrong).map(|(id, _)| id).collect();
        let answer =
            |id: &str| if wrong_ones.iter().any(|it| it == id) { "no idea".to_owned() } else { registered(id) };
        let got = session.answer(&world, session.answers(answer)).await;
        got.is_problem(422, "wrong_answers");
        assert_eq!(session.step()["tries_left"], 4, "{wrong} wrong answers cost one try");
        let mut body = got.body;
        body["flow"].take();
        said.push((got.headers, body));
        assert_eq!(world.events(&session).await.iter().filter(|event| *event == "wrong_answers").count(), 1);
    }
    for (headers, _) in &mut said {
        headers.remove("content-length");
    }
    assert!(said.iter().all(|it| *it == said[0]), "{said:?}");
}

#[tokio::test]
async fn five_wrong_sets_end_the_flow() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.chosen(MARY, "questions").await;
    for left in [4, 3, 2, 1] {
        session.answer(&world, session.answers(|_| "no idea".to_owned())).await.is_problem(422, "wrong_answers");
        assert_eq!(session.step()["tries_left"], left);
    }
    let right = session.answers(registered);
    session.answer(&world, session.answers(|_| "no idea".to_owned())).await.is_problem(422, "wrong_answers");
    assert_eq!(session.step()["reason"], "too_many_attempts");
    session.answer(&world, right).await.is_problem(410, "flow_ended");
}

#[tokio::test]
async fn what_is_no_set_of_answers_is_invalid_and_costs_nothing() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.chosen(MARY, "questions").await;
    let before = session.flow.clone();
    let right = session.answers(registered)["answers"].as_array().expect("answers").clone();
    let with = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut answers = right.clone();
        change(&mut answers);
        answers
    };
    for answers in [
        Vec::new(),
        with(&|answers| drop(answers.pop())),
        with(&|answers| answers.push(answers[0].clone())),
        with(&|answers| answers[1] = answers[0].clone()),
        with(&|answers| answers[0]["question"] = json!("nonsense")),
        with(&|answers| answers.push(json!({ "question": "nonsense", "answer": "nonsense" }))),
        with(&|answers| answers[0]["answer"] = json!("")),
        with(&|answers| answers[0]["answer"] = json!(" \t ")),
        with(&|answers| answers[0]["answer"] = json!("x".repeat(201))),
    ] {
        let got = session.answer(&world, json!({ "do": "answer", "answers": answers })).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/answers", "{answers:?}");
        assert_eq!(session.flow, before, "{answers:?}");
    }
    let mut reversed = right;
    reversed.reverse();
    session.answer(&world, json!({ "do": "answer", "answers": reversed })).await;
    assert_eq!(session.step_name(), "new_password", "the order of the answers is free");
}

#[tokio::test]
async fn answers_are_right_however_they_are_written() {
    let world = World::with(&everything_and("[questions]\nto_answer = 5\n")).await;
    let written = |id: &str| {
        let written = match id {
            "first_pet" => "  FLUFFY   the\u{a0}second ",
            "dream_job" => "STRASSENBAHNFAHRER",
            "first_concert" => "ｔｈｅ beatles",
            "lost_thing" => "a BLUE Umbrella\t",
            _ => "mrs dalloway",
        };
        written.to_owned()
    };
    let mut session = world.chosen(MARY, "questions").await;
    session.answer(&world, session.answers(|id| written(id).replace("blue", "bleu").replace("BLUE", "bleu"))).await;
    assert_eq!(session.step()["tries_left"], 4, "but not with other letters");
    session.answer(&world, session.answers(written)).await;
    assert_eq!(session.step_name(), "new_password");
}

#[tokio::test]
async fn ones_own_words_are_shown_only_after_another_proof() {
    let world = World::with(&everything_and("[gates]\nrequired = 2\n")).await;
    let mut session = world.identified(OLGA).await;
    assert_eq!(session.kinds(), ["email", "authenticator"]);
    session.prove(&world, "email").await;
    assert_eq!(session.kinds(), ["questions", "authenticator"]);
    let got = session.choose(&world, "questions").await;
    assert_eq!(got.status, StatusCode::OK);
    let texts: Vec<_> = asked(&session).into_iter().map(|(_, text)| text).collect();
    assert!(texts.iter().any(|text| text == "Which boat did we miss?"), "{texts:?}");
    let questions = session.step()["questions"].as_array().expect("questions").clone();
    let answers = questions.iter().map(|question| {
        let answer = match question["text"].as_str().expect("a text") {
            "Which boat did we miss?" => "the batory",
            "Who sang at the harbour?" => "aunt ilona",
            _ => "rex",
        };
        json!({ "question": question["id"], "answer": answer })
    });
    session.answer(&world, json!({ "do": "answer", "answers": answers.collect::<Vec<_>>() })).await;
    assert_eq!(session.step_name(), "new_password");
}

#[tokio::test]
async fn whoever_has_only_own_words_looks_like_nobody() {
    let world = World::with(&only(&["questions"])).await;
    for user_id in [OTTO, NOBODY] {
        let session = world.chosen(user_id, "questions").await;
        assert!(asked(&session).iter().all(|(id, _)| regain_server::questions::PREDEFINED.contains(&id.as_str())));
    }
}

#[tokio::test]
async fn the_organisations_own_questions_are_asked_of_made_up_accounts_too() {
    let question = |index| format!("{{ id = \"own_{index}\", text = \"The organisation's question {index}?\" }}");
    let own = format!("[questions]\nown = [{}]\n", (0..20).map(question).collect::<Vec<_>>().join(", "));
    let world = World::with(&merged(&only(&["questions"]), &own)).await;
    let questions: Vec<_> = (0..5)
        .map(|index| NewQuestion {
            question: AccountQuestion { id: format!("own_{index}"), own: None },
            answer: format!("answer {index}").as_str().into(),
        })
        .collect();
    for user_id in [MARY, ANNA] {
        let id =
            world.directory.find(&user_id.parse().expect("a user ID")).await.expect("answers").expect("is there").id;
        world.directory.register(&id, &Registration::Questions(questions.clone())).await.expect("registers");
    }
    let mut of_the_organisation = 0;
    for index in 0..60 {
        let asked = asked(&world.chosen(&format!("stranger{index}@example.com"), "questions").await);
        assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), 3, "each once");
        of_the_organisation += asked.iter().filter(|(id, _)| id.starts_with("own_")).count();
    }
    // Two of the three who have questions have these.
    assert!(of_the_organisation > 0, "{of_the_organisation}");
}
