//! A whole server without a socket.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, LazyLock},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode},
};
use jiff::{SignedDuration, Timestamp};
use regain_server::{
    adapters::{self, Database, EmbeddedDirectory, HashCost, SqlStore, TrustedRoots},
    app::App,
    config::Config,
    http,
    keys::Keys,
    messages::{Content, OutboundMessage},
    ports::{Accounts, Channel, Clock as _, Directory, OsRng, Ports, Settlement, SignIn},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::{
    counted_store::CountedStore,
    people,
    ports::{FallibleDirectory, MovedClock, NoNotifier},
};

/// A password that every rule accepts.
pub(crate) const GOOD: &str = "a river that runs north";

/// The least that is configured. There is no challenge and no floor: most tests are about what comes
/// after the one, and the other would only make them wait.
const LEAST: &str = r#"
    [server]
    key = "cmVnYWluIHRlc3RzIHVzZSB0aGlzIGtleSwgbm90aGluZyBlbHNl"
    allowed_origins = ["https://www.example.com"]
    trusted_proxies = ["10.0.0.0/8"]
    [organisation]
    name = "Contoso"
    continue_url = "https://www.example.com/sign-in"
    user_id_hint = "name@example.com"
    locales = ["en", "de"]
    [organisation.help]
    email = "help@example.com"
    [mail]
    host = "mail.example.com"
    from = "help@example.com"
    [limits]
    identify_floor_ms = 0
    [captcha]
    kind = "off"
"#;

/// The keys of every world.
pub(crate) fn keys() -> Keys {
    let config = Config::parse(LEAST, Path::new(".")).expect("a configuration");
    Keys::derive(&config.server.server_key().expect("a key"))
}

/// A configuration with other sections over it, whose keys go before.
pub(crate) fn merged(under: &str, over: &str) -> String {
    fn merge(into: &mut toml::Table, from: toml::Table) {
        for (key, value) in from {
            match (into.get_mut(&key), value) {
                (Some(toml::Value::Table(into)), toml::Value::Table(from)) => merge(into, from),
                (_, value) => drop(into.insert(key, value)),
            }
        }
    }
    let mut whole: toml::Table = under.parse().expect("TOML");
    merge(&mut whole, over.parse().expect("TOML"));
    whole.to_string()
}

/// The system's authorities, loaded once.
static ROOTS: LazyLock<TrustedRoots> = LazyLock::new(|| TrustedRoots::load(None).expect("loads"));

/// A server, its people and its time.
pub(crate) struct World {
    pub(crate) app: Arc<App>,
    pub(crate) directory: Arc<FallibleDirectory>,
    clock: Arc<MovedClock>,
    store: Arc<CountedStore>,
    router: Router,
    folder: TempDir,
}

/// A response, read.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    pub(crate) body: Value,
}

/// A person at work on a flow.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) flow: Value,
}

impl World {
    /// With the default rules.
    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    /// With these sections over the least.
    pub(crate) async fn with(sections: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        people::settle_in(&folder.path().join("regain.db")).await;
        Self::in_folder(folder, sections, None).await
    }

    /// With a directory that is not ours. The people are still in the database.
    pub(crate) async fn with_accounts(sections: &str, accounts: Arc<dyn Accounts>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        people::settle_in(&folder.path().join("regain.db")).await;
        Self::in_folder(folder, sections, Some(accounts)).await
    }

    /// Over a database that is there already, at that time.
    pub(crate) async fn over(folder: TempDir, sections: &str, now: Timestamp) -> Self {
        let world = Self::in_folder(folder, sections, None).await;
        world.clock.set(now);
        world
    }

