//! The demonstration in process: a real directory, a real outbox.

mod account;
mod theming;

use axum::{
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Request, header},
};
use regain_protocol::FlowKind;
use regain_server::{
    adapters::{Database, EmbeddedDirectory, HashCost, People, SqliteStore},
    config::BreachedKind,
    keys::Keys,
    ports::{
        CallEvent, CallInstruction, CallListener, CallRef, EventNotTaken, Message, Notifier as _, OsRng,
        PasswordChange, Phone as _, PhoneCall, Ports, SystemClock, TextMessage,
    },
};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::*;
use crate::{Outbox, Settings, Site};

const PEOPLE: &str = include_str!("../../people.toml");

/// The least that is configured.
const LEAST: &str = r#"
    [server]
    key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    [organisation]
    name = "Northwind Traders"
    [mail]
    kind = "outbox"
"#;

struct World {
    _folder: TempDir,
    site: Arc<Site>,
    outbox: Outbox,
    listen: SocketAddr,
}

impl World {
    async fn new() -> Self {
        Self::of("", |_| true).await
    }

    /// With these sections beside the least, and some of the people.
    async fn of(sections: &str, are_there: impl Fn(&str) -> bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut people = People::from_toml(PEOPLE).expect("reads");
        people.people.retain(|person| are_there(&person.user_id));
        let (settings, config) = Settings::parse(&format!("{LEAST}\n{sections}"), folder.path()).expect("settings");
        let database = Database::open(&config.store.path).await.expect("opens");
        let (clock, rng) = (Arc::new(SystemClock), Arc::new(OsRng));
        let keys = Keys::derive(&config.server.server_key().expect("a key"));
        let directory =
            EmbeddedDirectory::open_with(database.clone(), clock.clone(), rng.clone(), keys.clone(), HashCost::TEST)
                .await
                .expect("opens");
        directory.import(&people).await.expect("imports");
        let outbox = Outbox::new(clock.clone());
        // The first that is named: the calls of these tests are of no flow.
        outbox.report_to(Arc::new(WaitsForPound));
        let ports = Ports {
            store: Arc::new(SqliteStore::new(database, keys)),
            directory: Arc::new(directory).whole(),
            notifier: Arc::new(outbox.clone()),
            phone: Arc::new(outbox.clone()),
            captcha: None,
            breached: None,
            clock,
            rng,
            wake: Arc::default(),
        };
        let site = Site::new(settings, config, ports, outbox.clone(), people, Router::new()).expect("a server");
        Self { _folder: folder, site, outbox, listen: SocketAddr::from(([127, 0, 0, 1], 8080)) }
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
        let response = guarded(self.site.demo(), self.listen).oneshot(request).await.expect("answers");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1_000_000).await.expect("has a body");
        (parts.status, parts.headers, String::from_utf8(body.into()).expect("text"))
    }

    async fn get(&self, path: &str) -> (StatusCode, HeaderMap, String) {
        self.send(Request::get(path).header(header::HOST, "localhost:8080"), Some("127.0.0.1"), "").await
    }

    /// Presses a button of a call, as a form of a page that comes from `site`.
    async fn press(&self, call: &str, site: &str, body: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::post(format!("/demo/calls/{call}"))
            .header(header::HOST, "localhost:8080")
            .header("sec-fetch-site", site)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Some("127.0.0.1"), body).await
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
        world.outbox.send(&message).await.expect("takes it");
    }
    let (status, _, page) = world.get("/demo/outbox").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.find("Second &lt;b&gt;").expect("is there") < page.find("First").expect("is there"));
    assert!(page.contains(r#"data-entry="m2""#) && !page.contains("<script>"), "{page}");
    assert!(
        page.contains(r#"<iframe title="Second &lt;b&gt;" sandbox="" loading="lazy" src="/demo/outbox/m2">"#),
        "{page}"
    );

    let (_, headers, json) = world.get("/demo/outbox.json").await;
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "no other page may read it");
    let mails: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&mails[0]["kind"], &mails[0]["subject"]), (&"mail".into(), &"Second <b>".into()));
    assert_eq!(mails[1]["to"], "ada.lovelace@mail.example");
    assert!(mails[0]["at"].as_str().expect("text").ends_with('Z'));

    let (_, headers, html) = world.get("/demo/outbox/m1").await;
    assert!(html.contains("<p>042137</p>"));
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    assert_eq!(world.get("/demo/outbox/m3").await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/demo/outbox.js").await.0, StatusCode::OK);
}

