//! The server of the page, whole: its router over memory, its outbox, its people and its clock.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use regain_outbox::{CallAct, JsonEntry, NotOnTheLine, Outbox};
use regain_ports::{Channel, Clock, OsRng, Rng as _, SignIn};
use regain_protocol::Secret;
use regain_server::{
    app::App,
    config::{ConfigError, KeyError},
    delivery::{Budgets, Delivery, Texts},
    http,
    mails::Mails,
    ports::Ports,
    user_id::UserId,
};
use tower::ServiceExt as _;

use crate::{
    clock::PageClock,
    memory::Memory,
    people::{self, Card, Person},
    settings::Settings,
};

/// A server with all that it needs. Dropped, it has left nothing behind.
pub struct Playground {
    app: Arc<App>,
    router: Router,
    outbox: Outbox,
    delivery: Delivery,
    clock: Arc<PageClock>,
    people: Vec<Person>,
}

/// An answer to a request.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why there is no playground.
#[derive(Debug, thiserror::Error)]
pub enum NoPlayground {
    /// The settings fit no configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Playground {
    /// A server at an address, with everybody as they were at first.
    pub fn new(settings: &Settings, api: &str, clock: Arc<PageClock>) -> Result<Self, NoPlayground> {
        let config = settings.config(api, &random_key())?;
        let memory = Memory::new(Arc::clone(&clock) as _, config.server.keys()?, config.password.history());
        let people = people::all();
        for person in &people {
            person.move_in(&memory);
        }
        let outbox = Outbox::new(Arc::clone(&clock) as _);
        let ports = Ports {
            store: Arc::new(memory.clone()),
            directory: memory.directory(),
            notifier: Arc::new(outbox.clone()),
            phone: Arc::new(outbox.clone()),
            captcha: None,
            breached: None,
            clock: Arc::clone(&clock) as _,
            rng: Arc::new(OsRng),
            wake: Arc::default(),
        };
        let app = App::new(config, ports.clone())?;
        let calls: Arc<_> = Arc::new(app.flows().clone());
        outbox.report_to(Arc::clone(&calls) as _);
        let (config, organisation) = (app.config(), &app.config().organisation);
        let delivery = Delivery {
            store: ports.store,
            notifier: ports.notifier,
            phone: ports.phone,
            sessions: None,
            calls,
            clock: ports.clock,
            keys: Arc::new(app.keys().clone()),
            mails: Mails::new(&organisation.name, organisation.help(), &config.server.public_url),
            texts: Texts { organisation: organisation.name.clone(), webotp_host: config.phone.webotp_host.clone() },
            budgets: Budgets::from(&config.limits),
            mail_connections: 1,
            wake: ports.wake,
        };
        let router = http::router(&app, Router::new());
        Ok(Self { app, router, outbox, delivery, clock, people })
    }

    /// Answers a request of the API, and delivers what follows from it.
    pub async fn handle(&self, request: Request<Body>) -> Answer {
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        // It is in memory already, whole.
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        self.deliver().await;
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Lets what is due happen: messages that are tried again, calls that nobody takes.
    pub async fn deliver(&self) {
        for channel in Channel::ALL {
            while matches!(self.delivery.deliver_next(channel).await, Ok(true)) {}
        }
        self.outbox.end_silent_calls().await;
    }

    /// The name of who signs in with a password on the host's form; `None` where it is not taken.
    pub async fn sign_in(&self, user_id: &str, password: &str) -> Option<String> {
        let user_id = UserId::parse(user_id).ok()?;
        let password = Secret::from(password);
        match self.app.ports().directory.sign_in(&user_id, &password, self.clock.now()).await {
            Ok(SignIn::Accepted(account)) => Some(account.display_name),
            _ => None,
        }
    }

    /// Does something with a call of the outbox.
    pub async fn act(&self, call_id: &str, act: CallAct) -> Result<(), NotOnTheLine> {
        self.outbox.act(call_id, act).await?;
        self.deliver().await;
        Ok(())
    }

    /// The outbox, newest first.
    pub fn outbox(&self) -> Vec<JsonEntry> {
        let organisation = &self.app.config().organisation.name;
        self.outbox.entries().into_iter().map(|entry| JsonEntry::of(entry, organisation)).collect()
    }

    /// The people, as they were at first, with the codes that their apps show now.
    pub fn people(&self) -> Vec<Card> {
        let now = self.clock.now();
        self.people.iter().map(|person| person.card(now)).collect()
    }

    /// The languages of the widget and of what is sent.
    pub fn languages(&self) -> &[String] {
        &self.app.config().organisation.locales
    }
}

/// A server key that is forgotten with the page.
fn random_key() -> String {
    let mut bytes = [0; 32];
    OsRng.fill(&mut bytes);
    STANDARD.encode(bytes)
}
