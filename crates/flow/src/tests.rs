//! The flow core against scripted servers, and against random ones in any order of events.

mod any_order;
mod assistance;
mod captcha;
mod driven;
mod elsewhere;
mod failures;
mod first_step;
#[cfg(feature = "full")]
mod full;
mod handing_on;
mod lost;
mod methods;
mod steps;
