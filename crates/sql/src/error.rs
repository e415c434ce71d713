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
    /// Another transaction was in the way: the same again may succeed.
    Conflict,
    /// The connection is lost, or was refused for a while: the same again may succeed.
    Connection,
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

    /// Tells if the same again may succeed.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self.kind, Kind::Conflict | Kind::Connection)
    }

    /// The same, not to be tried again.
    pub(crate) fn lasting(self) -> Self {
        Self { kind: Kind::Other, ..self }
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
        let kind = match &error {
            sqlx::Error::Io(_) => Kind::Connection,
            sqlx::Error::Database(fault) if fault.is_unique_violation() => Kind::UniqueViolation,
            sqlx::Error::Database(fault) => fault.code().map_or(Kind::Other, |code| kind_of(&code)),
            _ => Kind::Other,
        };
        Self { kind, message: error.to_string() }
    }
}

/// The kind of a code, of PostgreSQL (<https://www.postgresql.org/docs/current/errcodes-appendix.html>) or SQLite.
fn kind_of(code: &str) -> Kind {
    match code {
        // A serialisation failure, a deadlock.
        "40001" | "40P01" => Kind::Conflict,
        // The server is stopping, has crashed, or is starting.
        "57P01" | "57P02" | "57P03" => Kind::Connection,
        _ if code.len() == 5 && code.starts_with("08") => Kind::Connection,
        _ if code.len() < 5 && code.parse::<i32>().is_ok_and(|code| code & 0xff == rusqlite::ffi::SQLITE_BUSY) => {
            Kind::Busy
        }
        _ => Kind::Other,
    }
}
