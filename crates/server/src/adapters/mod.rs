//! Adapters: what stands behind the [`crate::ports`] here.

mod embedded_directory;
mod sqlite;
mod sqlite_store;

pub use embedded_directory::{EmbeddedDirectory, ImportError, MailRole, People, PeopleError, Person, PersonMail};
pub use sqlite::{Database, OpenError};
pub use sqlite_store::SqliteStore;