    async fn in_folder(folder: TempDir, sections: &str, accounts: Option<Arc<dyn Accounts>>) -> Self {
        let config = Config::parse(&merged(LEAST, sections), folder.path()).expect("a configuration");
        let clock = Arc::new(MovedClock::at("2026-11-23T14:16:00.25Z".parse().expect("a time")));
        let database = Database::open(&config.store.path).await.expect("opens");
        let real =
            EmbeddedDirectory::open_with(database.clone(), clock.clone(), Arc::new(OsRng), keys(), HashCost::TEST)
                .await
                .expect("opens")
                .remembering(config.password.history());
        let directory = Arc::new(FallibleDirectory::over(real));
        let breached = adapters::breached(&config.password.breached, &ROOTS).expect("breached passwords");
        let store = Arc::new(CountedStore::over(SqlStore::new(database, keys())));
        let ports = Ports {
            store: store.clone(),
            directory: Directory {
                accounts: accounts.unwrap_or_else(|| directory.clone()),
                registrations: directory.clone(),
            },
            notifier: Arc::new(NoNotifier),
            phone: Arc::new(NoNotifier),
            captcha: None,
            breached,
            clock: clock.clone(),
            rng: Arc::new(OsRng),
            wake: Arc::default(),
        };
        let app = App::new(config, ports).expect("a server");
        let router = http::router(&app, Router::new());
        Self { app, directory, clock, store, router, folder }
    }

    /// The same database under a new server, as after a restart.
    pub(crate) async fn restarted(self, sections: &str) -> Self {
        let now = self.now();
        let next = Self::in_folder(self.folder, sections, None).await;
        next.clock.set(now);
        next
    }

    /// [`World::restarted`], with a directory that is not ours.
    pub(crate) async fn restarted_with_accounts(self, sections: &str, accounts: Arc<dyn Accounts>) -> Self {
        let now = self.now();
        let next = Self::in_folder(self.folder, sections, Some(accounts)).await;
        next.clock.set(now);
        next
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The number of times that the clock was read.
    pub(crate) fn readings_of_the_clock(&self) -> usize {
        self.clock.readings()
    }

    /// The number of times that a flow was read.
    pub(crate) fn reads_of_flows(&self) -> usize {
        self.store.reads()
    }

    /// Has a clock that all servers share.
    pub(crate) fn set_shared_time(&self, time: Option<Timestamp>) {
        self.store.set_shared_time(time);
    }

    /// Moves the clock on.
    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.set(self.now() + SignedDuration::from_secs(seconds));
    }

    /// Moves the clock on by less than a second or more.
    pub(crate) fn advance_ms(&self, milliseconds: i64) {
        self.clock.set(self.now() + SignedDuration::from_millis(milliseconds));
    }

    /// Sends a request from an address.
    pub(crate) async fn send_from(&self, peer: &str, mut request: Request<Body>) -> Got {
        let peer: SocketAddr = peer.parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Got { status: head.status, headers: head.headers, bytes, body }
    }

    /// Sends a request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Got {
        self.send_from("192.0.2.1:50000", request).await
    }

    /// Begins a flow.
    pub(crate) async fn begin(&self) -> Session {
        self.begin_as(&json!({ "kind": "reset" })).await
    }

    /// Begins a flow of a kind, in a language.
    pub(crate) async fn begin_as(&self, create: &Value) -> Session {
        let got = self.send(post("/v1/flows", None, create)).await;
        assert_eq!(got.status, StatusCode::CREATED, "{got:?}");
        Session::of(&got)
    }

    /// Begins a flow and says who one is.
    pub(crate) async fn identified(&self, user_id: &str) -> Session {
        let mut session = self.begin().await;
        let got = session.answer(self, json!({ "do": "identify", "user_id": user_id })).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        session
    }

    /// … and asks for a code by the first method; returns the code that was queued.
    pub(crate) async fn asked(&self, user_id: &str) -> (Session, String) {
        let mut session = self.identified(user_id).await;
        let method = session.methods()[0].clone();
        let got = session.answer(self, json!({ "do": "choose", "method": method })).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        let code = self.code().await.expect("a code is queued");
        (session, code)
    }

    /// … and gives the right code.
    pub(crate) async fn proved(&self, user_id: &str) -> Session {
        let (mut session, code) = self.asked(user_id).await;
        let got = session.answer(self, json!({ "do": "verify", "code": code })).await;
        assert_eq!(got.status, StatusCode::OK, "{got:?}");
        session
    }

    /// Everything that is queued, oldest first.
    pub(crate) async fn mail(&self) -> Vec<OutboundMessage> {
        let store = &self.app.ports().store;
        let mut mail = Vec::new();
        let now = self.clock.now();
        let until = now + SignedDuration::from_mins(3);
        while let Some(message) = store.claim_message(&Channel::ALL, now, until).await.expect("answers") {
            mail.push(OutboundMessage::open(self.app.keys(), &message.id, &message.payload).expect("opens"));
            store.settle_message(&message, Settlement::Sent).await.expect("answers");
        }
        mail
    }

    /// The newest code that is queued.
    pub(crate) async fn code(&self) -> Option<String> {
        self.mail().await.into_iter().rev().find_map(|outgoing| match outgoing.content {
            Content::Code { code, .. } | Content::TextCode { code, .. } => Some(code.expose().clone()),
            _ => None,
        })
    }

    /// Tells if a person can sign in.
    pub(crate) async fn signs_in(&self, user_id: &str, password: &str) -> bool {
        let signed_in = self
            .directory
            .sign_in(&user_id.parse().expect("a user ID"), &password.into(), self.clock.now())
            .await
            .expect("answers");
        matches!(signed_in, SignIn::Accepted(_))
    }
}

