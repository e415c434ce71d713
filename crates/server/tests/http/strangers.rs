//! Nobody learns whether an account exists: real, unknown, disabled and unreachable user IDs are
//! answered in the same bytes.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    counters::wrong,
    world::{Got, World},
};

/// What an onlooker sees of an answer, without what is different in every flow.
#[derive(Debug, PartialEq)]
struct Seen {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Value,
}

impl Seen {
    fn of(got: &Got) -> Self {
        let headers =
            got.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("?").to_owned()));
        let mut body = got.body.clone();
        without_what_always_differs(&mut body);
        Self {
            status: got.status.as_u16(),
            headers: headers.filter(|(name, _)| name != "content-length").collect(),
            body,
        }
    }
}

/// Ids and masks, which differ from person to person too; that they look alike is another test.
fn without_what_always_differs(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match key.as_str() {
                    "id" => *value = json!("…"),
                    "masked" => *value = json!(value.as_str().map(form)),
                    _ => without_what_always_differs(value),
                }
            }
        }
        // Real people have one or more, and so have made-up ones.
        Value::Array(elements) => {
            elements.truncate(1);
            for element in elements {
                element["role"].take();
                without_what_always_differs(element);
            }
        }
        _ => {}
    }
    if let Some(method) = value.get_mut("method") {
        method["role"].take();
    }
}

/// The form of a mask: which characters are letters.
fn form(masked: &str) -> String {
    let (shown, top) = masked.rsplit_once('.').expect("a top-level domain");
    assert!(top.chars().all(char::is_alphanumeric), "{masked}");
    shown.chars().map(|c| if c.is_alphanumeric() { 'x' } else { c }).collect()
}

/// Everything that somebody who gets no mail can do with a user ID.
async fn walk(user_id: &str) -> (Vec<Seen>, usize, Vec<String>) {
    let world = World::new().await;
    let mut seen = Vec::new();
    let mut session = world.begin().await;
    let mut ids = vec![session.id.clone()];
    macro_rules! say {
        ($($answer:tt)+) => {{
            let got = session.answer(&world, json!($($answer)+)).await;
            seen.push(Seen::of(&got));
            got
        }};
    }
    say!({ "do": "identify", "user_id": user_id });
    assert_eq!(session.step_name(), "choose_method");
    say!({ "do": "choose", "method": "nonsense" });
    let method = session.methods()[0].clone();
    say!({ "do": "choose", "method": method });
    let code = world.code().await.expect("a code is queued, even if nobody gets it");
    say!({ "do": "resend" });
    say!({ "do": "verify", "code": "" });
    let mut answers = vec![wrong(&code); 2];
    answers.push(json!({ "do": "choose_another" }));
    for answer in answers {
        seen.push(Seen::of(&session.answer(&world, answer).await));
    }
    say!({ "do": "choose", "method": method });
    say!({ "do": "ask_administrator" });
    say!({ "do": "set_password", "password": "a river that runs north" });
    world.advance(30);
    say!({ "do": "resend" });
    world.advance(30);
    say!({ "do": "resend" });
    world.advance(600);
    say!({ "do": "verify", "code": "123456" });
    say!({ "do": "resend" });
    say!({ "do": "resend" });
    let code = world.code().await.expect("a code is queued, even if nobody gets it");
    for _ in 0..4 {
        seen.push(Seen::of(&session.answer(&world, wrong(&code)).await));
    }
    assert_eq!(session.step_name(), "ended");
    seen.push(Seen::of(&session.show(&world).await));

    // On to the cap of the day, in further flows.
    for _ in 0..4 {
        world.advance(601);
        let (mut session, code) = world.asked(user_id).await;
        ids.push(session.id.clone());
        for _ in 0..5 {
            seen.push(Seen::of(&session.answer(&world, wrong(&code)).await));
        }
    }
    // And to the throttle.
    world.advance(601);
    let mut status = 0;
    for _ in 0..25 {
        let mut session = world.begin().await;
        let got = session.answer(&world, json!({ "do": "identify", "user_id": user_id })).await;
        status = got.status.as_u16();
        seen.push(Seen::of(&got));
    }
    assert_eq!(status, 429);
    let mut writes = 0;
    for id in &ids {
        writes += world.app.parts().store.audit(id).await.expect("answers").len();
    }
    let last = seen.iter().map(|seen| seen.status.to_string()).collect();
    (seen, writes, last)
}

