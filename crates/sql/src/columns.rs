//! Rows of an account, and the values in their columns.

use std::str::FromStr;

use jiff::Timestamp;
use regain_ports::AccountId;
use regain_protocol::Role;
use sqlx::{Row as _, sqlite::SqliteRow};

use crate::database::{Database, from_millis};

/// The rows that one query gives of an account.
pub(crate) async fn all<T>(
    database: &Database,
    id: &AccountId,
    query: &'static str,
    read: impl Fn(&SqliteRow) -> sqlx::Result<T>,
) -> sqlx::Result<Vec<T>> {
    let rows = sqlx::query(query).bind(id.as_str()).fetch_all(database.reader()).await?;
    rows.iter().map(read).collect()
}

/// The time in a column.
pub(crate) fn time_from(row: &SqliteRow, column: &str) -> sqlx::Result<Option<Timestamp>> {
    row.try_get::<Option<i64>, _>(column)?.map(from_millis).transpose()
}

/// The role of a name in the database.
pub(crate) fn role_from_text(text: &str) -> sqlx::Result<Role> {
    Role::from_text(text).ok_or_else(|| sqlx::Error::Decode("a role that this version does not know".into()))
}

/// The address or number in a column; `None` for one that no longer can be sent to: former versions took some in that
/// nothing arrives at.
pub(crate) fn destination_from<T: FromStr>(row: &SqliteRow, column: &str, id: &AccountId) -> sqlx::Result<Option<T>> {
    let destination = row.try_get::<&str, _>(column)?.parse().ok();
    if destination.is_none() {
        tracing::warn!(account = %id, column, "nothing can be sent to what is registered: it is left out");
    }
    Ok(destination)
}
