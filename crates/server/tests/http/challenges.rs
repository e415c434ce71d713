//! The challenge: work for the browser or a picture, good for one flow, once, and for a while.

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use regain_server::engine;
use serde_json::{Value, json};

use crate::{
    once::keyed,
    people::{ADA, NOBODY},
    world::{Got, Session, World, post},
};

pub(crate) const WORK: &str = "[captcha]\nkind = \"proof_of_work\"\nmax_number = 1000\n";
const PICTURE: &str = "[captcha]\nkind = \"image\"\n";

impl Session {
    pub(crate) fn captcha(&self) -> &Value {
        &self.step()["captcha"]
    }

    async fn solves(&mut self, world: &World, captcha: Value) -> Got {
        self.answer(world, json!({ "do": "identify", "user_id": ADA, "captcha": captcha })).await
    }
}

/// The solution of the challenge that a flow is at.
pub(crate) fn solution(world: &World, captcha: &Value) -> Value {
    let text = |member: &str| captcha[member].as_str().expect("a text").to_owned();
    if captcha["kind"] == "proof_of_work" {
        // By the solver that browsers run, in the form in which they send it. It names its challenge: a bare
        // number would be another challenge's too, once in a thousand times.
        let mut payload = captcha.clone();
        payload["number"] =
            regain_proof_of_work::solve(&text("salt"), &text("challenge"), 0, 1000).expect("one of them").into();
        return json!({ "solution": STANDARD.encode(payload.to_string()) });
    }
    // A person looks or listens; the digits are in the address of the sound, sealed.
    let audio = text("audio");
    let sealed = audio.rsplit_once('/').and_then(|(_, file)| file.strip_suffix(".wav")).expect("an address");
    let digits = engine::revealed(world.app.keys(), sealed).expect("opens");
    json!({ "id": captcha["id"], "solution": digits })
}

#[tokio::test]
async fn a_solved_challenge_lets_one_say_who_one_is() {
    for config in [WORK, PICTURE] {
        let world = World::with(config).await;
        let mut session = world.begin().await;
        let solution = solution(&world, session.captcha());
        let got = session.solves(&world, solution).await;
        assert_eq!((got.status, session.step_name()), (StatusCode::OK, "choose_method"), "{config}");
    }
}

#[tokio::test]
async fn anything_else_gets_another_challenge_at_the_same_step() {
    for config in [WORK, PICTURE] {
        let world = World::with(config).await;
        let mut session = world.begin().await;
        let id = session.captcha()["id"].clone();
        for wrong in [
            Value::Null,
            json!({ "solution": "" }),
            json!({ "solution": "nonsense" }),
            json!({ "solution": "99999999" }),
            json!({ "id": "nonsense", "solution": "999999" }),
            json!({ "id": id, "solution": "1 2 3" }),
        ] {
            let before = session.clone();
            let got = session.solves(&world, wrong.clone()).await;
            got.is_problem(422, "captcha_failed");
            assert_eq!((session.step_name(), &session.step()["id"]), ("identify", &before.step()["id"]), "{wrong}");
            assert_ne!(session.captcha(), before.captcha(), "{config}: {wrong}");
            // The solution of the former one is late.
            let late = solution(&world, before.captcha());
            let former = session.captcha().clone();
            session.solves(&world, late).await.is_problem(422, "captcha_failed");
            assert_ne!(session.captcha(), &former);
        }
        let events = world.events(&session).await;
        assert_eq!(events.iter().filter(|event| *event == "captcha_failed").count(), 12);
        let right = solution(&world, session.captcha());
        session.solves(&world, right).await;
        assert_eq!(session.step_name(), "choose_method", "and the right one is taken after all of them");
    }
}

#[tokio::test]
async fn another_challenge_can_be_asked_for_and_voids_the_former_one() {
    for config in [WORK, PICTURE] {
        let world = World::with(config).await;
        let mut session = world.begin().await;
        let first = session.clone();
        let got = session.answer(&world, json!({ "do": "new_captcha" })).await;
        assert_eq!((got.status, &session.step()["id"]), (StatusCode::OK, &first.step()["id"]));
        assert_ne!(session.captcha(), first.captcha());
        let voided = solution(&world, first.captcha());
        session.solves(&world, voided).await.is_problem(422, "captcha_failed");
        for _ in 0..18 {
            session.answer(&world, json!({ "do": "new_captcha" })).await;
        }
        let got = session.answer(&world, json!({ "do": "new_captcha" })).await;
        assert_eq!(got.is_problem(429, "rate_limited").headers["retry-after"], "600", "twenty in ten minutes");
        let right = solution(&world, session.captcha());
        session.solves(&world, right).await;
        assert_eq!(session.step_name(), "choose_method", "the last one still counts");
    }
}