#[tokio::test]
async fn user_ids_without_an_account_are_answered_like_real_ones() {
    let (real, real_writes, _) = walk("ada@example.com").await;
    assert!(
        real.iter().any(|seen| seen.body["flow"]["step"]["retry_at"].is_string()),
        "the cap of the day was reached"
    );
    for user_id in ["nobody@example.com", "disabled@example.com", "unreachable@example.com", "grace@example.com", "x"] {
        let (seen, writes, statuses) = walk(user_id).await;
        assert_eq!(seen.len(), real.len(), "{user_id}");
        for (index, (one, other)) in real.iter().zip(&seen).enumerate() {
            assert_eq!(one, other, "{user_id}, answer {index} of {statuses:?}");
        }
        assert_eq!(writes, real_writes, "{user_id}");
    }
}

#[tokio::test]
async fn decoys_are_the_same_each_time_and_of_the_form_of_real_methods() {
    let world = World::new().await;
    let real = world.identified("ada@example.com").await.step()["methods"].clone();
    for index in 0..40 {
        let user_id = format!("person{index}@example.com");
        let first = world.identified(&user_id).await.step()["methods"].clone();
        let again = world.identified(&user_id.to_uppercase()).await.step()["methods"].clone();
        assert_eq!(first, again);
        let methods = first.as_array().expect("a list");
        let mails: Vec<_> = methods.iter().filter(|method| method["kind"] == "email").collect();
        assert!(!methods.is_empty() && mails.len() <= 2);
        for method in mails {
            assert_eq!(form(method["masked"].as_str().expect("a text")), "x•••••@x•••••");
            assert_eq!(method["id"].as_str().map(str::len), real[0]["id"].as_str().map(str::len));
            assert!(["alternate", "authentication"].contains(&method["role"].as_str().expect("a text")));
            assert_eq!(method["confirm"], false);
        }
    }
}

#[tokio::test]
async fn the_answer_to_a_user_id_takes_its_time() {
    let world = World::with("[limits]\nidentify_floor_ms = 60\n").await;
    for user_id in ["ada@example.com", "nobody@example.com", "a\0"] {
        let mut session = world.begin().await;
        let begun = Instant::now();
        session.answer(&world, json!({ "do": "identify", "user_id": user_id })).await;
        assert!(begun.elapsed() >= Duration::from_millis(60), "{user_id:?}");
    }
}

#[tokio::test]
async fn even_the_code_that_nobody_was_told_does_not_pass() {
    let world = World::new().await;
    for user_id in ["nobody@example.com", "disabled@example.com", "unreachable@example.com"] {
        let (mut session, code) = world.asked(user_id).await;
        session.answer(&world, json!({ "do": "verify", "code": code })).await.is_problem(422, "wrong_code");
        assert_eq!(session.step_name(), "enter_code");
    }
}

#[tokio::test]
async fn messages_to_nobody_are_queued_like_any_other() {
    let world = World::new().await;
    for user_id in ["ada@example.com", "nobody@example.com", "disabled@example.com"] {
        let mut session = world.identified(user_id).await;
        let method = session.methods()[0].clone();
        session.answer(&world, json!({ "do": "choose", "method": method })).await;
        let mail = world.mail().await;
        assert_eq!(mail.len(), 1);
        assert_eq!(mail[0].to.is_some(), user_id == "ada@example.com");
    }
}
