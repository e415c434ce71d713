//! Every error of the contract that is not a file of its own.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use futures_util::stream;
use serde_json::json;

use crate::world::{GOOD, World, bare, post};

#[tokio::test]
async fn an_unknown_flow_and_a_wrong_token_are_told_apart_by_nothing() {
    let world = World::new().await;
    let session = world.begin().await;
    let other = world.begin().await;
    let step = session.step()["id"].as_str().expect("an id");
    let known = format!("/v1/flows/{}", session.id);
    let unknown = "/v1/flows/AAAAAAAAAAAAAAAAAAAAAA".to_owned();
    let answer = json!({ "do": "identify", "user_id": "ada@example.com" });
    let mut all = Vec::new();
    for path in [&known, &unknown, &"/v1/flows/%ff".to_owned()] {
        for token in [None, Some(""), Some("nonsense"), Some(other.token.as_str())] {
            all.push(world.send(bare(Method::GET, path, token)).await);
            all.push(world.send(bare(Method::DELETE, path, token)).await);
            all.push(world.send(post(&format!("{path}/steps/{step}"), token, &answer)).await);
            let id = path.trim_start_matches("/v1/flows/");
            let asked = json!({ "flow": id, "step": step, "do": "identify", "user_id": "ada@example.com" });
            all.push(world.send(post("/v1/answers", token, &asked)).await);
            let mut repeated = post(&format!("{path}/steps/{step}"), token, &answer);
            repeated.headers_mut().insert("idempotency-key", "k".parse().expect("a value"));
            all.push(world.send(repeated).await);
        }
    }
    for (index, got) in all.iter().enumerate() {
        got.is_problem(401, "unauthorized");
        assert_eq!(got.headers["www-authenticate"], "Bearer");
        assert_eq!((&got.bytes, &got.headers), (&all[0].bytes, &all[0].headers), "{index}");
    }
    assert_eq!(session.show(&world).await.body["step"]["name"], "identify");
}

#[tokio::test]
async fn authorization_is_one_bearer_token() {
    let world = World::new().await;
    let session = world.begin().await;
    let path = format!("/v1/flows/{}", session.id);
    for (value, status) in [
        (format!("Bearer {}", session.token), StatusCode::OK),
        (format!("bearer  {}", session.token), StatusCode::OK),
        (format!("Basic {}", session.token), StatusCode::UNAUTHORIZED),
        (session.token.clone(), StatusCode::UNAUTHORIZED),
        (format!("Bearer {} x", session.token), StatusCode::UNAUTHORIZED),
        (format!("Bearer {}A", session.token), StatusCode::UNAUTHORIZED),
    ] {
        let mut request = bare(Method::GET, &path, None);
        request.headers_mut().insert("authorization", value.parse().expect("a value"));
        assert_eq!(world.send(request).await.status, status, "{value}");
    }
}

#[tokio::test]
async fn addresses_and_methods_that_are_not_there_are_problems_too() {
    let world = World::new().await;
    for path in ["/", "/v1", "/v1/nothing", "/v2/config", "/v1/flows/a/steps", "/v1/flows/a/steps/b/c", "/v1/answers/a"]
    {
        world.send(bare(Method::GET, path, None)).await.is_problem(404, "not_found");
    }
    for (method, path, allow) in [
        (Method::DELETE, "/v1/config", "GET,HEAD"),
        (Method::GET, "/v1/flows", "POST"),
        (Method::PUT, "/v1/flows/a", "DELETE,GET,HEAD"),
        (Method::GET, "/v1/flows/a/steps/b", "POST"),
        (Method::GET, "/v1/answers", "POST"),
    ] {
        let got = world.send(bare(method, path, None)).await;
        got.is_problem(405, "method_not_allowed");
        let mut allowed: Vec<_> = got.headers["allow"].to_str().expect("a text").split(',').collect();
        allowed.sort_unstable();
        assert_eq!(allowed.join(","), allow, "{path}");
    }
}

