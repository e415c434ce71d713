//! The flow core: what a person sees and what happens next, as plain data.
//!
//! [`Model::update`] takes an [`Event`] and the time and gives back [`Effect`]s; [`Model::subscriptions`] says what runs
//! beside it, and [`Model::view`] what to draw. It knows no browser, no clock and no randomness, so every order of events can
//! be tried in `cargo test`. The server decides which step comes next: nothing in here leads from one step to another but the
//! server's word. It ends a flow by itself only where another tab has finished it.

mod account;
mod account_type;
mod address;
mod changes;
pub mod clock;
mod digits;
mod effect;
mod elsewhere;
mod event;
mod field;
mod first_step;
pub mod full;
mod model;
mod replies;
mod request;
mod requests;
mod screen;
mod setup;
mod step;
mod steps;
mod subscriptions;
mod ticks;
mod view;

#[cfg(test)]
mod tests;

pub use digits::digits;
pub use effect::{
    Announcement, ChangeKind, Codes, Effect, Export, Fault, Focus, FullEffect, HostEvent, Resume, Ticket,
};
pub use elsewhere::mark;
pub use event::{Event, FullEvent, Reply, StepEvent};
pub use field::{Field, FieldError};
pub use model::Model;
pub use screen::{DoneView, End, EndedView, FullScreen, Screen};
pub use setup::Setup;
pub use steps::answer_call::CallView;
pub use steps::answer_questions::QuestionsView;
pub use steps::challenge::{CaptchaView, ChallengeEvent};
pub use steps::choose_method::MethodsView;
pub use steps::choose_outcome::OutcomesView;
pub use steps::contact_administrator::{ContactView, LONGEST_MESSAGE};
pub use steps::enter_code::{CodeEvent, CodeView, DIGITS};
pub use steps::identify::IdentifyView;
pub use steps::new_password::{Item, Matching, PasswordEvent, PasswordView, Standing, Strength, Suggestion};
pub use steps::security_info::{
    DestinationView, Enrolment, MethodView, OverviewView, QuestionChoice, QuestionsFormView, RemovalView, RowView,
    SecurityInfoEvent, SecurityInfoView,
};
pub use steps::sign_in::SignInView;
pub use subscriptions::Subscriptions;
pub use view::{Trouble, View};
