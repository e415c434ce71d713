//! `regain-server`: the reset API and the hosted pages.
//!
//! Start at [`ports`] for what the server needs from the world, [`engine`] for what a flow is,
//! [`flows`] for how a request is carried out, [`http`] for the API and [`app`] for the whole.

pub mod adapters;
pub mod app;
pub mod assertion;
pub mod breached;
pub mod client;
mod common_passwords;
pub mod config;
pub mod delivery;
pub mod engine;
pub mod flows;
pub mod http;
pub mod keys;
mod languages;
pub mod mails;
pub mod outgoing;
mod password_form;
pub mod phone_number;
pub mod ports;
pub mod questions;
pub mod totp;
pub mod user_id;
