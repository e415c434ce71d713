//! A demonstration in process.

use axum::{
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Request, header},
};
use regain_server::{
    adapters::{Database, EmbeddedDirectory, HashCost, People, SqlStore},
    keys::Keys,
    ports::{
        CallEvent, CallInstruction, CallListener, CallRef, EventNotTaken, OsRng, Phone as _, PhoneCall, Ports,
        SystemClock,
    },
};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::super::*;
use crate::{Outbox, Settings, Site};

const PEOPLE: &str = include_str!("../../../people.toml");

/// The least that is configured.
const LEAST: &str = r#"
    [server]
    key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    [organisation]
    name = "Northwind Traders"
    [mail]
    kind = "outbox"
"#;

pub(super) struct World {
    pub(super) _folder: TempDir,
    pub(super) site: Arc<Site>,
    pub(super) outbox: Outbox,
    pub(super) listen: SocketAddr,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::of("", |_| true).await
    }

    /// With these sections beside the least, and some of the people.
    pub(super) async fn of(sections: &str, are_there: impl Fn(&str) -> bool) -> Self {
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
            store: Arc::new(SqlStore::new(database, keys)),
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

    pub(super) async fn send(
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

    pub(super) async fn get(&self, path: &str) -> (StatusCode, HeaderMap, String) {
        self.send(Request::get(path).header(header::HOST, "localhost:8080"), Some("127.0.0.1"), "").await
    }

    /// Presses a button of a call, as a form of a page that comes from `site`.
    pub(super) async fn press(&self, call: &str, site: &str, body: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::post(format!("/demo/calls/{call}"))
            .header(header::HOST, "localhost:8080")
            .header("sec-fetch-site", site)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Some("127.0.0.1"), body).await
    }

    pub(super) async fn sign_in(&self, body: &str) -> (StatusCode, String) {
        let request = Request::post("/demo/sign-in")
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (status, _, page) = self.send(request, Some("::1"), body).await;
        (status, page)
    }
}

/// A flow that waits for `#`.
pub(super) struct WaitsForPound;

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
    pub(super) async fn rings(&self, call: &str) {
        let reference = CallRef { flow_id: "f1".into(), call_id: call.into() };
        let call = PhoneCall { reference, to: "+14255550123".into(), locale: "en".into() };
        self.outbox.call(&call).await.expect("rings");
    }

    /// The newest entry, as programs read it.
    pub(super) async fn newest(&self) -> serde_json::Value {
        let entries: serde_json::Value = serde_json::from_str(&self.get("/demo/outbox.json").await.2).expect("JSON");
        entries[0].clone()
    }
}
