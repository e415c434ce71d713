//! The "Can't access your account?" widget.
//!
//! [`flow`] is the core: what a person sees and what happens next, as plain data that needs no
//! browser. [`shell`] carries out what the core asks for, [`api`] speaks to the server, [`views`]
//! draws. `embed/regain.js` is the script that a page includes; it brings this in when it is needed.

// What only the full build has can't be reached in the lean one: see `full`.
#![cfg_attr(not(feature = "full"), allow(unreachable_code, unused_variables))]

mod aids;
pub mod api;
#[cfg(feature = "full")]
mod assertion;
mod captcha;
pub mod clock;
pub mod flow;
mod full;
pub mod i18n;
#[cfg(feature = "full")]
mod keeping;
mod options;
pub mod shell;
mod sms;
mod strength;
mod views;
mod work;

/// What asks for memory here is small and soon done; the standard library's own allocator would take 1 kB more.
#[cfg(target_family = "wasm")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

pub use shell::mount;
