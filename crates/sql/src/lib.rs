//! The store of flows and the embedded directory, over one SQL database.
//!
//! [`Database`] has all that only SQLite needs. The SQL of the two adapters is plain.

mod backup;
mod database;
mod embedded_directory;
mod migrations;
mod reader;
mod server_key;
mod store;
mod transaction;

pub use backup::{BackupError, Restored, back_up, restore};
pub use database::{Database, OpenError};
pub use embedded_directory::{
    EmbeddedDirectory, HashCost, ImportError, MailRole, NewPerson, People, PeopleError, PersonMail, PersonPhone,
    PersonQuestion, PhoneRole,
};
pub use reader::{Content, DatabaseReader};
pub use server_key::ServerKeyError;
pub use store::{AuditFilter, AuditPosition, AuditReport, SqliteStore};
