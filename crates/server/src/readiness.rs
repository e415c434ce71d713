//! Readiness of the parts that requests need, each tried at most once a second however often somebody asks.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::Mutex;

use crate::{
    ports::{DirectoryError, Ports},
    runtime::Instant,
};

/// The time for which a result stands.
const STANDS_FOR: Duration = Duration::from_secs(1);

/// The difference to the clock that all servers share from which the log warns.
const CLOCK_WARNING: SignedDuration = SignedDuration::from_secs(2);

/// The difference with which a server would decide otherwise than the others about codes, windows and leases.
const CLOCK_LIMIT: SignedDuration = SignedDuration::from_secs(30);

/// Readiness of a server, shared by all who ask for it meanwhile.
#[derive(Default)]
pub struct Readiness {
    store: Checked,
    directory: Checked,
    clock: Checked,
}

impl Readiness {
    /// The faults of the parts that are not well, in words for whoever monitors it; the log has the reasons.
    pub async fn faults(&self, ports: &Ports) -> Vec<String> {
        let (store, directory, clock) = tokio::join!(
            self.store.fault(async || ports.store.check().await.map_err(|error| {
                let fault = "the store takes no writes".to_owned();
                tracing::warn!(%error, "not ready: {fault}");
                fault
            })),
            self.directory.fault(async || ports.directory.check().await.map_err(|error| {
                let fault = fault_of_directory(&error);
                tracing::warn!(%error, "not ready: {fault}");
                fault
            })),
            self.clock.fault(async || check_clock(ports).await),
        );
        [store, directory, clock].into_iter().flatten().collect()
    }
}

/// Compares the clock with the one that all servers share. Where that cannot be asked, the store is not well.
async fn check_clock(ports: &Ports) -> Result<(), String> {
    let before = ports.clock.now();
    let Ok(Some(shared)) = ports.store.shared_time().await else { return Ok(()) };
    // By how much it is outside of the time that asking took.
    let (ahead, behind) = (before.duration_since(shared), shared.duration_since(ports.clock.now()));
    let difference = ahead.max(behind);
    if difference > CLOCK_LIMIT {
        let fault = "the clock is not the database's".to_owned();
        tracing::warn!("not ready: {fault}: it differs by {difference:#}");
        return Err(fault);
    }
    if difference > CLOCK_WARNING {
        tracing::warn!("the clock differs from the database's by {difference:#}");
    }
    Ok(())
}

/// The fault of a directory, with the keys that only the operator can do something about.
fn fault_of_directory(error: &DirectoryError) -> String {
    match error {
        DirectoryError::Misconfigured(_) => {
            let keys = error.keys();
            let keys = if keys.is_empty() { "directory".to_owned() } else { keys.join(", ") };
            format!("the directory cannot be used as it is configured ({keys})")
        }
        _ => "the directory does not answer".to_owned(),
    }
}

/// The last result of a check: a fault, where there is one.
#[derive(Default)]
struct Checked(Mutex<Option<(Instant, Option<String>)>>);

impl Checked {
    async fn fault(&self, check: impl AsyncFnOnce() -> Result<(), String>) -> Option<String> {
        let mut last = self.0.lock().await;
        if let Some((at, fault)) = &*last
            && at.elapsed() < STANDS_FOR
        {
            return fault.clone();
        }
        let fault = check().await.err();
        *last = Some((Instant::now(), fault.clone()));
        fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_at_fault_are_named_and_nothing_else() {
        let fault = |error| fault_of_directory(&error);
        let text = "directory.sql.find: no such column: Hunter2\ndirectory.sql.unlock: syntax error";
        assert_eq!(
            fault(DirectoryError::Misconfigured(text.into())),
            "the directory cannot be used as it is configured (directory.sql.find, directory.sql.unlock)"
        );
        let without = fault(DirectoryError::Misconfigured("Something else: here".into()));
        assert_eq!(without, "the directory cannot be used as it is configured (directory)");
        assert_eq!(fault(DirectoryError::Unavailable(text.into())), "the directory does not answer");
    }
}
