//! "I can’t do this – get help": the way to the administrators.

use axum::http::{Method, StatusCode};
use regain_server::{
    mails::Mails,
    messages::{Content, OutboundMessage},
};
use serde_json::{Value, json};

use crate::{
    people::{ANNA, LINUS, MARY, NOBODY, SOLO},
    proofs::{EVERYTHING, everything_and},
    world::{Session, World, bare, post},
};

const BY_PAGE: &str = "[contact]\nkind = \"url\"\nurl = \"https://www.example.com/helpdesk\"\n";

/// A person at every step before the end.
async fn everywhere(world: &World) -> Vec<Session> {
    let mut at_outcome = world.identified(LINUS).await;
    at_outcome.prove(world, "sms").await;
    let mut at_second_gate = world.identified(ANNA).await;
    at_second_gate.prove(world, "authenticator").await;
    let sessions = vec![
        world.begin().await,
        world.identified(MARY).await,
        world.identified(NOBODY).await,
        world.chosen(MARY, "email").await,
        world.chosen(MARY, "sms").await,
        world.called(ANNA).await.0,
        world.chosen(MARY, "questions").await,
        world.chosen(MARY, "authenticator").await,
        at_second_gate,
        at_outcome,
        world.proved(MARY).await,
    ];
    let mut names: Vec<_> = sessions.iter().map(|session| session.step_name().to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    let all = [
        "answer_call",
        "answer_questions",
        "choose_method",
        "choose_outcome",
        "enter_code",
        "identify",
        "new_password",
    ];
    assert_eq!(names, all);
    world.mail().await;
    sessions
}

/// Asks the administrators for help with this message, and takes the mails.
async fn asks(world: &World, session: &mut Session, message: &Value) -> Vec<OutboundMessage> {
    session.answer(world, json!({ "do": "ask_administrator" })).await;
    let step = session.step();
    assert_eq!((&step["name"], &step["reason"]), (&json!("contact_administrator"), &json!("asked")));
    assert_eq!((&step["contact"], &session.flow["gate"]), (&json!({ "kind": "form" }), &json!(null)));
    let got = session.answer(world, json!({ "do": "send_request", "message": message })).await;
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    world.mail().await
}

#[tokio::test]
async fn from_every_step_a_form_mails_each_administrator_once() {
    let world = World::with(&everything_and("[limits]\nrequests_per_hour = 50\n")).await;
    for mut session in everywhere(&world).await {
        let from = session.step_name().to_owned();
        let mails = asks(&world, &mut session, &json!("Please help")).await;
        let mut told: Vec<_> = mails.iter().filter_map(|mail| mail.to.as_deref()).collect();
        told.sort_unstable();
        assert_eq!(told, ["it@example.com", "security@example.com"], "{from}");
        for mail in mails {
            let Content::AdministratorRequest { reason, message, .. } = mail.content else { panic!("no request") };
            assert_eq!((reason.as_str(), message.as_deref()), ("asked", Some("Please help")));
        }
        assert_eq!((session.step_name(), &session.step()["outcome"]), ("done", &json!("request_sent")), "{from}");
        let again = session.answer(&world, json!({ "do": "send_request", "message": "Please help" })).await;
        again.is_problem(410, "flow_ended");
        assert!(world.mail().await.is_empty());
    }
}

#[tokio::test]
async fn there_is_no_way_back() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.chosen(MARY, "sms").await;
    let code = world.code().await.expect("a code");
    session.answer(&world, json!({ "do": "ask_administrator" })).await;
    for answer in [
        json!({ "do": "verify", "code": code }),
        json!({ "do": "choose_another" }),
        json!({ "do": "ask_administrator" }),
        json!({ "do": "resend" }),
    ] {
        session.answer(&world, answer).await.is_problem(409, "step_passed");
        assert_eq!(session.step_name(), "contact_administrator");
    }
}

