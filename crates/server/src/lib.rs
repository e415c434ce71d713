//! `regain-server`: the reset API and the hosted pages.
//!
//! Start at [`ports`] for what the server needs from the world.

pub mod adapters;
pub mod config;
pub mod delivery;
pub mod http;
pub mod keys;
pub mod mails;
pub mod outgoing;
pub mod ports;
pub mod user_id;