/// A flow that waits for `#`.
struct WaitsForPound;

#[async_trait::async_trait]
impl CallListener for WaitsForPound {
    async fn on_event(&self, _: &CallRef, event: CallEvent) -> Result<CallInstruction, EventNotTaken> {
        Ok(match event {
            CallEvent::Key('#') => CallInstruction::Proved,
            CallEvent::Key(_) => CallInstruction::WrongKey,
            _ => CallInstruction::Listening,
        })
    }
}

impl World {
    /// A phone rings.
    async fn rings(&self, call: &str) {
        let reference = CallRef { flow_id: "f1".into(), call_id: call.into() };
        let call = PhoneCall { reference, to: "+14255550123".into(), locale: "en".into() };
        self.outbox.call(&call).await.expect("rings");
    }

    /// The newest entry, as programs read it.
    async fn newest(&self) -> serde_json::Value {
        let entries: serde_json::Value = serde_json::from_str(&self.get("/demo/outbox.json").await.2).expect("JSON");
        entries[0].clone()
    }
}

#[tokio::test]
async fn the_outbox_shows_texts_too() {
    let world = World::new().await;
    let text = "042137 is your code & <b>\n\n@localhost #042137".into();
    world.outbox.text(&TextMessage { id: "t1".into(), to: "+14255550123".into(), text }).await.expect("takes it");
    let (_, _, page) = world.get("/demo/outbox").await;
    assert!(page.contains("Text message") && page.contains("+14255550123"), "{page}");
    assert!(page.contains("042137 is your code &amp; &lt;b&gt;\n\n@localhost #042137"), "{page}");
    let newest = world.newest().await;
    assert_eq!((&newest["kind"], &newest["id"], &newest["to"]), (&"sms".into(), &"t1".into(), &"+14255550123".into()));
    assert!(newest["text"].as_str().expect("text").ends_with("@localhost #042137"), "{newest}");
    assert!(newest["at"].as_str().expect("text").ends_with('Z'));
}

