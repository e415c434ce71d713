//! The whole server, put together from a configuration and ports: the same in production and in
//! tests, which pass a clock that they move.

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use tokio::sync::Notify;

use crate::{
    assertion::Verifier,
    config::{Config, KeyError},
    engine::Engine,
    flows::Flows,
    http::{self, Metrics},
    keys::Keys,
    ports::{Breached, CaptchaVerifier, Clock, Directory, Notifier, Phone, Rng, Store},
};

/// The ports that a server stands on.
#[derive(Clone)]
pub struct Parts {
    /// Where flows live.
    pub store: Arc<dyn Store>,
    /// Where accounts live.
    pub directory: Arc<dyn Directory>,
    /// What carries mails.
    pub notifier: Arc<dyn Notifier>,
    /// What carries text messages and places calls.
    pub phone: Arc<dyn Phone>,
    /// The outside service that tells people from programs, where one is configured.
    pub captcha: Option<Arc<dyn CaptchaVerifier>>,
    /// Where it is known which passwords were breached, where that is looked up.
    pub breached: Option<Arc<dyn Breached>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
    /// Notified when a message was queued.
    pub wake: Arc<Notify>,
}

/// A server, whole but for its socket.
pub struct App {
    config: RwLock<Arc<Config>>,
    keys: Keys,
    parts: Parts,
    flows: Flows,
    metrics: Metrics,
}

impl App {
    /// Puts a server together.
    pub fn new(config: Config, parts: Parts) -> Result<Arc<Self>, KeyError> {
        let keys = Keys::derive(&config.server.server_key()?);
        let assertions = if config.demo.enabled && !config.assertions.is_configured() {
            http::demo::verifier(&keys, &config.server.public_url)
        } else {
            Verifier::from_config(&config.assertions, &config.server.public_url)
        };
        let flows = Flows::new(
            Engine::new(keys.clone(), config.rules()),
            keys.clone(),
            &parts,
            assertions,
            config.limits.identify_floor(),
        );
        let config = RwLock::new(Arc::new(config));
        Ok(Arc::new(Self { config, keys, parts, flows, metrics: Metrics::default() }))
    }

    /// Everything that it serves.
    pub fn router(self: &Arc<Self>, pages: Router) -> Router {
        http::router(self, pages)
    }

    /// Its configuration.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Goes on with another configuration: for the demonstration, whose page has switches. What was
    /// opened at the start (addresses, files, mail, phone, breached and former passwords) stays as it was.
    pub fn reconfigure(&self, config: Config, captcha: Option<Arc<dyn CaptchaVerifier>>) {
        self.flows.reconfigure(config.rules(), captcha);
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }

    /// Its keys.
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What it stands on.
    pub const fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The flows.
    pub const fn flows(&self) -> &Flows {
        &self.flows
    }

    /// Its counts.
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}

/// A server for the tests of what stands on one.
#[cfg(test)]
pub(crate) mod testing {
    use tempfile::TempDir;

    use super::{App, Arc, Config, Parts};
    use crate::{
        adapters::{Database, EmbeddedDirectory, HashCost, Outbox, People, SqliteStore},
        keys::Keys,
        ports::{Clock, OsRng},
    };

    /// The least that is configured.
    pub(crate) const LEAST: &str = r#"
        [server]
        key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        [organisation]
        name = "Northwind Traders"
        [mail]
        kind = "outbox"
        [demo]
        enabled = true
    "#;

    /// A whole server whose mail and phone are an outbox.
    pub(crate) async fn app(
        folder: &TempDir,
        text: &str,
        people: &People,
        clock: Arc<dyn Clock>,
    ) -> (Arc<App>, Outbox) {
        let config = Config::parse(text, folder.path()).expect("a configuration");
        let database = Database::open(&config.store.path).await.expect("opens");
        let rng = Arc::new(OsRng);
        let keys = Keys::derive(&config.server.server_key().expect("a key"));
        let directory =
            EmbeddedDirectory::open_with(database.clone(), Arc::clone(&clock), rng.clone(), keys, HashCost::TEST)
                .await
                .expect("opens");
        directory.import(people).await.expect("imports");
        let outbox = Outbox::new(Arc::clone(&clock));
        let parts = Parts {
            store: Arc::new(SqliteStore::new(database)),
            directory: Arc::new(directory),
            notifier: Arc::new(outbox.clone()),
            phone: Arc::new(outbox.clone()),
            captcha: None,
            breached: None,
            clock,
            rng,
            wake: Arc::default(),
        };
        (App::new(config, parts).expect("a server"), outbox)
    }
}
