//! MariaDB and MySQL.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{Timestamp, civil, tz::TimeZone};
use sqlx::{
    AssertSqlSafe, Connection as _, Decode, Either, Executor as _, MySql as Backend, Row as _, SqlSafeStr as _,
    Statement as _, TypeInfo as _, ValueRef as _,
    mysql::{MySqlArguments, MySqlConnectOptions, MySqlPool, MySqlPoolOptions, MySqlRow, MySqlTypeInfo},
    pool::PoolConnection,
};

use super::session::{Cell, Described, Kind, Pool, Row, Session, Statement, Value, Values, columns, quiet, rows};
use crate::template::Template;

/// Rights over the whole server, as `SHOW GRANTS` writes them.
const EXCESSIVE: [&str; 2] = ["GRANT ALL PRIVILEGES ON *.*", "SUPER"];

pub(super) struct MySql(MySqlPool);

impl MySql {
    pub(super) fn open(options: MySqlConnectOptions, connections: u32, timeout: Duration) -> Self {
        let pool = MySqlPoolOptions::new().max_connections(connections).acquire_timeout(timeout);
        // Reads within a transaction see what was committed until then, as in the other databases.
        let pool = pool.after_connect(|connection, _| {
            Box::pin(async move {
                let level = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
                sqlx::raw_sql(level).execute(connection).await.map(drop)
            })
        });
        Self(pool.connect_lazy_with(quiet(options)))
    }
}

#[async_trait]
impl Pool for MySql {
    async fn session(&self) -> sqlx::Result<Box<dyn Session>> {
        Ok(Box::new(Connection(self.0.acquire().await?)))
    }
}

struct Connection(PoolConnection<Backend>);

fn kind(type_info: &MySqlTypeInfo) -> Kind {
    let name = type_info.name();
    match name.trim_end_matches(" UNSIGNED") {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "INT" | "MEDIUMINT" | "BIGINT" | "BIT" => Kind::Integer,
        "DATETIME" | "TIMESTAMP" => Kind::Time,
        // Functions over several types give bytes, which have to be text.
        "CHAR" | "VARCHAR" | "ENUM" | "TINYTEXT" | "TEXT" | "MEDIUMTEXT" | "LONGTEXT" | "BINARY" | "VARBINARY"
        | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" => Kind::Text,
        "NULL" => Kind::Any,
        _ => Kind::Other(name.to_owned()),
    }
}

fn cell(row: &MySqlRow, at: usize) -> sqlx::Result<Cell> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let info = value.type_info().into_owned();
    Ok(match kind(&info) {
        Kind::Integer if info.name().ends_with("UNSIGNED") || info.name() == "BIT" => {
            let number = <u64 as Decode<Backend>>::decode(value).map_err(sqlx::Error::Decode)?;
            i64::try_from(number).map_or_else(|_| Cell::Text(number.to_string()), Cell::Integer)
        }
        Kind::Integer => Cell::Integer(<i64 as Decode<Backend>>::decode(value).map_err(sqlx::Error::Decode)?),
        Kind::Text => <&[u8] as Decode<Backend>>::decode(value)
            .ok()
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .map_or(Cell::Other, |text| Cell::Text(text.to_owned())),
        Kind::Time => {
            let bytes = <&[u8] as Decode<Backend>>::decode(value).map_err(sqlx::Error::Decode)?;
            time(bytes).map_or(Cell::Other, Cell::Time)
        }
        Kind::Any | Kind::Other(_) => Cell::Other,
    })
}

/// Reads the binary form of a time in UTC: its length, year, month, day, and so far as they are not zero hour, minute,
/// second, and microseconds.
fn time(bytes: &[u8]) -> Option<Timestamp> {
    let (length, rest) = bytes.split_first()?;
    let rest = rest.get(..usize::from(*length))?;
    let (year, month, day) = match rest {
        [low, high, month, day, ..] => (i16::from_le_bytes([*low, *high]), *month, *day),
        _ => return None,
    };
    let part = |at: usize| rest.get(at).copied().unwrap_or(0).try_into().ok();
    let date = civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let time = civil::Time::new(part(4)?, part(5)?, part(6)?, 0).ok()?;
    TimeZone::UTC.to_timestamp(date.to_datetime(time)).ok()
}

impl Connection {
    fn query(statement: &Statement, values: &Values<'_>) -> sqlx::query::Query<'static, Backend, MySqlArguments> {
        let mut query = sqlx::query(AssertSqlSafe(statement.template.sql.clone()));
        for parameter in &statement.template.parameters {
            query = match values.value(*parameter) {
                Value::Null => query.bind(None::<String>),
                Value::Text(text) => query.bind(text.to_owned()),
                Value::Integer(number) => query.bind(number),
                Value::Unsigned(number) => query.bind(number),
                Value::Time(time) => query.bind(time.as_second()),
            };
        }
        query
    }
}

#[async_trait]
impl Session for Connection {
    async fn describe(&mut self, template: &Template) -> sqlx::Result<Described> {
        // A statement prepared before tells nothing of the table as it is now.
        self.0.clear_cached_statements().await?;
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

    /// Rows that were matched, not those that became others.
    async fn execute(&mut self, statement: &Statement, values: &Values<'_>) -> sqlx::Result<u64> {
        Ok(Self::query(statement, values).execute(&mut *self.0).await?.rows_affected())
    }

    async fn begin(&mut self) -> sqlx::Result<()> {
        self.run("START TRANSACTION").await
    }

    async fn run(&mut self, text: &'static str) -> sqlx::Result<()> {
        sqlx::raw_sql(text).execute(&mut *self.0).await.map(drop)
    }

    async fn excess_rights(&mut self) -> sqlx::Result<Option<String>> {
        let grants: Vec<String> = sqlx::query_scalar("SHOW GRANTS").fetch_all(&mut *self.0).await?;
        let has =
            |right: &&str| grants.iter().any(|grant| grant.starts_with(right) || grant.contains(&format!(" {right},")));
        let found = EXCESSIVE.iter().find(|right| has(right));
        Ok(found.map(|_| "the user administers the whole database server".to_owned()))
    }

    fn spoil(&mut self) {
        self.0.close_on_drop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        let at = |bytes: &[u8]| time(bytes).map(|time| time.to_string());
        assert_eq!(at(&[7, 0xea, 7, 11, 30, 14, 5, 9]).as_deref(), Some("2026-11-30T14:05:09Z"));
        assert_eq!(at(&[11, 0xea, 7, 11, 30, 14, 5, 9, 1, 0, 0, 0]).as_deref(), Some("2026-11-30T14:05:09Z"));
        assert_eq!(at(&[4, 0xea, 7, 11, 30]).as_deref(), Some("2026-11-30T00:00:00Z"));
        for odd in [&[0][..], &[], &[7, 1], &[4, 0, 0, 0, 0]] {
            assert_eq!(at(odd), None, "{odd:?}");
        }
    }
}