#[tokio::test]
async fn a_call_is_answered_and_keys_are_pressed_with_the_buttons_of_the_page() {
    let world = World::new().await;
    world.rings("c1").await;
    let newest = world.newest().await;
    assert_eq!((&newest["kind"], &newest["id"], &newest["status"]), (&"call".into(), &"c1".into(), &"ringing".into()));
    assert_eq!(newest["to"], "+14255550123");
    let (_, _, page) = world.get("/demo/outbox").await;
    for button in [
        r#"<form class="row" method="post" action="/demo/calls/c1">"#,
        r#"name="do" value="answer">Answer<"#,
        r#"name="do" value="ignore">Don't answer<"#,
        r#"<meta name="referrer" content="same-origin">"#,
    ] {
        assert!(page.contains(button), "{button} in {page}");
    }

    let (status, headers, _) = world.press("c1", "same-origin", "do=answer").await;
    assert_eq!(
        (status, &headers[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"/demo/outbox".parse().expect("a value"))
    );
    let (_, _, page) = world.get("/demo/outbox").await;
    for said in
        [r#"name="do" value="key">"#, r##"name="key" value="#""##, r#"name="key" value="5""#, "Hang up", "press"]
    {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(!page.contains("Don't answer"), "{page}");
    world.press("c1", "same-origin", "do=key&key=5").await;
    assert_eq!(world.newest().await["said"].as_array().map(Vec::len), Some(2));
    world.press("c1", "same-origin", "do=key&key=%23").await;
    let newest = world.newest().await;
    assert_eq!((&newest["status"], newest["said"].as_array().map(Vec::len)), (&"ended".into(), Some(3)));
    let (_, _, page) = world.get("/demo/outbox").await;
    assert!(page.contains("Call: over") && !page.contains("<button"), "{page}");
    assert_eq!(world.press("c1", "same-origin", "do=answer").await.0, StatusCode::SEE_OTHER, "too late is no error");
}

#[tokio::test]
async fn a_call_that_is_not_taken_was_not_answered() {
    for (n, body) in ["do=ignore", "do=hang_up"].into_iter().enumerate() {
        let world = World::new().await;
        let call = format!("c{n}");
        world.rings(&call).await;
        assert_eq!(world.press(&call, "same-origin", body).await.0, StatusCode::SEE_OTHER);
        assert_eq!(world.newest().await["status"], "not_answered");
    }
}

#[tokio::test]
async fn no_other_page_can_answer_a_call() {
    let world = World::new().await;
    world.rings("c1").await;
    for site in ["cross-site", "same-site", "none", ""] {
        assert_eq!(world.press("c1", site, "do=answer").await.0, StatusCode::FORBIDDEN, "{site}");
    }
    let post = |host: &str| {
        Request::post("/demo/calls/c1")
            .header(header::HOST, host)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    };
    let here = Some("127.0.0.1");
    for origin in ["http://attacker.example", "null", "http://localhost:9090", "https://localhost:8080", ""] {
        let request = post("localhost:8080").header(header::ORIGIN, origin);
        assert_eq!(world.send(request, here, "do=answer").await.0, StatusCode::FORBIDDEN, "{origin}");
    }
    assert_eq!(world.send(post("attacker.example"), here, "do=answer").await.0, StatusCode::FORBIDDEN);
    assert_eq!(world.send(post("localhost:8080"), Some("192.0.2.7"), "do=answer").await.0, StatusCode::FORBIDDEN);
    assert_eq!(world.newest().await["status"], "ringing");

    for (body, status) in [
        ("", StatusCode::UNPROCESSABLE_ENTITY),
        ("do=nonsense", StatusCode::UNPROCESSABLE_ENTITY),
        ("do=key", StatusCode::UNPROCESSABLE_ENTITY),
        ("do=key&key=%23%23", StatusCode::UNPROCESSABLE_ENTITY),
        ("do=key&key=x", StatusCode::BAD_REQUEST),
        (&format!("do=answer&x={}", "x".repeat(MAX_BODY_BYTES)), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(world.press("c1", "same-origin", body).await.0, status, "{body:.20}");
    }
    assert_eq!(world.press("c2", "same-origin", "do=answer").await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/demo/calls/c1").await.0, StatusCode::METHOD_NOT_ALLOWED);
    let older = post("localhost:8080").header(header::ORIGIN, "http://localhost:8080");
    assert_eq!(world.send(older, here, "do=answer").await.0, StatusCode::SEE_OTHER, "a browser without Sec-Fetch-Site");
    let program = world.send(post("localhost:8080"), here, "do=key&key=%23").await;
    assert_eq!(program.0, StatusCode::SEE_OTHER, "a program says nothing of pages");
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
async fn the_switches_change_what_counts_and_refuse_what_is_no_configuration() {
    let world = World::new().await;
    let switch = |site: &'static str, body: &'static str| {
        let request = Request::post("/demo/switches")
            .header(header::HOST, "localhost:8080")
            .header("sec-fetch-site", site)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        world.send(request, Some("127.0.0.1"), body)
    };
    let (status, _, page) = switch("cross-site", "email=on").await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{page}");

    let (_, _, page) = switch("same-origin", "email=on&self_service=on&unlock=on&captcha=image&contact=off").await;
    assert!(page.contains("data-testid=\"switched\""), "{page}");
    let app = world.site.app();
    let config = app.config();
    assert_eq!(config.captcha.kind, regain_server::config::CaptchaKind::Image);
    assert!(config.methods.email && !config.methods.authenticator);
    assert_eq!(config.organisation.name, "Northwind Traders", "the rest stays");

    assert_eq!(config.flows.kinds(), [FlowKind::Reset, FlowKind::Unlock]);
    assert_eq!(config.password.policy().min_length, 15);

    let (_, _, page) = switch("same-origin", "email=on&self_service=on&change=on&preset=entra&contact=off").await;
    assert!(page.contains("data-testid=\"switched\""), "{page}");
    let app = world.site.app();
    let config = app.config();
    assert_eq!(config.flows.kinds(), [FlowKind::Reset, FlowKind::Change]);
    let policy = config.password.policy();
    assert_eq!((policy.min_length, policy.min_classes), (8, 3), "the preset's");
    assert!(!page.contains("known from a breach"), "there is nothing to look up in");

    let (_, _, page) = switch("same-origin", "email=on&self_service=on&gates=2&contact=off").await;
    assert!(page.contains("not-switched") && page.contains("gates.required"), "{page}");
    assert_eq!(world.site.app().config().gates.required, 1, "nothing was switched");
}

/// The demonstration's own list of breached passwords is one, and what the page of switches says of it is true.
#[tokio::test]
async fn the_demonstrations_breached_passwords_can_be_switched() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/breached.txt");
    let section = format!("[password.breached]\nkind = \"file\"\npath = \"{path}\"");
    let world = World::of(&section, |_| false).await;
    let app = world.site.app();
    let config = app.config();
    let roots = regain_server::adapters::TrustedRoots::load(None).expect("loads");
    let list = regain_server::adapters::breached(&config.password.breached, &roots).expect("opens").expect("a list");
    for (password, is_known) in [("correct horse battery staple", true), ("analytical engine notes", false)] {
        let seen = regain_server::breached::seen(&*list, &password.into()).await.expect("answers");
        assert_eq!(seen > 0, is_known, "{password}");
    }
    let switch = async |body: &'static str| {
        let request = Request::post("/demo/switches")
            .header(header::HOST, "localhost:8080")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        world.send(request, Some("127.0.0.1"), body).await.2
    };
    for (body, kind) in [
        ("email=on&self_service=on&contact=off", BreachedKind::Off),
        ("email=on&self_service=on&contact=off&breached=on", BreachedKind::File),
    ] {
        let page = switch(body).await;
        assert!(page.contains("data-testid=\"switched\""), "{page}");
        assert_eq!(world.site.app().config().password.breached.kind, kind);
    }
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

#[tokio::test]
async fn a_switch_replaces_the_server_over_the_same_store_and_directory() {
    let world = World::of("[captcha]\nkind = \"off\"", |user_id| user_id.starts_with("ada@")).await;
    let before = world.site.app();
    let begin = async || {
        let request = Request::post("/v1/flows").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(r#"{"kind":"reset"}"#)).expect("a request");
        let response = world.site.router().oneshot(request).await.expect("answers");
        let body = to_bytes(response.into_body(), 100_000).await.expect("has a body");
        serde_json::from_slice::<serde_json::Value>(&body).expect("JSON")
    };
    let begun = begin().await;
    let request = Request::post("/demo/switches")
        .header(header::HOST, "localhost:8080")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let (_, _, page) = world.send(request, Some("127.0.0.1"), "email=on&self_service=on&contact=off").await;
    assert!(page.contains("data-testid=\"switched\""), "{page}");

    let after = world.site.app();
    assert!(!Arc::ptr_eq(&before, &after) && before.config().flows.kinds() != after.config().flows.kinds());
    assert!(Arc::ptr_eq(&before.ports().store, &after.ports().store));
    assert!(Arc::ptr_eq(&before.ports().directory.accounts, &after.ports().directory.accounts));
    let show = |token: &str| {
        let path = format!("/v1/flows/{}", begun["flow"]["id"].as_str().expect("an id"));
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        world.site.router().oneshot(request.body(Body::empty()).expect("a request"))
    };
    let shown = show(begun["token"].as_str().expect("a token")).await.expect("answers");
    assert_eq!(shown.status(), StatusCode::OK, "a flow goes on");
    assert_eq!(begin().await["flow"]["step"]["captcha"]["kind"], "proof_of_work", "by the new configuration");
    assert!(begun["flow"]["step"]["captcha"].is_null(), "{begun}");
}
