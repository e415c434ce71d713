//! The "Can't access your account?" widget.
//!
//! [`regain_flow`] is the core: what a person sees and what happens next, as plain data that needs no
//! browser. [`shell`] performs the effects that the core asks for, [`api`] speaks to the server, [`views`]
//! draws, [`app`] joins them. `embed/regain.js` is the script that a page includes; it brings this in when it is needed.

mod announce;
pub mod api;
mod app;
mod assertion;
mod assistance;
mod captcha;
mod dispatch;
mod display;
mod export;
mod host;
pub mod i18n;
mod member;
mod options;
mod region;
mod shell;
mod sms;
mod strength;
mod tabs;
mod views;
mod work;

/// The allocator: small, because what asks for memory here is small and soon done; the standard library's own would take
/// 1.4 kB more.
#[cfg(target_family = "wasm")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

pub use app::mount;
