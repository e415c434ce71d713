//! The way of a database from a SQLite file to PostgreSQL.

use crate::{
    Database, DatabaseError, DatabaseResult, OpenError, PostgresSettings,
    connection::Connection,
    database::Ending,
    query::{Parameter, Query, Row, Value, query, query_scalar},
};

/// The tables, those that others refer to first. `counters` is kept by triggers, and `readiness` is not worth it.
const TABLES: [&str; 19] = [
    "flows",
    "charges",
    "messages",
    "replays",
    "claims",
    "audit",
    "audit_chain",
    "accounts",
    "account_mails",
    "account_phones",
    "account_questions",
    "account_authenticators",
    "account_groups",
    "account_former_passwords",
    "account_recovery_codes",
    "account_confirmations",
    "account_ring",
    "provider_faults",
    "server_key",
];

/// The number of rows that one statement inserts.
const PAGE: i64 = 500;

/// Why a database was not brought to PostgreSQL. There is nothing there then.
#[derive(Debug, thiserror::Error)]
pub enum MigrateStoreError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It has something in it.
    #[error("the database on PostgreSQL is not empty: {0} has rows. Give an empty one")]
    NotEmpty(&'static str),
    /// Somebody has written meanwhile.
    #[error("{0} was changed meanwhile: stop every server of this database first")]
    Changed(&'static str),
    /// One of them does not answer.
    #[error("cannot bring the database over: {0}")]
    Database(#[from] DatabaseError),
}

/// Copies everything from a file to an empty database on PostgreSQL, in one transaction; returns the number of rows of each
/// table. Nobody may write to the file meanwhile.
pub async fn migrate_store(
    from: &Database,
    to: &PostgresSettings,
) -> Result<Vec<(&'static str, u64)>, MigrateStoreError> {
    let target = Database::connect(to).await?;
    let copied = target.decide(from.clone(), |transaction, from| {
        Box::pin(async move {
            Ok(match copy_all(transaction, from).await {
                Ok(counts) => Ending::Commit(Ok(counts)),
                Err(MigrateStoreError::Database(error)) => return Err(error),
                Err(refused) => Ending::Rollback(Err(refused)),
            })
        })
    });
    let copied = copied.await;
    target.close().await;
    copied?
}

async fn copy_all(
    transaction: &mut Connection,
    from: &Database,
) -> Result<Vec<(&'static str, u64)>, MigrateStoreError> {
    for table in TABLES {
        if count(transaction, table).await? > 0 {
            return Err(MigrateStoreError::NotEmpty(table));
        }
    }
    let mut counts = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let copied = copy(transaction, from, table).await?;
        let there = from.read(table, |connection, table| Box::pin(count(connection, table))).await?;
        if there != copied || count(transaction, table).await? != copied {
            return Err(MigrateStoreError::Changed(table));
        }
        counts.push((table, u64::try_from(copied).unwrap_or_default()));
    }
    // The totals were made anew by the triggers.
    let totals = from.read((), |connection, ()| Box::pin(totals(connection))).await?;
    if self::totals(transaction).await? != totals {
        return Err(MigrateStoreError::Changed("charges"));
    }
    Ok(counts)
}

async fn count(connection: &mut Connection, table: &'static str) -> DatabaseResult<i64> {
    query_scalar(format!("SELECT COUNT(*) FROM {table}")).fetch_one(connection).await
}

async fn totals(connection: &mut Connection) -> DatabaseResult<(i64, i64)> {
    let row = query("SELECT COUNT(*) AS counters, CAST(COALESCE(SUM(total), 0) AS BIGINT) AS total FROM counters");
    let row = row.fetch_optional(connection).await?.ok_or_else(DatabaseError::not_found)?;
    Ok((row.get("counters")?, row.get("total")?))
}

/// A column of a table on PostgreSQL.
#[derive(Clone)]
struct Column {
    name: String,
    kind: String,
}

/// Copies a table; returns the number of rows.
async fn copy(transaction: &mut Connection, from: &Database, table: &'static str) -> DatabaseResult<i64> {
    let columns = query(
        "SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS kind FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
    );
    let columns = columns.bind(table).fetch_all(transaction).await?;
    let columns: Vec<Column> = columns
        .iter()
        .map(|row| Ok(Column { name: row.get("name")?, kind: row.get("kind")? }))
        .collect::<DatabaseResult<_>>()?;
    let names = columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ");
    let page = format!("SELECT {names}, rowid FROM {table} WHERE rowid > $1 ORDER BY rowid LIMIT $2");
    let (mut after, mut copied) = (i64::MIN, 0);
    loop {
        let rows = from.read((page.clone(), after), |connection, (page, after)| {
            Box::pin(query(page.clone()).bind(*after).bind(PAGE).fetch_all(connection))
        });
        let rows = rows.await?;
        let Some(last) = rows.last() else { return Ok(copied) };
        after = last.at(columns.len())?;
        copied += i64::try_from(rows.len()).unwrap_or_default();
        insertion(table, &names, &columns, &rows)?.execute(transaction).await?;
    }
}

/// One statement that inserts all of these rows.
fn insertion(table: &str, names: &str, columns: &[Column], rows: &[Row]) -> DatabaseResult<Query> {
    let places = (0..rows.len()).map(|row| {
        let first = row * columns.len() + 1;
        let places = (first..first + columns.len()).map(|place| format!("${place}"));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    });
    let places = places.collect::<Vec<_>>().join(", ");
    let mut insertion = query(format!("INSERT INTO {table} ({names}) VALUES {places}"));
    for row in rows {
        for (column, value) in columns.iter().zip(&row.values) {
            insertion = insertion.bind(parameter(column, value)?);
        }
    }
    Ok(insertion)
}

fn parameter(column: &Column, value: &Value) -> DatabaseResult<Parameter> {
    Ok(match (column.kind.as_str(), value) {
        ("bigint", Value::Nothing) => Parameter::Integer(None),
        ("bigint", Value::Integer(number)) => Parameter::Integer(Some(*number)),
        ("text", Value::Nothing) => Parameter::Text(None),
        ("text", Value::Text(text)) => Parameter::Text(Some(text.clone())),
        ("boolean", Value::Integer(number)) => Parameter::Bool(*number != 0),
        _ => return Err(DatabaseError::decode(format_args!("a {} in the column {}", column.kind, column.name))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_table_is_left_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        let tables = database.read((), |connection, ()| {
            let tables = "SELECT name FROM sqlite_master WHERE type = 'table'
                          AND name NOT IN ('_sqlx_migrations', 'readiness', 'counters') ORDER BY name";
            Box::pin(query_scalar(tables).fetch_all::<String>(connection))
        });
        let mut copied = TABLES;
        copied.sort_unstable();
        assert_eq!(tables.await.expect("answers"), copied);
    }
}
