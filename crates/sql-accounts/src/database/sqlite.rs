//! SQLite: a file that the application writes beside us.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{
    AssertSqlSafe, Connection as _, Decode, Either, Executor as _, Row as _, SqlSafeStr as _, Sqlite as Backend,
    Statement as _, TypeInfo as _, ValueRef as _,
    pool::PoolConnection,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteTypeInfo},
};

use super::session::{Cell, Described, Kind, Pool, Row, Session, Statement, Value, Values, columns, quiet, rows};
use crate::template::Template;

pub(super) struct Sqlite(SqlitePool);

impl Sqlite {
    pub(super) fn open(options: SqliteConnectOptions, connections: u32, timeout: Duration) -> Self {
        let pool = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(timeout);
        // The application may hold the file for as long as we would wait for it.
        Self(pool.connect_lazy_with(quiet(options.busy_timeout(timeout * 3 / 4))))
    }
}

#[async_trait]
impl Pool for Sqlite {
    async fn session(&self) -> sqlx::Result<Box<dyn Session>> {
        Ok(Box::new(Connection(self.0.acquire().await?)))
    }
}

struct Connection(PoolConnection<Backend>);

/// Any column may have any value; what it was declared as tells numbers, of which ids may be.
fn kind(type_info: &SqliteTypeInfo) -> Kind {
    if type_info.name() == "INTEGER" { Kind::Integer } else { Kind::Any }
}

fn cell(row: &SqliteRow, at: usize) -> sqlx::Result<Cell> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let info = value.type_info().into_owned();
    Ok(match info.name() {
        "INTEGER" => Cell::Integer(<i64 as Decode<Backend>>::decode(value).map_err(sqlx::Error::Decode)?),
        "TEXT" => Cell::Text(<String as Decode<Backend>>::decode(value).map_err(sqlx::Error::Decode)?),
        _ => Cell::Other,
    })
}

impl Connection {
    fn query(statement: &Statement, values: &Values<'_>) -> sqlx::query::Query<'static, Backend, SqliteArguments> {
        let mut query = sqlx::query(AssertSqlSafe(statement.template.sql.clone()));
        for parameter in &statement.template.parameters {
            query = match values.value(*parameter) {
                Value::Text(text) => query.bind(text.to_owned()),
                Value::Integer(number) => query.bind(number),
                // Larger numbers than SQLite has are nobody's.
                Value::Null | Value::Unsigned(_) => query.bind(None::<String>),
                Value::Time(time) => query.bind(time.as_second()),
            };
        }
        query
    }
}

#[async_trait]
impl Session for Connection {
    async fn describe(&mut self, template: &Template) -> sqlx::Result<Described> {
        // A statement prepared before tells nothing of the table as it is now, and what the connection knows of the tables is
        // compared with the file only when one is read.
        self.0.clear_cached_statements().await?;
        self.run("SELECT COUNT(*) FROM sqlite_schema").await?;
        let statement = self.0.prepare(AssertSqlSafe(template.sql.clone()).into_sql_str()).await?;
        let parameters = match statement.parameters() {
            Some(Either::Right(number)) => number,
            _ => template.parameters.len(),
        };
        Ok(Described { columns: columns(statement.columns(), kind), parameters, types: Vec::new(), fault: None })
    }

    async fn fetch(&mut self, statement: &Statement, values: &Values<'_>) -> sqlx::Result<Vec<Row>> {
        rows(&Self::query(statement, values).fetch_all(&mut *self.0).await?, statement, cell)
    }

    async fn execute(&mut self, statement: &Statement, values: &Values<'_>) -> sqlx::Result<u64> {
        Ok(Self::query(statement, values).execute(&mut *self.0).await?.rows_affected())
    }

    /// A transaction that reads first and writes then could fail half way, with `SQLITE_BUSY`.
    async fn begin(&mut self) -> sqlx::Result<()> {
        self.run("BEGIN IMMEDIATE").await
    }

    async fn run(&mut self, text: &'static str) -> sqlx::Result<()> {
        sqlx::raw_sql(text).execute(&mut *self.0).await.map(drop)
    }

    async fn excess_rights(&mut self) -> sqlx::Result<Option<String>> {
        Ok(None)
    }

    fn spoil(&mut self) {
        self.0.close_on_drop();
    }
}