#[tokio::test]
async fn where_self_service_is_off_everybody_goes_there() {
    let world = World::with(&everything_and("[organisation]\nself_service = false\n")).await;
    for user_id in [MARY, NOBODY, SOLO] {
        let mut session = world.identified(user_id).await;
        let step = session.step();
        assert_eq!((&step["name"], &step["reason"]), (&json!("contact_administrator"), &json!("disabled")));
        assert_eq!(session.flow["gate"], json!(null));
        session.answer(&world, json!({ "do": "choose", "method": "any" })).await.is_problem(409, "step_passed");
        session.answer(&world, json!({ "do": "send_request" })).await;
        assert_eq!(session.step()["outcome"], "request_sent");
        let mails = world.mail().await;
        assert_eq!(mails.len(), 2);
        let Content::AdministratorRequest { reason, message, proved, .. } = &mails[0].content else {
            panic!("{mails:?}")
        };
        assert_eq!((reason.as_str(), message, proved.len(), &*mails[0].user_id), ("disabled", &None, 0, user_id));
    }
}

#[tokio::test]
async fn what_was_typed_is_in_the_body_and_nowhere_else() {
    let world = World::with(EVERYTHING).await;
    let typed = "Hello\r\nBcc: everybody@example.com\r\n\r\n<b>bold</b> <script>alert(1)</script> \u{202e}txt https://evil.example/";
    let named = "\"><img src=x>\u{202e}@evil.example";
    let mut session = world.identified(named).await;
    let mails = asks(&world, &mut session, &json!(typed)).await;
    let config = world.app.config();
    let words = Mails::new(&config.organisation.name, config.organisation.help(), &config.server.public_url);
    for mail in &mails {
        assert!(["it@example.com", "security@example.com"].contains(&mail.to.as_deref().expect("somebody")));
        let written = words.write(&mail.locale, &mail.user_id, &mail.content, mail.device).expect("a mail");
        let (text, html) = (written.text.expose(), written.html.expose());
        for typed in ["Bcc", "evil", "img", "<", "\n", "\r", "\u{202e}", "Hello"] {
            assert!(!written.subject.expose().contains(typed), "{typed:?} in {:?}", written.subject.expose());
        }
        assert!(text.contains("Hello") && text.contains("\n> Bcc: everybody@example[.]com\n"), "{text}");
        assert!(html.contains("Hello") && html.contains("&lt;b&gt;bold"), "{html}");
        for live in ["<b>", "<script", "<img", "https://evil", "\u{202e}"] {
            assert!(!html.contains(live), "{live} in {html}");
        }
        assert!(!text.contains("https://evil") && !text.contains('\u{202e}'), "{text}");
    }
}

#[tokio::test]
async fn only_so_many_requests_are_sent_for_one_account_and_from_one_place() {
    for user_id in [MARY, NOBODY] {
        let world = World::with(EVERYTHING).await;
        for _ in 0..3 {
            let mut session = world.identified(user_id).await;
            assert_eq!(asks(&world, &mut session, &json!(null)).await.len(), 2);
        }
        let mut session = world.identified(user_id).await;
        session.answer(&world, json!({ "do": "ask_administrator" })).await;
        let got = session.answer(&world, json!({ "do": "send_request" })).await;
        assert_eq!(got.is_problem(429, "rate_limited").headers["retry-after"], "3600", "{user_id}");
        assert_eq!(session.step_name(), "contact_administrator", "the flow goes on");
        assert!(world.mail().await.is_empty());
        let mut other = world.identified(LINUS).await;
        assert_eq!(asks(&world, &mut other, &json!(null)).await.len(), 2, "another account has its own");
        world.advance(600);
        let mut later = world.identified(user_id).await;
        later.answer(&world, json!({ "do": "ask_administrator" })).await;
        world.advance(600);
        later.answer(&world, json!({ "do": "send_request" })).await.is_problem(429, "rate_limited");
    }
    let world = World::with(&everything_and("[limits]\nrequests_per_hour = 1\n")).await;
    for _ in 0..10 {
        let mut session = world.begin().await;
        assert_eq!(asks(&world, &mut session, &json!(null)).await.len(), 2, "nobody was named");
    }
    let mut session = world.begin().await;
    session.answer(&world, json!({ "do": "ask_administrator" })).await;
    session.answer(&world, json!({ "do": "send_request" })).await.is_problem(429, "rate_limited");
}

