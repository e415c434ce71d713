//! Adapters: what stands behind the [`crate::ports`] here.

mod embedded_directory;
mod outbox;
mod smtp;
mod sqlite;
mod sqlite_store;

pub use embedded_directory::{
    EmbeddedDirectory, ImportError, MailRole, People, PeopleError, Person, PersonMail, PersonPhone, PersonQuestion,
    PhoneRole,
};
pub use outbox::{Outbox, OutboxMail};
pub use smtp::{Smtp, SmtpSetupError};
pub use sqlite::{Database, OpenError};
pub use sqlite_store::{AuditFilter, AuditPosition, SqliteStore};
