//! Health of the telephony provider: the result of the last call that somebody was to get.
//!
//! A call to nobody, for a user ID that has no phone, must look like any other, and while the provider is
//! down every other call fails. So what became of the last real call becomes of calls to nobody too, after
//! the same patience: the same retries until the same end. Only what is about the provider as a whole
//! counts; a refusal of one number says nothing about the others.
//!
//! This is a memory, not a probe. All server processes share it, or a call to nobody would ring in one while real ones fail
//! in another; and it fades, so that one failure on a quiet day does not decide about calls hours later.

use jiff::{SignedDuration, Timestamp};
use tracing::warn;

use crate::ports::{NotifyError, Store, passed_since};

/// The provider's name in the store.
const CALLS: &str = "calls";

/// Time that a failure is remembered. Longer than the retries of a call take, shorter than most outages.
const MEMORY: SignedDuration = SignedDuration::from_mins(10);

/// Calls are not placed.
const UNAVAILABLE: &str = "unavailable";

/// Nobody knows whether calls are placed.
const UNKNOWN: &str = "unknown";

/// Notes how a real call went.
pub(super) async fn note(store: &dyn Store, placed: &Result<(), NotifyError>, now: Timestamp) {
    let fault = match placed {
        // A number that is refused is refused by a provider that works.
        Ok(()) | Err(NotifyError::Refused(_)) => None,
        Err(NotifyError::Unavailable(_)) => Some(UNAVAILABLE),
        Err(NotifyError::Unknown(_)) => Some(UNKNOWN),
    };
    if let Err(error) = store.note_fault(CALLS, fault, now).await {
        warn!(%error, "how the last call went is not noted");
    }
}

/// Calls nobody: it goes as the last real call went.
pub(super) async fn call_nobody(store: &dyn Store, now: Timestamp) -> Result<(), NotifyError> {
    let reason = || "like the call before".to_owned();
    match store.fault(CALLS).await {
        Ok(Some((fault, at))) if passed_since(at, now) < MEMORY => Err(match fault.as_str() {
            UNKNOWN => NotifyError::Unknown(reason()),
            _ => NotifyError::Unavailable(reason()),
        }),
        Ok(_) => Ok(()),
        Err(error) => Err(NotifyError::Unavailable(error.to_string())),
    }
}
