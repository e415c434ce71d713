//! An application's own table of users as the directory: PostgreSQL, MariaDB, MySQL or SQLite, asked and written by
//! statements of the configuration.
//!
//! Nothing about the table is assumed but what its statements say. The password is set by a compare-and-swap on its hash,
//! in one transaction with the unlocking and the end of the sessions.

mod accounts;
mod database;
mod directory;
mod failure;
mod fields;
mod inspect;
mod open;
mod people;
mod set_password;
mod settings;
mod sign_in;
mod template;
mod unlock;

pub use directory::SqlAccounts;
pub use open::OpenError;
pub use settings::Settings;
