//! The page of people who have signed in.

use jiff::{SignedDuration, Timestamp};
use regain_protocol::Secret;
use regain_server::ports::{AccountMail, Clock as _, Registration};
use serde_json::{Value, json};

use super::*;

const VALERIE: &str = "username=valerie%40northwind.example&password=illusions+sent+by+mirror";
const ADA: &str = "username=ada%40northwind.example&password=analytical+engine+notes";

impl World {
    /// With these sections beside the least.
    async fn with(sections: &str) -> Self {
        Self::of(sections, |user_id| user_id.starts_with("ada@") || user_id.starts_with("valerie@")).await
    }

    /// The sealed proof in the page of a person who has signed in.
    async fn proof(&self, credentials: &str) -> String {
        let (_, page) = self.sign_in(credentials).await;
        let (_, proof) = page.split_once("data-proof=\"").expect("a proof");
        proof.split_once('"').expect("an end").0.to_owned()
    }

    /// Asks for an assertion, as a page that comes from `site`.
    async fn assertion(&self, site: &str, proof: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::post("/demo/assertion")
            .header(header::HOST, "localhost:8080")
            .header("sec-fetch-site", site)
            .header(header::CONTENT_TYPE, "text/plain;charset=UTF-8");
        self.send(request, Some("127.0.0.1"), proof).await
    }

    /// Begins a flow at the API.
    async fn begin(&self, kind: &str, assertion: &str) -> (StatusCode, Value) {
        let body = json!({ "kind": kind, "assertion": assertion }).to_string();
        let request = Request::post("/v1/flows").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.site.router().oneshot(request).await.expect("answers");
        let (head, body) = response.into_parts();
        let body = to_bytes(body, 1_000_000).await.expect("has a body");
        (head.status, serde_json::from_slice(&body).expect("JSON"))
    }

    fn sealed(&self, until: Timestamp) -> String {
        let json = json!({ "user_id": "ada@northwind.example", "until": until }).to_string().into_bytes();
        self.site.app().keys().seal(&OsRng, "demo: signed in", &Secret::new(json))
    }
}

