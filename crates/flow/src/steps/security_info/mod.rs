//! Security info: the registered methods, to be added to and removed from. Begins when the person has proved who they are;
//! ends when the server takes it as finished. Adding an address leads through the steps for a code or a call and back here.
//!
//! The form that is open is the widget's own affair, so it is kept here and the server hears nothing of it.

mod destination;
mod enrolment;
mod questions;
mod state;
mod view;

pub(crate) use enrolment::Change;
pub use enrolment::{Enrolment, SecurityInfoEvent};
pub use questions::QuestionChoice;
pub(crate) use state::SecurityInfo;
pub use view::{DestinationView, MethodView, OverviewView, QuestionsFormView, RemovalView, RowView, SecurityInfoView};

#[cfg(test)]
mod tests;
