//! The [`Phone`] that hands texts and calls to Twilio, or to a provider that speaks its language.
//!
//! A request asks for one message or call; what becomes of it comes back as callbacks, which
//! [`hooks`] takes. Here are both sides' forms: what is sent, the addresses to call back at
//! ([`callback`]), the signature of what comes back ([`signature`]), and what the voice says ([`twiml`]).

mod callback;
#[cfg(not(target_family = "wasm"))]
mod client;
pub mod hooks;
mod signature;
mod twiml;

#[cfg(not(target_family = "wasm"))]
pub use client::Twilio;
