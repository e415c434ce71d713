//! The demonstration in process: a real directory, a real outbox.

mod account;
mod outbox;
mod switches;
mod theming;
mod world;

use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
};
use regain_protocol::FlowKind;
use regain_server::{
    config::BreachedKind,
    ports::{Message, Notifier as _, OsRng, PasswordChange, Phone as _, SystemClock, TextMessage},
};
use tower::ServiceExt as _;

use super::*;
use world::*;

#[tokio::test]
async fn the_sign_in_page_asks_only_two_lines_of_its_author() {
    let world = World::new().await;
    let (status, headers, page) = world.get("/").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(r#"<a id="cant-access" href="/reset">Can't access your account?</a>"#), "{page}");
    assert!(page.contains(r##"<script src="/regain.js" data-link="#cant-access" defer></script>"##), "{page}");
    assert!(page.contains(r#"id="user-id" name="username""#) && page.contains(r#"autocomplete="username""#));
    assert!(page.contains("only on this computer"));
    // F19: unlocking opens in the page too, with what was typed.
    assert!(
        page.contains(r##"<script src="/regain.js" data-link="#unlock" data-flow="unlock" defer></script>"##),
        "{page}"
    );
    let (_, _, page) = world.get("/?user=ada%40northwind.example").await;
    assert!(page.contains(r#"value="ada@northwind.example""#), "{page}");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.contains("form-action 'self'") && !policy.contains("unsafe-inline"), "{policy}");
}

#[tokio::test]
async fn the_right_password_truly_signs_in() {
    let world = World::new().await;
    let (status, page) = world.sign_in("username=ADA%40northwind.example&password=analytical+engine+notes").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(r#"data-testid="signed-in""#) && page.contains("ada@northwind.example"), "{page}");

    let ada = world
        .site
        .app()
        .ports()
        .directory
        .find(&"ada@northwind.example".parse().expect("a user ID"))
        .await
        .expect("answers")
        .expect("is there");
    let change = PasswordChange { new: "a new one".into(), current: None };
    world.site.app().ports().directory.set_password(&ada.id, &change).await.expect("sets");
    let (_, page) = world.sign_in("username=ada%40northwind.example&password=analytical+engine+notes").await;
    assert!(!page.contains("signed-in") && page.contains("sign-in-error"), "the old one is refused: {page}");
    let (_, page) = world.sign_in("username=ada%40northwind.example&password=a+new+one").await;
    assert!(page.contains("signed-in"), "{page}");
}

#[tokio::test]
async fn a_refused_sign_in_shows_the_form_again_and_nothing_of_the_password() {
    let world = World::new().await;
    for body in [
        "username=ada%40northwind.example&password=hunter2",
        "username=nobody&password=hunter2",
        "username=dis%40northwind.example&password=goto+considered+harmful",
        "username=linus%40northwind.example&password=nature+of+the+bond",
    ] {
        let (status, page) = world.sign_in(body).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("sign-in-error") && page.contains("cant-access"), "{page}");
        for password in ["hunter2", "goto considered", "nature of"] {
            assert!(!page.contains(password), "{page}");
        }
    }
    let (_, page) = world.sign_in("username=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E&password=x").await;
    assert!(!page.contains("<script>") && page.contains("&quot;&gt;&lt;script&gt;"), "{page}");
    let (status, _) = world.sign_in(&format!("username=ada&password={}", "x".repeat(MAX_BODY_BYTES))).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_people_are_listed_with_what_they_are_there_for() {
    let world = World::new().await;
    let (status, _, page) = world.get("/demo").await;
    assert_eq!(status, StatusCode::OK);
    for said in [
        "ada@northwind.example",
        "analytical engine notes",
        "Disabled account",
        "Locked account",
        "No method registered",
        "to choose from",
    ] {
        assert!(page.contains(said), "{said:?} in {page}");
    }
    for (user_id, said) in [
        ("mary", "Every method"),
        ("mary", "+1 425 555 0103 x12"),
        ("katherine", "A mobile phone only"),
        ("dorothy", "An office phone only"),
        ("rosalind", "Security questions only"),
        ("rosalind", "What was the name of the soft toy that you slept with?"),
        ("rosalind", "Mister Bear"),
        ("margaret", "An authenticator app only"),
        ("margaret", "MARGARETHAMILTONAPOLLOGUIDANCECO"),
        ("barbara", "Two different methods"),
        ("annie", "only an administrator can help"),
        ("annie", "admins"),
        ("hedy", "unlocked or a new password"),
        ("joan", "No password yet"),
        ("valerie", "Sign in to register one"),
        ("valerie", "illusions sent by mirror"),
    ] {
        let card = page.split("<li").find(|card| card.contains(&format!("{user_id}@northwind"))).expect("is there");
        assert!(card.contains(said), "{said:?} in {card}");
    }
}

#[tokio::test]
async fn the_authenticators_codes_are_those_of_their_keys() {
    let world = World::new().await;
    let (_, headers, json) = world.get("/demo/authenticators.json").await;
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let good_until: jiff::Timestamp = json["good_until"].as_str().expect("text").parse().expect("a time");
    let step = regain_server::totp::step_at(good_until) - 1;
    for (index, user_id) in ["mary@northwind.example", "margaret@northwind.example"].into_iter().enumerate() {
        let account = world
            .site
            .app()
            .ports()
            .directory
            .find(&user_id.parse().expect("a user ID"))
            .await
            .expect("answers")
            .expect("is there");
        let key = world
            .site
            .app()
            .ports()
            .directory
            .authenticator_key(Some(&account.id))
            .await
            .expect("answers")
            .expect("has one");
        assert_eq!(json["codes"][index]["user_id"], user_id);
        assert_eq!(json["codes"][index]["code"], *regain_server::totp::code(&key, step).expose());
    }
    let (_, _, page) = world.get("/demo").await;
    assert!(page.contains(r#"data-authenticator-of="margaret@northwind.example""#), "{page}");
    assert_eq!(world.get("/demo/people.js").await.0, StatusCode::OK);
}

#[tokio::test]
async fn it_is_for_this_computer_only() {
    let mut world = World::new().await;
    let ask = |host: &str| Request::get("/demo/outbox.json").header(header::HOST, host);
    let here = Some("127.0.0.1");
    for (request, peer) in [
        (ask("127.0.0.1:8080"), Some("192.0.2.7")),
        (ask("127.0.0.1:8080"), None),
        (ask("attacker.example:8080"), here),
        (ask("localhost.attacker.example"), here),
        (ask("127.0.0.1").header(header::HOST, "attacker.example"), here),
        (ask("localhost").header("x-forwarded-for", "192.0.2.7"), here),
        (ask("localhost").header("forwarded", "for=192.0.2.7"), here),
        (Request::get("/demo/outbox.json"), here),
    ] {
        let shown = format!("{request:?} from {peer:?}");
        assert_eq!(world.send(request, peer, "").await.0, StatusCode::FORBIDDEN, "{shown}");
    }
    for path in ["/", "/demo", "/demo/outbox", "/demo/outbox/m1", "/demo/outbox.js", "/demo/authenticators.json"] {
        let request = Request::get(path).header(header::HOST, "attacker.example");
        assert_eq!(world.send(request, here, "").await.0, StatusCode::FORBIDDEN, "{path}");
    }
    for (host, peer) in [("localhost:8080", "127.0.0.1"), ("[::1]:8080", "::1"), ("127.0.0.1", "::ffff:127.0.0.1")] {
        assert_eq!(world.send(ask(host), Some(peer), "").await.0, StatusCode::OK, "{host} {peer}");
    }
    world.listen = "0.0.0.0:8080".parse().expect("an address");
    assert_eq!(world.send(ask("localhost"), here, "").await.0, StatusCode::FORBIDDEN, "it listens to everybody");
}

#[tokio::test]
async fn the_banner_is_on_the_hosted_pages_too_in_english() {
    let world = World::of("", |_| false).await;
    let ask = async |language: &str| {
        let request = Request::get("/reset").header(header::ACCEPT_LANGUAGE, language).body(Body::empty());
        let response = world.site.router().oneshot(request.expect("a request")).await.expect("answers");
        let body = to_bytes(response.into_body(), 100_000).await.expect("has a body");
        String::from_utf8(body.into()).expect("text")
    };
    let english = ask("en").await;
    assert!(english.contains("only on this computer"), "a demonstration says so on every page: {english}");
    assert!(english.contains(r#"<aside class="banner" aria-label"#), "{english}");
    let hebrew = ask("he").await;
    assert!(hebrew.contains(r#"<html lang="he" dir="rtl">"#), "{hebrew}");
    assert!(hebrew.contains(r#"<aside class="banner" lang="en" dir="ltr" aria-label"#), "{hebrew}");
    assert!(hebrew.contains(r#"<link rel="stylesheet" href="/demo/demo.css">"#), "{hebrew}");
    assert_eq!(world.get("/demo/demo.css").await.0, StatusCode::OK);
}
