//! The demonstration in process: a real directory, a real outbox.

use axum::{
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, header},
};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::*;
use crate::{
    adapters::{Database, EmbeddedDirectory},
    ports::{Message, Notifier as _, OsRng, PasswordChange, SystemClock},
};

const PEOPLE: &str = include_str!("../../../demo/people.toml");

struct World {
    _folder: TempDir,
    demo: Demo,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        let directory = EmbeddedDirectory::open(database, Arc::clone(&clock), Arc::new(OsRng)).await.expect("opens");
        let people = People::from_toml(PEOPLE).expect("reads");
        directory.import(&people).await.expect("imports");
        let demo = Demo {
            organisation: "Northwind Traders".into(),
            listen: "127.0.0.1:8080".parse().expect("an address"),
            directory: Arc::new(directory),
            outbox: Outbox::new(Arc::clone(&clock)),
            clock,
            people,
        };
        Self { _folder: folder, demo }
    }

    async fn send(
        &self,
        request: axum::http::request::Builder,
        peer: Option<&str>,
        body: &str,
    ) -> (StatusCode, HeaderMap, String) {
        let mut request = request.body(Body::from(body.to_owned())).expect("a request");
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().expect("an address"), 4711)));
        }
        let response = routes(self.demo.clone()).oneshot(request).await.expect("answers");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1_000_000).await.expect("has a body");
        (parts.status, parts.headers, String::from_utf8(body.into()).expect("text"))
    }

    async fn get(&self, path: &str) -> (StatusCode, HeaderMap, String) {
        self.send(Request::get(path).header(header::HOST, "localhost:8080"), Some("127.0.0.1"), "").await
    }

    async fn sign_in(&self, body: &str) -> (StatusCode, String) {
        let request = Request::post("/demo/sign-in")
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (status, _, page) = self.send(request, Some("::1"), body).await;
        (status, page)
    }
}

#[tokio::test]
async fn the_sign_in_page_asks_only_two_lines_of_its_author() {
    let world = World::new().await;
    let (status, headers, page) = world.get("/").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(r#"<a id="cant-access" href="/reset">Can't access your account?</a>"#), "{page}");
    assert!(page.contains(r##"<script src="/regain.js" data-link="#cant-access" async></script>"##), "{page}");
    assert!(page.contains(r#"id="user-id" name="username""#) && page.contains(r#"autocomplete="username""#));
    assert!(page.contains("only on this computer"));
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.contains("form-action 'self'") && !policy.contains("unsafe-inline"), "{policy}");
}

#[tokio::test]
async fn the_right_password_truly_signs_in() {
    let world = World::new().await;
    let (status, page) = world.sign_in("username=ADA%40northwind.example&password=analytical+engine+notes").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(r#"data-testid="signed-in""#) && page.contains("ada@northwind.example"), "{page}");

    let ada = world.demo.directory.find("ada@northwind.example").await.expect("answers").expect("is there");
    let change = PasswordChange { new: "a new one".into(), current: None };
    world.demo.directory.set_password(&ada.id, &change).await.expect("sets");
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
    for said in
        ["ada@northwind.example", "analytical engine notes", "disabled", "locked", "No way to be reached", "a choice"]
    {
        assert!(page.contains(said), "{said:?} in {page}");
    }
    for (user_id, said) in [
        ("mary", "Every way there is"),
        ("mary", "+1 425 555 0103 x12"),
        ("katherine", "A mobile phone only"),
        ("dorothy", "An office phone only"),
        ("rosalind", "Security questions only"),
        ("rosalind", "What was the name of the soft toy that you slept with?"),
        ("rosalind", "Mister Bear"),
        ("margaret", "An authenticator app only"),
        ("margaret", "MARGARETHAMILTONAPOLLOGUIDANCECO"),
        ("barbara", "Two ways of different kinds"),
        ("annie", "only an administrator helps"),
        ("annie", "admins"),
        ("hedy", "unlocked or a new password"),
        ("joan", "No password yet"),
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
    let step = crate::totp::step_at(good_until) - 1;
    for (index, user_id) in ["mary@northwind.example", "margaret@northwind.example"].into_iter().enumerate() {
        let account = world.demo.directory.find(user_id).await.expect("answers").expect("is there");
        let key = world.demo.directory.authenticator_key(Some(&account.id)).await.expect("answers").expect("has one");
        assert_eq!(json["codes"][index]["user_id"], user_id);
        assert_eq!(json["codes"][index]["code"], *crate::totp::code(&key, step).expose());
    }
    let (_, _, page) = world.get("/demo").await;
    assert!(page.contains(r#"data-authenticator-of="margaret@northwind.example""#), "{page}");
    assert_eq!(world.get("/demo/people.js").await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_outbox_shows_mails_newest_first_and_runs_nothing_of_them() {
    let world = World::new().await;
    assert!(world.get("/demo/outbox").await.2.contains("Nothing yet"));
    for (id, subject) in [("m1", "First"), ("m2", "Second <b>")] {
        let message = Message {
            id: id.into(),
            to: "ada.lovelace@mail.example".into(),
            subject: subject.into(),
            text: "042137\n<script>alert(1)</script>".into(),
            html: "<style>p{color:red}</style><p>042137</p>".into(),
        };
        world.demo.outbox.send(&message).await.expect("takes it");
    }
    let (status, _, page) = world.get("/demo/outbox").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.find("Second &lt;b&gt;").expect("is there") < page.find("First").expect("is there"));
    assert!(page.contains(r#"data-newest="m2""#) && !page.contains("<script>"), "{page}");
    assert!(
        page.contains(r#"<iframe title="Second &lt;b&gt;" sandbox="" loading="lazy" src="/demo/outbox/m2">"#),
        "{page}"
    );

    let (_, headers, json) = world.get("/demo/outbox.json").await;
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "no other page may read it");
    let mails: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(mails[0]["subject"], "Second <b>");
    assert_eq!(mails[1]["to"], "ada.lovelace@mail.example");
    assert!(mails[0]["at"].as_str().expect("text").ends_with('Z'));

    let (_, headers, html) = world.get("/demo/outbox/m1").await;
    assert!(html.contains("<p>042137</p>"));
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    assert_eq!(world.get("/demo/outbox/m3").await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/demo/outbox.js").await.0, StatusCode::OK);
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
    world.demo.listen = "0.0.0.0:8080".parse().expect("an address");
    assert_eq!(world.send(ask("localhost"), here, "").await.0, StatusCode::FORBIDDEN, "it listens to everybody");
}
