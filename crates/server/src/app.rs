//! The whole server, put together from a configuration and ports: the same in production and in
//! tests, which pass a clock that they move.

use std::sync::Arc;

use crate::{
    assertion::Verifier,
    config::{Config, KeyError},
    drawings::Drawings,
    flows::{EngineInForce, Flows},
    keys::Keys,
    metrics::Metrics,
    ports::Ports,
    readiness::Readiness,
};

/// A server, whole but for what speaks HTTP: [`crate::http::router`] makes that from it.
pub struct App {
    config: Config,
    keys: Keys,
    ports: Ports,
    flows: Flows,
    drawings: Drawings,
    metrics: Metrics,
    readiness: Readiness,
}

impl App {
    /// Puts a server together.
    pub fn new(config: Config, ports: Ports) -> Result<Arc<Self>, KeyError> {
        let keys = config.server.keys()?;
        let flows = Flows::new(
            EngineInForce::new(&config, &keys, Arc::clone(&ports.directory.accounts)),
            keys.clone(),
            &ports,
            Verifier::from_config(&config.assertions, &config.server.public_url),
            config.limits.identify_floor(),
        );
        let drawings = Drawings::new(keys.clone());
        Ok(Arc::new(Self {
            config,
            keys,
            ports,
            flows,
            drawings,
            metrics: Metrics::default(),
            readiness: Readiness::default(),
        }))
    }

    /// Its configuration.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Its keys.
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Its ports.
    pub const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The flows.
    pub const fn flows(&self) -> &Flows {
        &self.flows
    }

    /// The pictures and sounds of its challenges.
    pub const fn drawings(&self) -> &Drawings {
        &self.drawings
    }

    /// Its counts.
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Its readiness.
    pub const fn readiness(&self) -> &Readiness {
        &self.readiness
    }
}

/// A server for the tests of what stands on one.
#[cfg(test)]
pub(crate) mod testing {
    use async_trait::async_trait;
    use tempfile::TempDir;

    use super::{App, Arc, Config, Ports};
    use crate::{
        adapters::{Database, EmbeddedDirectory, HashCost, NoPhone, SqlStore},
        keys::Keys,
        ports::{Message, Notifier, NotifyError, OsRng, SystemClock},
    };

    /// The least that is configured.
    pub(crate) const LEAST: &str = r#"
        [server]
        key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        [organisation]
        name = "Northwind Traders"
        [mail]
        host = "mail.example.com"
        from = "help@example.com"
    "#;

    /// Takes every mail and does nothing with it.
    struct NoMail;

    #[async_trait]
    impl Notifier for NoMail {
        async fn send(&self, _: &Message) -> Result<(), NotifyError> {
            Ok(())
        }
    }

    /// A whole server, whose directory is empty.
    pub(crate) async fn app(folder: &TempDir, text: &str) -> Arc<App> {
        let config = Config::parse(text, folder.path()).expect("a configuration");
        let database = Database::open(&config.store.path).await.expect("opens");
        let (clock, rng) = (Arc::new(SystemClock), Arc::new(OsRng));
        let keys = Keys::derive(&config.server.server_key().expect("a key"));
        let directory =
            EmbeddedDirectory::open_with(database.clone(), clock.clone(), rng.clone(), keys.clone(), HashCost::TEST)
                .await
                .expect("opens");
        let ports = Ports {
            store: Arc::new(SqlStore::new(database, keys)),
            directory: Arc::new(directory).whole(),
            notifier: Arc::new(NoMail),
            phone: Arc::new(NoPhone),
            captcha: None,
            breached: None,
            clock,
            rng,
            wake: Arc::default(),
        };
        App::new(config, ports).expect("a server")
    }
}
