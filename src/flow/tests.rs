//! The flow core against scripted servers, and against random ones in any order of events.

mod aids;
mod any_order;
mod captcha;
mod driven;
mod failures;
mod handing_on;
mod methods;
#[cfg(feature = "full")]
mod rare;
#[cfg(feature = "full")]
mod registering;
mod steps;
