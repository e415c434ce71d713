//! Failures of transactions.

use regain_ports::DirectoryError;

use crate::database;

/// The number of times that something is tried which another transaction was in the way of.
pub(crate) const ATTEMPTS: u32 = 3;

/// A failure of a transaction.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another transaction was in the way: the same again may succeed.
    Conflict,
    Directory(DirectoryError),
}

impl Failure {
    pub(crate) fn of(key: &str, error: &sqlx::Error) -> Self {
        if database::is_conflict(error) { Self::Conflict } else { Self::Directory(database::failed(key, error)) }
    }

    pub(crate) fn into_error(self) -> DirectoryError {
        match self {
            Self::Conflict => DirectoryError::Unavailable("directory.sql: other transactions are in the way".into()),
            Self::Directory(error) => error,
        }
    }
}

impl From<DirectoryError> for Failure {
    fn from(error: DirectoryError) -> Self {
        Self::Directory(error)
    }
}
