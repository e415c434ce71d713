//! The organisation's accounts behind an HTTP hook: a program of its own that finds people and checks and sets their
//! passwords. `docs/hook.md` is what such a program has to do; [`conformance`] checks that one does.

mod accounts;
mod client;
pub mod conformance;
mod keys;
mod replies;
mod requests;
mod settings;

pub use accounts::{Hook, OpenError};
pub use keys::{KeyError, SigningKey};
pub use settings::Settings;

/// The version of the protocol.
pub const VERSION: u32 = 1;
