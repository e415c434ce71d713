//! Health of the telephony provider: the result of the last call that somebody was to get.
//!
//! A call to nobody, for a user ID that has no phone, must look like any other, and while the provider is
//! down every other call fails. So what became of the last real call becomes of calls to nobody too, after
//! the same patience: the same retries until the same end. Only what is about the provider as a whole
//! counts; a refusal of one number says nothing about the others.
//!
//! This is a memory, not a probe: each server process has its own, and it fades, so that one failure on a
//! quiet day does not decide about calls hours later.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::ports::{NotifyError, passed_since};

/// Time that a failure is remembered. Longer than the retries of a call take, shorter than most outages.
const MEMORY: SignedDuration = SignedDuration::from_mins(10);

/// Remembers how the last real call went.
#[derive(Debug, Default)]
pub struct ProviderHealth(Mutex<Option<(Timestamp, Fault)>>);

/// A failure of the provider as a whole.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// Calls are not placed.
    Unavailable,
    /// Nobody knows whether they are.
    Unknown,
}

impl ProviderHealth {
    /// Notes how a call went.
    pub(super) fn note(&self, placed: &Result<(), NotifyError>, now: Timestamp) {
        let fault = match placed {
            // A number that is refused is refused by a provider that works.
            Ok(()) | Err(NotifyError::Refused(_)) => None,
            Err(NotifyError::Unavailable(_)) => Some(Fault::Unavailable),
            Err(NotifyError::Unknown(_)) => Some(Fault::Unknown),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fault.map(|fault| (now, fault));
    }

    /// Calls nobody: it goes as the last real call went.
    pub(super) fn call_nobody(&self, now: Timestamp) -> Result<(), NotifyError> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reason = || "like the call before".to_owned();
        match last {
            Some((at, Fault::Unavailable)) if passed_since(at, now) < MEMORY => Err(NotifyError::Unavailable(reason())),
            Some((at, Fault::Unknown)) if passed_since(at, now) < MEMORY => Err(NotifyError::Unknown(reason())),
            _ => Ok(()),
        }
    }
}
