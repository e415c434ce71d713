//! The store of flows, the registrations and the embedded directory, over one SQL database.
//!
//! [`Database`] has all that only SQLite needs. The SQL of the adapters is plain.

mod account_write;
mod backup;
mod columns;
mod connection;
mod database;
mod embedded_directory;
mod error;
mod hashing;
mod migrate_store;
mod migrations;
mod postgres;
mod query;
mod reader;
mod registrations;
mod server_key;
mod sqlite;
mod store;
mod task;

pub use backup::{BackupError, Restored, back_up, restore};
pub use database::{Database, Location, OpenError};
pub use embedded_directory::{EmbeddedDirectory, ImportError, Named, Outcome, Upkeep, UpkeepReport};
pub use error::{DatabaseError, DatabaseResult};
pub use hashing::HashCost;
pub use migrate_store::{MigrateStoreError, migrate_store};
pub use postgres::PostgresSettings;
pub use reader::{Content, DatabaseReader};
pub use registrations::OwnRegistrations;
pub use server_key::ServerKeyError;
pub use sqlite::private_file;
pub use store::{AuditFilter, AuditPosition, AuditReport, SqlStore};
