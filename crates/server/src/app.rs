//! The whole server, put together from a configuration and ports: the same in production and in
//! tests, which pass a clock that they move.

use std::sync::Arc;

use axum::Router;
use tokio::sync::Notify;

use crate::{
    config::{Config, KeyError},
    engine::{Engine, Rules},
    flows::Flows,
    http::{self, Metrics},
    keys::Keys,
    ports::{Clock, Directory, Notifier, Phone, Rng, Store},
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
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
    /// Notified when a message was queued.
    pub wake: Arc<Notify>,
}

/// A server, whole but for its socket.
pub struct App {
    config: Config,
    keys: Keys,
    parts: Parts,
    flows: Flows,
    metrics: Metrics,
}

impl App {
    /// Puts a server together.
    pub fn new(config: Config, parts: Parts) -> Result<Arc<Self>, KeyError> {
        let keys = Keys::derive(&config.server.server_key()?);
        let flows = Flows::new(
            Engine::new(keys.clone(), Rules::new(&config)),
            keys.clone(),
            &parts,
            config.limits.identify_floor(),
        );
        Ok(Arc::new(Self { config, keys, parts, flows, metrics: Metrics::default() }))
    }

    /// Everything that it serves.
    pub fn router(self: &Arc<Self>, pages: Router) -> Router {
        http::router(self, pages)
    }

    /// Its configuration.
    pub const fn config(&self) -> &Config {
        &self.config
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
