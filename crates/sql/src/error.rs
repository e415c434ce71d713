//! Faults of a database.

/// Why a database did not do what it was asked for.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct DatabaseError {
    kind: Kind,
    message: String,
}

/// A fault that is told from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Another process keeps the database from being used.
    Busy,
    /// There is a row with that key.
    UniqueViolation,
    /// Any other.
    Other,
}

/// The result of asking a database.
pub type DatabaseResult<T> = Result<T, DatabaseError>;

impl DatabaseError {
    fn other(message: impl Into<String>) -> Self {
        Self { kind: Kind::Other, message: message.into() }
    }

    /// A value that cannot be read.
    pub(crate) fn decode(message: impl std::fmt::Display) -> Self {
        Self::other(format!("a value in the database cannot be read: {message}"))
    }

    /// A row that has to be there and is not.
    pub(crate) fn not_found() -> Self {
        Self::other("a row that has to be in the database is not there")
    }

    /// Work that was not done for another reason than the database's.
    pub(crate) fn not_done(reason: &'static str) -> Self {
        Self::other(reason)
    }

    /// Tells if another process keeps the database from being used.
    pub(crate) fn is_busy(&self) -> bool {
        self.kind == Kind::Busy
    }

    /// Tells if there is a row with that key.
    pub(crate) fn is_unique_violation(&self) -> bool {
        self.kind == Kind::UniqueViolation
    }
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        let kind = match &error {
            rusqlite::Error::SqliteFailure(fault, _) => match (fault.code, fault.extended_code) {
                (rusqlite::ErrorCode::DatabaseBusy, _) => Kind::Busy,
                (_, rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
                    Kind::UniqueViolation
                }
                _ => Kind::Other,
            },
            _ => Kind::Other,
        };
        // The message of an error in a statement has the statement in it, and never a value.
        Self { kind, message: error.to_string() }
    }
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        let fault = error.as_database_error();
        let code = fault.and_then(sqlx::error::DatabaseError::code).and_then(|code| code.parse::<i32>().ok());
        let kind = if fault.is_some_and(sqlx::error::DatabaseError::is_unique_violation) {
            Kind::UniqueViolation
        } else if code.is_some_and(|code| code & 0xff == rusqlite::ffi::SQLITE_BUSY) {
            Kind::Busy
        } else {
            Kind::Other
        };
        Self { kind, message: error.to_string() }
    }
}
