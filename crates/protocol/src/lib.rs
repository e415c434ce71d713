//! The wire types of Regain's reset API, version 1: what a browser says to a reset server and what
//! it is told. The widget and `regain-server` share this crate, and the server generates its
//! `OpenAPI` document from it, so neither can drift from the other.
//!
//! The two directions differ in what they forgive:
//!
//! * What a client sends ([`CreateFlow`], [`Answer`]) is read strictly: an unknown member, a
//!   duplicate key or a wrong JSON type is an error.
//! * What a server sends ([`Flow`], [`Step`], [`Problem`], [`Config`]) is read leniently: unknown
//!   members are skipped and unknown names become `Unknown`, so that an older widget keeps working
//!   with a newer server and can say so where it does not understand.
//!
//! The crate knows no clock, no randomness and no I/O.

mod answer;
mod config;
mod flow;
mod flow_kind;
mod method;
mod password;
mod problem;
mod secret;
mod step;
mod strength;
mod text_enum;

pub use answer::{Answer, AnswerRequest, CaptchaSolution, QuestionAnswer};
pub use config::{AccountType, Config, Help};
pub use flow::{CreateFlow, Flow, FlowAnswered, FlowCreated, Gate, Notice, NoticeCode};
pub use flow_kind::FlowKind;
pub use method::{Method, MethodKind, Role};
pub use password::{PasswordPolicy, ServerCheck, Violation};
pub use problem::{Problem, ProblemCode};
pub use secret::Secret;
pub use step::{
    AllowedMethod, AuthenticatorSetup, CallStatus, Captcha, Contact, EndReason, Outcome, PredefinedQuestion, Question,
    QuestionsOffer, RegisteredMethod, Step, StepBody, UnlockOutcome,
};
pub use strength::{Strength, Suggestion, Warning};

/// A point in time as the API writes it: RFC 3339 in UTC, such as `2026-11-23T14:16:00Z`.
///
/// It stays text here: the server formats it from its clock, and a browser reads it with its own
/// `Date.parse`, which costs the widget no bytes.
pub type Timestamp = String;

/// The longest request body that a server accepts, in bytes; a longer one is answered with 413.
pub const MAX_BODY_BYTES: usize = 16 * 1024;
