//! The contract of a port, as cases that know the port and nothing else. Every adapter runs them all.
//!
//! An adapter joins by a fixture, which says how it is opened, and a line in its tests:
//!
//! ```ignore
//! mod embedded {
//!     regain_ports::accounts_contract!(super::EmbeddedFixture);
//! }
//! ```
//!
//! The tests' crate needs `tokio` with `macros` and `rt-multi-thread`.

// A case says by its name what must hold, and its `expect`s say what did not.
#![allow(missing_docs)]

pub mod accounts;
pub mod registrations;
pub mod store;

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use crate::Clock;

/// A clock that stands still until it is moved.
pub struct MovedClock(Mutex<Timestamp>);

impl MovedClock {
    /// Moves it on.
    pub fn advance(&self, by: SignedDuration) {
        *self.0.lock().expect("not poisoned") += by;
    }
}

impl Default for MovedClock {
    fn default() -> Self {
        Self(Mutex::new(start()))
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("not poisoned")
    }
}

/// The time at which every case begins.
pub fn start() -> Timestamp {
    "2026-11-23T14:00:00Z".parse().expect("a valid time")
}

/// Makes a test of each case of a suite.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_cases {
    ($suite:ident, $fixture:ty, [$($module:ident::$case:ident),* $(,)?]) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                let fixture = $crate::contract::$suite::open::<$fixture>().await;
                $crate::contract::$suite::$module::$case(&fixture).await;
            }
        )*
    };
}
