//! The steps: a file each, with the step's state, its events and its view model.

pub(crate) mod answer_call;
pub(crate) mod answer_questions;
pub(crate) mod challenge;
pub(crate) mod choose_method;
pub(crate) mod choose_outcome;
pub(crate) mod contact_administrator;
pub(crate) mod enter_code;
pub(crate) mod full;
pub(crate) mod identify;
pub(crate) mod list;
pub(crate) mod new_password;
pub(crate) mod security_info;
pub(crate) mod sign_in;
