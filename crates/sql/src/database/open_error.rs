//! Failures to open a database.

use std::{io, path::PathBuf};

use crate::DatabaseError;

/// Why a database file could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or the file cannot be made or written.
    #[error("cannot write the database file {path}: {source}. Check that its folder exists and may be written")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// There is no such file.
    #[error("there is no database {0}: check store.path, and whether the server has run with it")]
    Missing(PathBuf),
    /// PostgreSQL does not answer, or refuses the user.
    #[error("cannot open the database {database}: {source}. Check store.url_file, and whether PostgreSQL runs there")]
    Connect {
        /// The database.
        database: String,
        /// PostgreSQL's error.
        source: DatabaseError,
    },
    /// The schema on PostgreSQL could not be brought up to date.
    #[error("cannot bring the database {database} up to date: {source}")]
    MigratePostgres {
        /// The database.
        database: String,
        /// The fault.
        source: sqlx::migrate::MigrateError,
    },
    /// A backup took its place while it was opened.
    #[error("the database {0} was replaced while it was being opened: start again")]
    Replaced(PathBuf),
    /// The file is there but is no database, or SQLite refuses it.
    #[error("cannot open the database {path}: {source}")]
    Open {
        /// The file.
        path: PathBuf,
        /// SQLite's error.
        source: DatabaseError,
    },
    /// The schema could not be brought up to date, for instance because a newer version made it.
    #[error("cannot bring the database {path} up to date: {source}")]
    Migrate {
        /// The file.
        path: PathBuf,
        /// The fault.
        source: sqlx::migrate::MigrateError,
    },
}