#[tokio::test]
async fn a_flow_that_is_not_on_offer_is_invalid() {
    let world = World::new().await;
    for kind in ["reset", "unlock", "change", "register"] {
        let off = World::with(&format!("[flows]\n{kind} = false\n")).await;
        let got = off.send(post("/v1/flows", None, &json!({ "kind": kind }))).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/kind");
    }
    for (member, value) in [("locale", "en GB"), ("locale", ""), ("user_id", ""), ("user_id", "a\u{7}")] {
        let got = world.send(post("/v1/flows", None, &json!({ "kind": "reset", member: value }))).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], format!("/{member}"));
    }
    let got =
        world.send(post("/v1/flows", None, &json!({ "kind": "reset", "locale": "de-CH", "user_id": "ada" }))).await;
    assert_eq!(got.status, StatusCode::CREATED);
    assert_eq!(got.headers["location"], format!("/v1/flows/{}", got.body["flow"]["id"].as_str().expect("an id")));
}

#[tokio::test]
async fn what_cannot_be_a_user_id_is_invalid() {
    let world = World::new().await;
    let mut session = world.begin().await;
    let step = session.step().clone();
    for user_id in ["", "  \t ", "a\nb", "a\u{0}", &"x".repeat(257)] {
        let got = session.answer(&world, json!({ "do": "identify", "user_id": user_id })).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/user_id", "{user_id:?}");
        assert_eq!(session.step(), &step);
    }
    session.answer(&world, json!({ "do": "identify", "user_id": "x".repeat(256) })).await;
    assert_eq!(session.step_name(), "choose_method");
}

#[tokio::test]
async fn a_step_takes_its_own_answers_only() {
    let world = World::new().await;
    let answers = [
        json!({ "do": "identify", "user_id": "ada@example.com" }),
        json!({ "do": "new_captcha" }),
        json!({ "do": "send_request", "message": "help" }),
        json!({ "do": "choose", "method": "m" }),
        json!({ "do": "verify", "code": "123456" }),
        json!({ "do": "resend" }),
        json!({ "do": "choose_another" }),
        json!({ "do": "call_again" }),
        json!({ "do": "answer", "answers": [] }),
        json!({ "do": "sign_in", "user_id": "ada@example.com", "password": "p" }),
        json!({ "do": "unlock" }),
        json!({ "do": "reset" }),
        json!({ "do": "set_password", "password": GOOD }),
        json!({ "do": "add", "kind": "email", "role": "alternate", "value": "a@example.net" }),
        json!({ "do": "remove", "method": "m" }),
        json!({ "do": "set_questions", "answers": [] }),
        json!({ "do": "finish" }),
        json!({ "do": "ask_administrator" }),
    ];
    let taken: [(&str, &[&str]); 4] = [
        ("identify", &["identify"]),
        ("choose_method", &["choose"]),
        ("enter_code", &["verify", "resend", "choose_another"]),
        ("new_password", &["set_password"]),
    ];
    let sessions = [
        world.begin().await,
        world.identified("ada@example.com").await,
        world.asked("ada@example.com").await.0,
        world.proved("ada@example.com").await,
    ];
    for (session, (name, taken)) in sessions.iter().zip(taken) {
        assert_eq!(session.step_name(), name);
        for answer in answers.iter().filter(|answer| !taken.contains(&answer["do"].as_str().expect("a text"))) {
            let got = world.send(session.request(answer)).await;
            got.is_problem(409, "step_passed");
            assert_eq!(got.body["flow"], session.flow, "{name} {answer}");
        }
    }
}

