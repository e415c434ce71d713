//! The flow core against scripted servers, and against random ones in any order of events.

mod aids;
mod any_order;
mod captcha;
mod driven;
mod failures;
mod methods;
mod steps;
