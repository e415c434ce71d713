//! The contract of each port, run against every adapter of it.
//!
//! A suite is a list of cases that know the port and nothing else; an adapter joins by saying how it
//! is opened.

mod authority;
mod breached;
mod captcha;
mod notifier;
mod own_authority;
mod phone;
mod sessions;
#[allow(dead_code, reason = "the tests of the program need more of it")]
mod smtp_server;
