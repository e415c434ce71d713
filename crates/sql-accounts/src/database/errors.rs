//! Errors of a database: texts for the log, and the port's.

use regain_ports::DirectoryError;
use sqlx::sqlite::SqliteError;

/// The classes of SQLSTATE whose messages name tables, columns and roles, never a value: connections, transactions,
/// syntax, rights, resources, and what an administrator does.
const TELLING_CLASSES: [&str; 10] = ["08", "25", "28", "3D", "40", "42", "53", "55", "57", "58"];

/// The text of an error, for the log. Messages of other classes may have values in them.
pub(crate) fn text(error: &sqlx::Error) -> String {
    let Some(error) = error.as_database_error() else { return error.to_string() };
    let code = error.code().unwrap_or_default();
    let is_sqlite = error.try_downcast_ref::<SqliteError>().is_some();
    if is_sqlite || TELLING_CLASSES.iter().any(|class| code.starts_with(class)) {
        format!("{} ({code})", error.message())
    } else {
        format!("the database answers with the code {code}")
    }
}

/// The classes of SQLSTATE that come of statements, rights or columns that do not fit.
const OUR_CLASSES: [&str; 5] = ["22", "23", "28", "3D", "42"];

/// The same of SQLite: `SQLITE_ERROR`, `SQLITE_READONLY`, `SQLITE_CONSTRAINT`, `SQLITE_NOTADB`.
const OUR_SQLITE_CODES: [i32; 4] = [1, 8, 19, 26];

/// An error of a statement, for the port.
pub(crate) fn failed(key: &str, error: &sqlx::Error) -> DirectoryError {
    let text = format!("{key}: {}", text(error));
    let is_ours = error.as_database_error().is_some_and(|error| {
        let code = error.code().unwrap_or_default();
        if error.try_downcast_ref::<SqliteError>().is_some() {
            // The lowest byte is the code, what is above it tells more.
            code.parse::<i32>().is_ok_and(|code| OUR_SQLITE_CODES.contains(&(code & 0xff)))
        } else {
            OUR_CLASSES.iter().any(|class| code.starts_with(class))
        }
    });
    if is_ours { DirectoryError::Misconfigured(text) } else { DirectoryError::Unavailable(text) }
}

/// Tells if another transaction was in the way: the same again may succeed.
pub(crate) fn is_conflict(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    let code = error.code().unwrap_or_default();
    // Serialisation failures and deadlocks; SQLite's SQLITE_BUSY and SQLITE_BUSY_SNAPSHOT.
    let is_sqlite = error.try_downcast_ref::<SqliteError>().is_some();
    if is_sqlite { matches!(&*code, "5" | "517") } else { matches!(&*code, "40001" | "40P01") }
}
