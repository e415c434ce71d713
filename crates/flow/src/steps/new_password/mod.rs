//! Choose a new password: begins when identity is proved; ends when the server takes the password.
//!
//! The assistance (strength, suggestions, the check against known breaches) is not in this wasm, and none of it is needed to
//! go on: where something can't be had, nothing is said of it, and the server judges. Each finding comes with the ticket of
//! the password that it is about (or of the suggestion that was asked for); one about another password is dropped.

mod assistance;
mod checklist;
mod events;
mod state;
mod view;

pub use assistance::{Matching, Strength, Suggestion};
pub use checklist::{Item, Standing};
pub use events::PasswordEvent;
pub(crate) use state::NewPassword;
pub use view::PasswordView;

#[cfg(test)]
mod tests;