/// D26: one network that uses up what all share keeps nobody else from asking.
#[tokio::test]
async fn d26_one_network_keeps_nobody_else_from_asking() {
    let world = World::with(&everything_and("[limits]\nrequests_per_hour = 20\n")).await;
    let ask = async |peer: &str, user_id: Option<&str>| {
        let create = json!({ "kind": "reset" });
        let mut session = Session::of(&world.send_from(peer, post("/v1/flows", None, &create)).await);
        let mut got = None;
        for answer in [json!({ "do": "ask_administrator", "user_id": user_id }), json!({ "do": "send_request" })] {
            let answered = world.send_from(peer, session.request(&answer)).await;
            session.follow(&answered);
            got = Some(answered);
        }
        got.expect("an answer").status
    };
    for _ in 0..200 {
        assert_eq!(ask("198.51.100.1:1", None).await, StatusCode::OK);
    }
    for user_id in [MARY, NOBODY] {
        let peer = if user_id == MARY { "198.51.100.2:1" } else { "198.51.100.3:1" };
        assert_eq!(ask(peer, Some(user_id)).await, StatusCode::OK, "the first of its network, about its account");
        assert_eq!(ask(peer, Some(user_id)).await, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(
            ask("198.51.100.4:1", Some(user_id)).await,
            StatusCode::TOO_MANY_REQUESTS,
            "not the account's first"
        );
    }
    assert_eq!(ask("198.51.100.1:1", Some(LINUS)).await, StatusCode::TOO_MANY_REQUESTS);
    let mut proved = world.proved(MARY).await;
    world.mail().await;
    assert_eq!(asks(&world, &mut proved, &json!(null)).await.len(), 2, "who has proved something is heard");
    assert_eq!(ask("198.51.100.4:1", Some(LINUS)).await, StatusCode::OK);
}

#[tokio::test]
async fn a_message_that_is_too_long_is_invalid() {
    let world = World::with(EVERYTHING).await;
    let mut session = world.begin().await;
    session.answer(&world, json!({ "do": "ask_administrator" })).await;
    let got = session.answer(&world, json!({ "do": "send_request", "message": "ü".repeat(1001) })).await;
    assert_eq!(got.is_problem(422, "invalid").body["pointer"], "/message");
    assert!(world.mail().await.is_empty());
    session.answer(&world, json!({ "do": "send_request", "message": "ü".repeat(1000) })).await;
    assert_eq!(session.step_name(), "done");
}

#[tokio::test]
async fn a_page_of_the_organisation_takes_no_requests_here() {
    let world = World::with(&everything_and(BY_PAGE)).await;
    let mut session = world.identified(MARY).await;
    session.answer(&world, json!({ "do": "ask_administrator" })).await;
    let contact = json!({ "kind": "url", "url": "https://www.example.com/helpdesk" });
    assert_eq!(session.step()["contact"], contact);
    session
        .answer(&world, json!({ "do": "send_request", "message": "Please help" }))
        .await
        .is_problem(409, "step_passed");
    assert!(world.mail().await.is_empty());
    assert_eq!(world.send(bare(Method::GET, "/v1/config", None)).await.body["ask_administrator"], true);
}

#[tokio::test]
async fn where_there_is_no_way_to_them_none_is_offered() {
    let world = World::with("[contact]\nkind = \"off\"\n").await;
    assert_eq!(world.send(bare(Method::GET, "/v1/config", None)).await.body["ask_administrator"], false);
    for mut session in [world.begin().await, world.identified(MARY).await, world.proved(MARY).await] {
        let before = session.flow.clone();
        session.answer(&world, json!({ "do": "ask_administrator" })).await.is_problem(409, "step_passed");
        assert_eq!(session.flow, before);
    }
}