/// Each answer with a flow brings its picture: it is drawn apart from the flow, once.
#[tokio::test]
async fn d16_every_view_of_a_challenge_has_its_picture_and_the_same_one() {
    let world = World::with(PICTURE).await;
    let begin = |key: &str| {
        let mut request = post("/v1/flows", None, &json!({ "kind": "reset" }));
        request.headers_mut().insert("idempotency-key", key.parse().expect("a value"));
        request
    };
    let created = world.send(begin("first")).await;
    let session = Session::of(&created);
    let picture = session.captcha()["image"].as_str().expect("a text").to_owned();
    assert!(picture.starts_with("data:image/png;base64,iVBOR"));
    let shown = |flow: &Value| flow["step"]["captcha"]["image"].clone();
    assert_eq!(shown(&world.send(begin("first")).await.body["flow"]), *picture, "a repeat");
    for _ in 0..2 {
        assert_eq!(shown(&session.show(&world).await.body), *picture, "looked at");
    }
    let malformed = world.send(session.request(&json!({ "do": "nothing" }))).await;
    assert_eq!(shown(&malformed.body["flow"]), *picture, "a body that is no answer");
    let refused = world.send(session.request(&json!({ "do": "finish" }))).await;
    assert_eq!(shown(&refused.body["flow"]), *picture, "an answer to another step");
    world.advance(700);
    assert_eq!(shown(&session.show(&world).await.body), *picture, "once its time is up");
    let failed = world.send(session.request(&json!({ "do": "identify", "user_id": ADA }))).await;
    let next = shown(&failed.is_problem(422, "captcha_failed").body["flow"]);
    assert!(next.as_str().expect("a text").starts_with("data:image/png;base64,iVBOR"));
    assert_ne!(next, *picture);
}

/// Nothing is done that a picture would follow from while as many as may wait to be drawn; steps without one go on.
#[tokio::test]
async fn d16_what_cannot_be_shown_is_not_done() {
    let world = World::with(PICTURE).await;
    let session = world.begin().await;
    let mut beyond = world.begin().await;
    let right = solution(&world, beyond.captcha());
    beyond.solves(&world, right).await;
    let before = session.show(&world).await.body;
    let right = solution(&world, session.captcha());

    let places: Vec<_> = std::iter::from_fn(|| world.app.drawings().place().ok()).collect();
    let create = || keyed(post("/v1/flows", None, &json!({ "kind": "reset" })), "create-1");
    world.send(create()).await.is_problem(503, "unavailable");
    let identify = json!({ "do": "identify", "user_id": ADA, "captcha": right });
    for answer in [&json!({ "do": "new_captcha" }), &json!({ "do": "identify", "user_id": ADA }), &identify] {
        world.send(session.request(answer)).await.is_problem(503, "unavailable");
    }
    assert_eq!(session.show(&world).await.body, before, "it is at the same challenge");
    let method = beyond.methods()[0].clone();
    beyond.answer(&world, json!({ "do": "choose", "method": method })).await;
    assert_eq!(beyond.step_name(), "enter_code");

    drop(places);
    assert_eq!(world.send(create()).await.status, StatusCode::CREATED, "the same key, now that it is done");
    let answered = world.send(session.request(&identify)).await;
    assert_eq!(answered.body["flow"]["step"]["name"], "choose_method", "the solution still counts");
}

#[tokio::test]
async fn a_solution_is_worth_nothing_in_another_flow_or_a_second_time() {
    for config in [WORK, PICTURE] {
        let world = World::with(config).await;
        let mut mine = world.begin().await;
        let mut theirs = world.begin().await;
        let right = solution(&world, mine.captcha());
        theirs.solves(&world, right.clone()).await.is_problem(422, "captcha_failed");
        let stale = mine.clone();
        mine.solves(&world, right.clone()).await;
        let again = json!({ "do": "identify", "user_id": NOBODY, "captcha": right });
        world.send(stale.request(&again)).await.is_problem(409, "step_passed");
        theirs.solves(&world, right).await.is_problem(422, "captcha_failed");
    }
}

#[tokio::test]
async fn a_challenge_can_be_solved_for_so_long() {
    for config in [WORK, PICTURE] {
        for (seconds, is_good) in [(59, true), (60, false)] {
            let world = World::with(&format!("{config}lifetime_s = 60\n")).await;
            let mut session = world.begin().await;
            let right = solution(&world, session.captcha());
            world.advance(seconds);
            let got = session.solves(&world, right).await;
            if is_good {
                assert_eq!(session.step_name(), "choose_method");
            } else {
                got.is_problem(422, "captcha_failed");
                let right = solution(&world, session.captcha());
                session.solves(&world, right).await;
                assert_eq!(session.step_name(), "choose_method", "the next one has its own time");
            }
        }
    }
}

#[tokio::test]
async fn whether_there_is_an_account_changes_nothing_about_a_wrong_solution() {
    for config in [WORK, PICTURE] {
        let world = World::with(config).await;
        let mut said = Vec::new();
        for user_id in [ADA, NOBODY] {
            let mut session = world.begin().await;
            let answer = json!({ "do": "identify", "user_id": user_id, "captcha": { "solution": "0 0" } });
            let mut got = session.answer(&world, answer).await;
            for member in ["salt", "challenge", "signature", "id", "image", "audio"] {
                got.body["flow"]["step"]["captcha"][member].take();
            }
            got.body["flow"]["id"].take();
            got.body["flow"]["reference"].take();
            got.body["flow"]["step"]["id"].take();
            said.push((got.status, got.body));
        }
        assert_eq!(said[0], said[1], "{config}");
    }
}

#[tokio::test]
async fn where_there_is_none_none_is_asked_for() {
    let world = World::new().await;
    let mut session = world.begin().await;
    assert_eq!(session.captcha(), &Value::Null);
    session.answer(&world, json!({ "do": "new_captcha" })).await.is_problem(409, "step_passed");
    session.solves(&world, json!({ "solution": "1" })).await;
    assert_eq!(session.step_name(), "choose_method", "what was not asked for is not looked at");
}
