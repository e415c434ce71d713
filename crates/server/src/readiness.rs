//! Readiness of the store: the write that requests need, tried at most once a second however often somebody asks.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Mutex, time::Instant};

use crate::ports::Store;

/// The time for which a result stands.
const STANDS_FOR: Duration = Duration::from_secs(1);

/// Checks of the store, each shared by all who ask for it meanwhile.
pub struct StoreCheck {
    store: Arc<dyn Store>,
    last: Mutex<Option<(Instant, bool)>>,
}

impl StoreCheck {
    /// Checks of this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, last: Mutex::default() }
    }

    /// Tells if the store takes writes; the log says why not.
    pub async fn takes_writes(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((at, takes_writes)) = *last
            && at.elapsed() < STANDS_FOR
        {
            return takes_writes;
        }
        let checked = self.store.check().await;
        if let Err(error) = &checked {
            tracing::warn!(%error, "not ready: the store takes no writes");
        }
        *last = Some((Instant::now(), checked.is_ok()));
        checked.is_ok()
    }
}
