//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Time that a condition may take to come true before the test fails: long, because a loaded machine is no fault.
const PATIENCE: Duration = Duration::from_mins(1);
/// Time between two looks.
const GLANCE: Duration = Duration::from_millis(40);

/// Waits until the condition gives something; the last error, if any, is part of the failure.
pub async fn until<T>(what: &str, mut condition: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let last = match condition().await {
            Ok(Some(value)) => return Ok(value),
            Ok(None) => String::new(),
            Err(error) => format!(": {error:#}"),
        };
        if Instant::now() > deadline {
            bail!("waited in vain for {what}{last}");
        }
        tokio::time::sleep(GLANCE).await;
    }
}
