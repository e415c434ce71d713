//! A whole server with the provider: from choosing the call to the new password, and what is said late.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use jiff::Timestamp;
use regain_protocol::Help;
use regain_server::{
    adapters::{Database, EmbeddedDirectory, HashCost, People, SqlStore, Twilio},
    app::App,
    config::Config,
    delivery::{Budgets, Delivery, Texts},
    http,
    keys::Keys,
    mails::Mails,
    ports::{Channel, Clock, Message, Notifier, NotifyError, OsRng, Ports},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::authority::trusted;
use tower::ServiceExt as _;

use super::{
    FROM, PUBLIC_URL,
    provider::{ACCOUNT, NO_NUMBER, Provider, TOKEN, Taken, calls_back},
};

/// Time that does not pass.
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        "2026-11-23T14:00:00Z".parse().expect("a valid time")
    }
}

const PEOPLE: &str = r#"
    [[people]]
    user_id = "ada@example.com"
    name = "Ada Lovelace"
    phones = [{ role = "mobile", number = "+14255550123" }]
    [[people]]
    user_id = "grace@example.com"
    name = "Grace Hopper"
    phones = [{ role = "mobile", number = "+15005550001" }]
"#;

/// Takes every mail and does nothing with it.
struct NoMail;

#[async_trait]
impl Notifier for NoMail {
    async fn send(&self, _: &Message) -> Result<(), NotifyError> {
        Ok(())
    }
}

struct Whole {
    provider: Provider,
    router: Router,
    delivery: Delivery,
    _folder: TempDir,
}

/// A person at work on a flow.
struct Session {
    id: String,
    token: String,
    flow: Value,
}

impl Whole {
    async fn new() -> Self {
        Self::with(|text| text).await
    }

    /// With a change to its configuration.
    async fn with(change: impl FnOnce(String) -> String) -> Self {
        let provider = Provider::new().await;
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!(
            r#"
            [server]
            key = "cmVnYWluIHRlc3RzIHVzZSB0aGlzIGtleSwgbm90aGluZyBlbHNl"
            public_url = "{PUBLIC_URL}"
            trusted_proxies = "none"
            [organisation]
            name = "Contoso"
            [mail]
            host = "mail.example.com"
            from = "help@example.com"
            [limits]
            identify_floor_ms = 0
            [captcha]
            kind = "off"
            [methods]
            email = false
            authenticator = false
            sms = true
            call_mobile = true
            [phone]
            kind = "twilio"
            account_sid = "{ACCOUNT}"
            auth_token = "{TOKEN}"
            from = "{FROM}"
            countries = ["+1"]
            base_url = "{}"
            "#,
            provider.base_url
        );
        let config = Config::parse(&change(text), Path::new(folder.path())).expect("a configuration");
        let clock = Arc::new(StoppedClock);
        let database = Database::open(&config.store.path).await.expect("opens");
        let keys = Keys::derive(&config.server.server_key().expect("a key"));
        let directory = EmbeddedDirectory::open_with(
            database.clone(),
            clock.clone(),
            Arc::new(OsRng),
            keys.clone(),
            HashCost::TEST,
        )
        .await
        .expect("opens");
        directory.import(&People::from_toml(PEOPLE).expect("people")).await.expect("imports");
        let twilio =
            Twilio::new(&config.phone, &trusted(), PUBLIC_URL, keys.clone(), Arc::new(OsRng)).expect("can be set up");
        let ports = Ports {
            store: Arc::new(SqlStore::new(database, keys.clone())),
            directory: Arc::new(directory).whole(),
            notifier: Arc::new(NoMail),
            phone: Arc::new(twilio),
            captcha: None,
            breached: None,
            clock,
            rng: Arc::new(OsRng),
            wake: Arc::default(),
        };
        let app = App::new(config, ports.clone()).expect("a server");
        let delivery = Delivery {
            store: ports.store,
            notifier: ports.notifier,
            phone: ports.phone,
            sessions: None,
            calls: Arc::new(app.flows().clone()),
            clock: ports.clock,
            keys: Arc::new(keys),
            mails: Mails::new("Contoso", Help::default(), PUBLIC_URL),
            texts: Texts { organisation: "Contoso".into(), webotp_host: "recover.example.com".into() },
            budgets: Budgets::from(&app.config().limits),
            mail_connections: 1,
            wake: ports.wake,
        };
        Self { provider, router: http::router(&app, Router::new()), delivery, _folder: folder }
    }

    async fn ask(&self, method: Method, path: &str, token: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) })
            .expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("answers");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Says who one is, chooses the call or the text, and waits until it was sent.
    async fn chosen(&self, user_id: &str, kind: &str) -> Session {
        let (status, created) = self.ask(Method::POST, "/v1/flows", "", &json!({ "kind": "reset" })).await;
        assert_eq!(status, StatusCode::CREATED, "{created}");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let flow = created["flow"].clone();
        let mut session = Session { id: text(&flow["id"]), token: text(&created["token"]), flow };
        session.answer(self, json!({ "do": "identify", "user_id": user_id })).await;
        let methods = session.flow["step"]["methods"].as_array().expect("methods").clone();
        let method = methods.iter().find(|method| method["kind"] == kind).expect("is on offer");
        session.answer(self, json!({ "do": "choose", "method": method["id"] })).await;
        for channel in Channel::ALL {
            while self.delivery.deliver_next(channel).await.expect("answers") {}
        }
        session
    }

    fn last_call(&self) -> Taken {
        self.provider.taken_of("Calls.json").pop().expect("a call")
    }

    /// The provider says how the last call stands.
    async fn stands(&self, status: &str) {
        let address = self.last_call().value("StatusCallback").to_owned();
        calls_back(&self.router, PUBLIC_URL, &address, &[("CallStatus", status)]).await;
    }

    /// The provider asks what to say in the last call.
    async fn asks(&self, form: &[(&str, &str)]) -> String {
        let address = self.last_call().value("Url").to_owned();
        calls_back(&self.router, PUBLIC_URL, &address, form).await
    }
}

