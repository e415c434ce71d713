//! Values that people type: each parsed, folded and checked in one place, for the directory, the engine and the
//! configuration alike.

pub mod common_passwords;
mod crockford;
pub mod digits;
pub mod ids;
pub mod long_code;
pub mod mail_address;
pub mod password_form;
pub mod phone_number;
mod premium_numbers;
pub mod questions;
pub mod recovery_code;
pub mod totp;
pub mod user_id;

pub use ids::{AccountId, FlowId, StepId};
pub use mail_address::MailAddress;
pub use phone_number::{Countries, E164};
pub use user_id::UserId;