#[tokio::test]
async fn a_step_that_has_passed_is_passed() {
    let world = World::new().await;
    let mut session = world.begin().await;
    let first = session.clone();
    session.answer(&world, json!({ "do": "identify", "user_id": "ada@example.com" })).await;
    let got = world.send(first.request(&json!({ "do": "identify", "user_id": "grace@example.com" }))).await;
    got.is_problem(409, "step_passed");
    assert_eq!(got.body["flow"], session.flow);
    let second = session.clone();
    let method = session.methods()[0].clone();
    session.answer(&world, json!({ "do": "choose", "method": method })).await;
    world.send(second.request(&json!({ "do": "choose", "method": method }))).await.is_problem(409, "step_passed");
    assert_eq!(world.mail().await.len(), 1, "a replay sends nothing");
    let third = session.clone();
    session.answer(&world, json!({ "do": "choose_another" })).await;
    assert_ne!(session.step()["id"], second.step()["id"], "every step has an id of its own");
    world.send(third.request(&json!({ "do": "verify", "code": "123456" }))).await.is_problem(409, "step_passed");
    let nonsense = session.request_at("nonsense", &json!({ "do": "resend" }));
    world.send(nonsense).await.is_problem(409, "step_passed");
}

#[tokio::test]
async fn a_method_that_is_not_on_offer_is_invalid() {
    let world = World::new().await;
    let mut session = world.identified("ada@example.com").await;
    let theirs = world.identified("grace@example.com").await.methods()[0].clone();
    for method in ["", "nonsense", &theirs] {
        let got = session.answer(&world, json!({ "do": "choose", "method": method })).await;
        assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/method");
    }
    let method = session.methods()[0].clone();
    let got = session.answer(&world, json!({ "do": "choose", "method": method, "destination": "a@example.org" })).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/destination");
    assert!(world.mail().await.is_empty());
}

#[tokio::test]
async fn a_cancelled_flow_is_over() {
    let world = World::new().await;
    let (mut session, code) = world.asked("ada@example.com").await;
    let path = format!("/v1/flows/{}", session.id);
    for _ in 0..2 {
        let got = world.send(bare(Method::DELETE, &path, Some(&session.token))).await;
        assert_eq!((got.status, got.bytes.len()), (StatusCode::NO_CONTENT, 0));
        assert_eq!(got.headers["cache-control"], "no-store");
    }
    let got = session.answer(&world, json!({ "do": "verify", "code": code })).await;
    got.is_problem(410, "flow_ended");
    assert_eq!((&session.step()["name"], &session.step()["reason"]), (&json!("ended"), &json!("cancelled")));
    assert_eq!(session.show(&world).await.body, session.flow);
}

#[tokio::test]
async fn a_password_is_judged_by_the_rules() {
    let world = World::new().await;
    let mut session = world.proved("ada@example.com").await;
    let before = session.flow.clone();
    for (password, rules) in [
        (String::new(), vec!["too_short"]),
        ("fourteen chars".into(), vec!["too_short"]),
        ("x".repeat(257), vec!["too_long"]),
        ("I like contoso very much".into(), vec!["contains_forbidden_word"]),
        ("it is ADA@example.com again".into(), vec!["contains_user_id"]),
        ("Lovelace!".into(), vec!["too_short", "contains_forbidden_word"]),
    ] {
        let got = session.answer(&world, json!({ "do": "set_password", "password": password })).await;
        got.is_problem(422, "password_refused");
        let broken: Vec<_> =
            got.body["violations"].as_array().expect("a list").iter().map(|v| v["rule"].clone()).collect();
        assert_eq!(broken, rules, "{password}");
        assert_eq!(session.flow, before, "nothing has changed");
    }
    assert!(world.signs_in("ada@example.com", "the old password of Ada").await);
    let spaces = "  ünïcödé  pässwörd 🌊  ";
    session.answer(&world, json!({ "do": "set_password", "password": spaces })).await;
    assert_eq!(session.step_name(), "done");
    assert!(world.signs_in("ada@example.com", spaces).await);
    assert!(!world.signs_in("ada@example.com", spaces.trim()).await, "nothing is trimmed");
}

#[tokio::test]
async fn what_takes_too_long_is_a_problem_too() {
    let world = World::new().await;
    let mut request = post("/v1/flows", None, &json!({ "kind": "reset" }));
    *request.body_mut() = Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>());
    // From here on the clock jumps to the next moment that something waits for: the request's time is up.
    tokio::time::pause();
    let got = world.send(request).await;
    got.is_problem(503, "unavailable");
    assert!(got.headers.contains_key("retry-after"));
    assert_eq!(got.headers["cache-control"], "no-store");
}
