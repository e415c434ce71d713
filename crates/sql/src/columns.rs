//! Rows of an account, and the values in their columns.

use std::str::FromStr;

use jiff::Timestamp;
use regain_ports::AccountId;
use regain_protocol::Role;

use crate::{
    DatabaseError, DatabaseResult,
    connection::Connection,
    database::from_millis,
    query::{Row, query},
};

/// The rows that one query gives of an account.
pub(crate) async fn all<T>(
    connection: &mut Connection,
    id: &AccountId,
    text: &'static str,
    read: impl Fn(&Row) -> DatabaseResult<T>,
) -> DatabaseResult<Vec<T>> {
    let rows = query(text).bind(id.as_str()).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

/// The time in a column.
pub(crate) fn time_from(row: &Row, column: &str) -> DatabaseResult<Option<Timestamp>> {
    row.get::<Option<i64>>(column)?.map(from_millis).transpose()
}

/// The role of a name in the database.
pub(crate) fn role_from_text(text: &str) -> DatabaseResult<Role> {
    Role::from_text(text).ok_or_else(|| DatabaseError::decode("a role that this version does not know"))
}

/// The address or number in a column; `None` for one that no longer can be sent to: former versions took some in that
/// nothing arrives at.
pub(crate) fn destination_from<T: FromStr>(row: &Row, column: &str, id: &AccountId) -> DatabaseResult<Option<T>> {
    let destination = row.get::<&str>(column)?.parse().ok();
    if destination.is_none() {
        tracing::warn!(account = %id, column, "nothing can be sent to what is registered: it is left out");
    }
    Ok(destination)
}
