//! `regain-server`: the reset API and the hosted pages.
//!
//! Start at [`engine`] for what a flow is, [`ports`] for what the server needs from the world, [`flows`] for how a
//! request is carried out, [`http`] for the API and [`app`] for the whole.

// The playground runs this in a browser, without what listens, connects and keeps files.
#![cfg_attr(target_family = "wasm", allow(dead_code))]

pub mod adapters;
pub mod app;
pub mod assertion;
pub mod client;
pub mod config;
pub mod delivery;
pub mod drawings;
pub mod flows;
pub mod http;
pub mod languages;
pub mod mails;
pub mod metrics;
pub mod ports;
pub mod readiness;
mod runtime;
#[cfg(not(target_family = "wasm"))]
pub mod serve;

pub use regain_engine as engine;
pub use regain_engine::messages;
pub use regain_keys as keys;
pub use regain_ports::breached;
pub(crate) use regain_values::{common_passwords, password_form};
pub use regain_values::{phone_number, questions, totp, user_id};
