//! Readiness of the parts that requests need, each tried at most once a second however often somebody asks.

use std::{fmt, time::Duration};

use tokio::{sync::Mutex, time::Instant};

use crate::ports::Ports;

/// The time for which a result stands.
const STANDS_FOR: Duration = Duration::from_secs(1);

/// Readiness of a server, shared by all who ask for it meanwhile.
#[derive(Default)]
pub struct Readiness {
    store: Checked,
    directory: Checked,
}

impl Readiness {
    /// The faults of the parts that are not well, in words for whoever monitors it; the log has the reasons.
    pub async fn faults(&self, ports: &Ports) -> Vec<&'static str> {
        const STORE: &str = "the store takes no writes";
        const DIRECTORY: &str = "the directory does not answer";
        let (store, directory) = tokio::join!(
            self.store.is_well(STORE, || ports.store.check()),
            self.directory.is_well(DIRECTORY, || ports.directory.check()),
        );
        [(store, STORE), (directory, DIRECTORY)]
            .into_iter()
            .filter(|(is_well, _)| !is_well)
            .map(|(_, fault)| fault)
            .collect()
    }
}

/// The last result of a check.
#[derive(Default)]
struct Checked(Mutex<Option<(Instant, bool)>>);

impl Checked {
    async fn is_well<E: fmt::Display>(&self, fault: &str, check: impl AsyncFnOnce() -> Result<(), E>) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, is_well)) = *last
            && at.elapsed() < STANDS_FOR
        {
            return is_well;
        }
        let checked = check().await;
        if let Err(error) = &checked {
            tracing::warn!(%error, "not ready: {fault}");
        }
        *last = Some((Instant::now(), checked.is_ok()));
        checked.is_ok()
    }
}