#[tokio::test]
async fn who_has_signed_in_is_offered_a_new_password_and_the_security_info() {
    let world = World::with("").await;
    let (_, page) = world.sign_in(ADA).await;
    for said in [
        r#"<a id="change-password" href="/change" data-flow="change">Change my password</a>"#,
        r#"<a id="security-info" href="/register" data-flow="register">My security info</a>"#,
        r#"data-user-id="ada@northwind.example""#,
        r#"<script src="/demo/account.js"></script>"#,
        r##"<script src="/regain.js" data-link="#change-password" data-flow="change" async></script>"##,
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(!page.contains("security-info-due"), "{page}");
    assert_eq!(world.get("/demo/account.js").await.0, StatusCode::OK);
    assert!(!world.get("/").await.2.contains("/change"), "the sign-in page says nothing of it");

    let world = World::with("[flows]\nchange = false").await;
    let (_, page) = world.sign_in(ADA).await;
    assert!(!page.contains("change-password") && page.contains(r##"data-link="#security-info""##), "{page}");
    let world = World::with("[flows]\nchange = false\nregister = false").await;
    let (_, page) = world.sign_in(VALERIE).await;
    assert!(page.contains("Welcome, Valerie") && !page.contains("<script") && !page.contains("-due"), "{page}");
}

#[tokio::test]
async fn who_has_too_little_security_info_or_looked_long_ago_is_told() {
    let world = World::with("").await;
    let (_, page) = world.sign_in(VALERIE).await;
    assert!(page.contains("security-info-due") && page.contains("no security info yet"), "{page}");

    let app = world.site.app();
    let directory = &app.ports().directory;
    let id = directory
        .find(&"ada@northwind.example".parse().expect("a user ID"))
        .await
        .expect("answers")
        .expect("is there")
        .id;
    let long_ago = SystemClock.now() - SignedDuration::from_hours(24 * 181);
    directory.register(&id, &Registration::Confirm(long_ago)).await.expect("registers");
    assert!(world.sign_in(ADA).await.1.contains("still correct?"));
    directory.register(&id, &Registration::Confirm(SystemClock.now())).await.expect("registers");
    assert!(!world.sign_in(ADA).await.1.contains("-due"));

    let world = World::with("[security_info]\nrequired = 2").await;
    assert!(world.sign_in(ADA).await.1.contains("one more method"));
    let app = world.site.app();
    let directory = &app.ports().directory;
    let id = directory
        .find(&"ada@northwind.example".parse().expect("a user ID"))
        .await
        .expect("answers")
        .expect("is there")
        .id;
    let mail = AccountMail {
        role: regain_protocol::Role::Authentication,
        address: "ada@home.example".parse().expect("an address"),
    };
    directory.register(&id, &Registration::Mail(mail)).await.expect("registers");
    assert!(!world.sign_in(ADA).await.1.contains("-due"));
}

#[tokio::test]
async fn the_page_gets_an_assertion_that_counts_once() {
    let world = World::with("").await;
    let proof = world.proof(ADA).await;
    assert!(!proof.contains("ada@"), "it is sealed");
    let (status, headers, assertion) = world.assertion("same-origin", &proof).await;
    assert_eq!(status, StatusCode::OK, "{assertion}");
    assert_eq!(headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert!(!headers.contains_key(header::SET_COOKIE));

    let (status, created) = world.begin("change", &assertion).await;
    assert_eq!(status, StatusCode::CREATED, "{created}");
    let step = &created["flow"]["step"];
    assert_eq!((&step["name"], &step["needs_current"]), (&json!("new_password"), &json!(true)));
    assert_eq!(step["user_id"], "ada@northwind.example");
    assert!(world.begin("change", &assertion).await.0.is_client_error(), "not twice");

    let (_, _, another) = world.assertion("same-origin", &proof).await;
    assert_ne!(another, assertion);
    let (_, created) = world.begin("register", &another).await;
    assert_eq!(created["flow"]["step"]["name"], "choose_method", "{created}");
    let (_, _, newcomer) = world.assertion("same-origin", &world.proof(VALERIE).await).await;
    let (_, created) = world.begin("register", &newcomer).await;
    assert_eq!(created["flow"]["step"]["name"], "sign_in", "who has nothing else gives the password: {created}");
    assert_eq!(created["flow"]["step"]["user_id"], "valerie@northwind.example");
}

#[tokio::test]
async fn nobody_else_gets_one() {
    let world = World::with("").await;
    let proof = world.proof(ADA).await;
    for site in ["cross-site", "same-site", "none"] {
        assert_eq!(world.assertion(site, &proof).await.0, StatusCode::FORBIDDEN, "{site}");
    }
    let now = SystemClock.now();
    assert_eq!(
        world.assertion("same-origin", &world.sealed(now + SignedDuration::from_mins(1))).await.0,
        StatusCode::OK
    );
    let elsewhere = world.site.app().keys().seal(&OsRng, "elsewhere", &Secret::new(b"{}".to_vec()));
    let over = world.sealed(now);
    for proof in ["", "nonsense", "ada@northwind.example", &proof[1..], &format!("{proof}A"), &elsewhere, &over] {
        let (status, _, body) = world.assertion("same-origin", proof).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{proof}");
        assert!(!body.contains('.') || body == "Sign in again.\n", "{body}");
    }
    assert_eq!(world.get("/demo/assertion").await.0, StatusCode::METHOD_NOT_ALLOWED);
    let request = Request::post("/demo/assertion").header(header::HOST, "attacker.example");
    assert_eq!(world.send(request, Some("127.0.0.1"), &proof).await.0, StatusCode::FORBIDDEN);
}

/// An issuer in the configuration replaces the demonstration's own.
#[tokio::test]
async fn anothers_word_takes_the_place_of_the_demonstrations() {
    let world = World::with(
        "[assertions]\nissuer = 'x'\nalgorithm = 'HS256'\nsecret = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='",
    )
    .await;
    let (_, page) = world.sign_in(ADA).await;
    assert!(!page.contains("data-proof") && page.contains("change-password"), "{page}");
    let until = SystemClock.now() + SignedDuration::from_mins(1);
    let (_, _, assertion) = world.assertion("same-origin", &world.sealed(until)).await;
    assert!(world.begin("change", &assertion).await.0.is_client_error());
}