impl Session {
    async fn answer(&mut self, world: &Whole, answer: Value) {
        let step = self.flow["step"]["id"].as_str().expect("an id");
        let path = format!("/v1/flows/{}/steps/{step}", self.id);
        let (status, answered) = world.ask(Method::POST, &path, &self.token, &answer).await;
        assert_eq!(status, StatusCode::OK, "{answered}");
        self.flow = answered["flow"].clone();
        if let Some(token) = answered["token"].as_str() {
            token.clone_into(&mut self.token);
        }
    }

    /// The step as it is now.
    async fn step(&self, world: &Whole) -> Value {
        let (status, flow) = world.ask(Method::GET, &format!("/v1/flows/{}", self.id), &self.token, &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{flow}");
        flow["step"].clone()
    }

    async fn status(&self, world: &Whole) -> Value {
        self.step(world).await["status"].clone()
    }
}

#[tokio::test]
async fn whoever_answers_and_presses_pound_goes_on_to_a_new_password() {
    let world = Whole::new().await;
    let session = world.chosen("ada@example.com", "call").await;
    assert_eq!(world.last_call().value("To"), "+14255550123");
    assert_eq!(session.status(&world).await, "calling");
    for (status, shown) in [("initiated", "calling"), ("ringing", "ringing"), ("in-progress", "answered")] {
        world.stands(status).await;
        assert_eq!(session.status(&world).await, shown);
    }
    assert!(world.asks(&[]).await.contains("<Gather"));
    assert!(world.asks(&[("Digits", "5")]).await.contains("<Gather"));
    assert_eq!(session.status(&world).await, "wrong_key");
    let said = world.asks(&[("Digits", "#")]).await;
    assert!(!said.contains("<Gather") && said.contains("<Hangup/>"), "{said}");
    let step = session.step(&world).await;
    assert_eq!(step["name"], "new_password");

    // A late or repeated callback changes nothing and is answered politely.
    for status in ["completed", "ringing", "failed"] {
        world.stands(status).await;
    }
    let said = world.asks(&[("Digits", "#")]).await;
    assert!(said.contains("<Hangup/>") && !said.contains("<Gather"), "{said}");
    assert_eq!(session.step(&world).await, step);
}

#[tokio::test]
async fn a_call_of_another_flow_proves_nothing_in_this_one() {
    let world = Whole::new().await;
    let mine = world.chosen("ada@example.com", "call").await;
    let others = world.chosen("ada@example.com", "call").await;
    world.asks(&[("Digits", "#")]).await;
    assert_eq!(others.step(&world).await["name"], "new_password");
    assert_eq!(mine.step(&world).await["name"], "answer_call");
}

#[tokio::test]
async fn a_call_that_is_not_taken_or_cannot_be_placed() {
    let world = Whole::new().await;
    let session = world.chosen("ada@example.com", "call").await;
    world.stands("ringing").await;
    world.stands("no-answer").await;
    assert_eq!(session.status(&world).await, "no_answer");
    assert!(world.asks(&[("Digits", "#")]).await.contains("<Hangup/>"), "too late");
    assert_eq!(session.status(&world).await, "no_answer");

    let session = world.chosen("grace@example.com", "call").await;
    assert_eq!(world.last_call().value("To"), NO_NUMBER);
    assert_ne!(session.status(&world).await, "failed", "a made-up number never fails, so this one does not either");
}

#[tokio::test]
async fn the_code_of_a_text_is_the_right_one() {
    let world = Whole::new().await;
    let mut session = world.chosen("ada@example.com", "sms").await;
    let text = world.provider.taken_of("Messages.json").pop().expect("a text");
    let last = text.value("Body").lines().last().expect("a line").to_owned();
    let code = last.strip_prefix("@recover.example.com #").expect("the line for browsers");
    session.answer(&world, json!({ "do": "verify", "code": code })).await;
    assert_eq!(session.flow["step"]["name"], "new_password");
}

#[tokio::test]
async fn the_hooks_are_there_only_with_a_provider() {
    let world = Whole::new().await;
    for path in ["/v1/hooks/voice", "/v1/hooks/sms"] {
        assert_eq!(world.ask(Method::POST, path, "", &Value::Null).await.0, StatusCode::FORBIDDEN);
        let (status, problem) = world.ask(Method::GET, path, "", &Value::Null).await;
        assert_eq!((status, &problem["code"]), (StatusCode::METHOD_NOT_ALLOWED, &json!("method_not_allowed")));
    }
    let off = |text: String| {
        text.replace("\"twilio\"", "\"off\"")
            .replace("sms = true", "")
            .replace("call_mobile = true", "")
            .replace("email = false", "")
    };
    let world = Whole::with(off).await;
    for path in ["/v1/hooks/voice", "/v1/hooks/sms"] {
        assert_eq!(world.ask(Method::POST, path, "", &Value::Null).await.0, StatusCode::NOT_FOUND);
    }
}