impl Session {
    pub(crate) fn of(got: &Got) -> Self {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let (flow, token) = (got.body["flow"].clone(), text(&got.body["token"]));
        Self { id: text(&flow["id"]), token, flow }
    }

    pub(crate) fn step(&self) -> &Value {
        &self.flow["step"]
    }

    pub(crate) fn step_name(&self) -> &str {
        self.step()["name"].as_str().expect("a name")
    }

    pub(crate) fn methods(&self) -> Vec<String> {
        let methods = self.step()["methods"].as_array().expect("methods");
        methods.iter().map(|method| method["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// The request that gives an answer.
    pub(crate) fn request(&self, answer: &Value) -> Request<Body> {
        self.request_at(self.step()["id"].as_str().expect("an id"), answer)
    }

    /// The request that gives an answer at a step of that id.
    pub(crate) fn request_at(&self, step: &str, answer: &Value) -> Request<Body> {
        let mut body = json!({ "flow": self.id, "step": step });
        for (member, value) in answer.as_object().expect("an object") {
            body[member] = value.clone();
        }
        post("/v1/answers", Some(&self.token), &body)
    }

    /// Gives an answer, and goes on from what follows.
    pub(crate) async fn answer(&mut self, world: &World, answer: Value) -> Got {
        let got = world.send(self.request(&answer)).await;
        self.follow(&got);
        got
    }

    pub(crate) fn follow(&mut self, got: &Got) {
        if got.body["flow"].is_object() {
            self.flow = got.body["flow"].clone();
        }
        if let Some(token) = got.body["token"].as_str() {
            token.clone_into(&mut self.token);
        }
    }

    pub(crate) async fn show(&self, world: &World) -> Got {
        world.send(bare(Method::GET, &format!("/v1/flows/{}", self.id), Some(&self.token))).await
    }
}

/// A `POST` of JSON.
pub(crate) fn post(path: &str, token: Option<&str>, body: &Value) -> Request<Body> {
    let mut request = bare(Method::POST, path, token);
    request.headers_mut().insert("content-type", "application/json".parse().expect("a value"));
    *request.body_mut() = Body::from(body.to_string());
    request
}

/// A request without a body.
pub(crate) fn bare(method: Method, path: &str, token: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(Body::empty()).expect("a request")
}

impl Got {
    /// Asserts a problem, and everything that all problems have in common.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) -> &Self {
        assert_eq!((self.status.as_u16(), &self.body["code"]), (status, &json!(code)), "{self:?}");
        assert_eq!(self.body["status"], status, "{self:?}");
        assert_eq!(self.body["type"], format!("urn:regain:problem:{code}"), "{self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert_eq!(self.headers["cache-control"], "no-store", "{self:?}");
        self
    }
}
