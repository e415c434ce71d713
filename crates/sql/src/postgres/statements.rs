//! Statements on PostgreSQL, with their parameters and rows.

use std::sync::Arc;

use sqlx::{
    AssertSqlSafe, Column as _, Postgres as Backend, Row as _, TypeInfo as _, ValueRef as _, pool::PoolConnection,
    postgres::PgRow,
};

use crate::{
    DatabaseError, DatabaseResult,
    query::{Parameter, Query, Row, Value},
};

fn bound(query: &Query) -> sqlx::query::Query<'_, Backend, sqlx::postgres::PgArguments> {
    // The texts are the adapters' own; whatever comes from outside is a parameter.
    let mut bound = sqlx::query(AssertSqlSafe(query.text.clone().into_owned()));
    for parameter in &query.parameters {
        bound = match parameter {
            Parameter::Integer(number) => bound.bind(number),
            // PostgreSQL has no text with a NUL in it: what is stored has none, and is not found by one.
            Parameter::Text(Some(text)) if text.contains('\0') => bound.bind(text.replace('\0', "\u{fffd}")),
            Parameter::Text(text) => bound.bind(text.as_deref()),
            Parameter::Bool(is) => bound.bind(is),
            Parameter::Bytes(bytes) => bound.bind(bytes),
        };
    }
    bound
}

/// Runs a statement; returns the number of rows that it changed.
pub(crate) async fn execute(connection: &mut PoolConnection<Backend>, query: &Query) -> DatabaseResult<u64> {
    Ok(bound(query).execute(&mut **connection).await?.rows_affected())
}

/// The rows of a statement.
pub(crate) async fn fetch(connection: &mut PoolConnection<Backend>, query: &Query) -> DatabaseResult<Vec<Row>> {
    let rows = bound(query).fetch_all(&mut **connection).await?;
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let columns: Arc<[String]> = first.columns().iter().map(|column| column.name().to_owned()).collect();
    let values = |row: &PgRow| (0..columns.len()).map(|index| value(row, index)).collect::<DatabaseResult<_>>();
    rows.iter().map(|row| Ok(Row { columns: Arc::clone(&columns), values: values(row)? })).collect()
}

fn value(row: &PgRow, index: usize) -> DatabaseResult<Value> {
    let raw = row.try_get_raw(index)?;
    if raw.is_null() {
        return Ok(Value::Nothing);
    }
    let type_info = raw.type_info().into_owned();
    Ok(match type_info.name() {
        "INT8" => Value::Integer(row.try_get(index)?),
        "INT4" => Value::Integer(row.try_get::<i32, _>(index)?.into()),
        "INT2" => Value::Integer(row.try_get::<i16, _>(index)?.into()),
        "BOOL" => Value::Bool(row.try_get(index)?),
        "BYTEA" => Value::Bytes(row.try_get(index)?),
        "TEXT" | "VARCHAR" | "NAME" => Value::Text(row.try_get(index)?),
        "\"CHAR\"" => Value::Text(char::from(u8::try_from(row.try_get::<i8, _>(index)?).unwrap_or_default()).into()),
        other => return Err(DatabaseError::decode(format_args!("a value of the type {other}"))),
    })
}
