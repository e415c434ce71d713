//! A connection to the database; for writing, in a transaction.

use std::{borrow::Cow, sync::Arc};

use rusqlite::{
    CachedStatement, ToSql,
    types::{ToSqlOutput, ValueRef},
};

use crate::{
    DatabaseError, DatabaseResult,
    query::{Parameter, Query, Row, Value},
};

/// The number of statements that a connection keeps prepared: more than there are.
const PREPARED: usize = 200;

/// The words by which PostgreSQL locks rows, longest first. SQLite has one writer, and leaves them out.
const LOCKING: [&str; 2] = [" FOR UPDATE SKIP LOCKED", " FOR UPDATE"];

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    sqlite: rusqlite::Connection,
}

impl Connection {
    pub(crate) fn sqlite(sqlite: rusqlite::Connection) -> Self {
        sqlite.set_prepared_statement_cache_capacity(PREPARED);
        Self { sqlite }
    }

    /// Runs a statement whose end says nothing.
    pub(crate) fn run(&self, statement: &'static str) -> DatabaseResult<()> {
        self.sqlite.prepare_cached(statement)?.execute(())?;
        Ok(())
    }

    /// Tells if no transaction is open.
    pub(crate) fn is_autocommit(&self) -> bool {
        self.sqlite.is_autocommit()
    }

    #[expect(clippy::unused_async, reason = "another database is asked over the network")]
    pub(crate) async fn execute(&mut self, query: &Query) -> DatabaseResult<u64> {
        let changed = prepared(&self.sqlite, query)?.raw_execute()?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    #[expect(clippy::unused_async, reason = "another database is asked over the network")]
    pub(crate) async fn fetch(&mut self, query: &Query) -> DatabaseResult<Vec<Row>> {
        let mut statement = prepared(&self.sqlite, query)?;
        let columns: Arc<[String]> = statement.column_names().into_iter().map(str::to_owned).collect();
        let mut rows = statement.raw_query();
        let mut fetched = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..columns.len()).map(|index| value(row.get_ref(index)?));
            fetched.push(Row { columns: Arc::clone(&columns), values: values.collect::<DatabaseResult<_>>()? });
        }
        Ok(fetched)
    }
}

/// The statement with its parameters. SQLite numbers `$2` by where it stands, and not by its name.
fn prepared<'c>(connection: &'c rusqlite::Connection, query: &Query) -> DatabaseResult<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(&without_locking(&query.text))?;
    for index in 1..=statement.parameter_count() {
        let number = statement.parameter_name(index).and_then(|name| name.get(1..)?.parse::<usize>().ok());
        let parameter = number.and_then(|number| query.parameters.get(number.checked_sub(1)?));
        let parameter = parameter.ok_or_else(|| DatabaseError::not_done("a statement has too few parameters"))?;
        statement.raw_bind_parameter(index, parameter)?;
    }
    Ok(statement)
}

fn without_locking(text: &str) -> Cow<'_, str> {
    let has_locking = text.contains(LOCKING[1]);
    if !has_locking {
        return Cow::Borrowed(text);
    }
    Cow::Owned(LOCKING.iter().fold(text.to_owned(), |text, words| text.replace(words, "")))
}

fn value(value: ValueRef<'_>) -> DatabaseResult<Value> {
    Ok(match value {
        ValueRef::Null => Value::Nothing,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(text) => Value::Text(std::str::from_utf8(text).map_err(DatabaseError::decode)?.to_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_owned()),
        ValueRef::Real(_) => return Err(DatabaseError::decode("a number with a fraction")),
    })
}

impl ToSql for Parameter {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Integer(number) => number.to_sql(),
            Self::Text(text) => text.to_sql(),
            Self::Bool(is) => is.to_sql(),
            Self::Bytes(bytes) => bytes.to_sql(),
        }
    }
}
