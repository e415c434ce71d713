//! PostgreSQL. It infers the types of parameters, and gets each value in that type.

use std::time::Duration;

use async_trait::async_trait;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use jiff::Timestamp;
use sqlx::{
    AssertSqlSafe, Connection as _, Either, Encode, Executor as _, Postgres as Backend, Row as _, SqlSafeStr as _,
    Statement as _, Type, TypeInfo as _, ValueRef as _,
    encode::IsNull,
    error::BoxDynError,
    pool::PoolConnection,
    postgres::{PgArgumentBuffer, PgConnectOptions, PgPool, PgPoolOptions, PgRow, PgTypeInfo, PgTypeKind},
};

use super::session::{Cell, Described, Kind, Pool, Row, Session, Statement, Value, Values, columns, quiet, rows};
use crate::template::{Parameter, Template};

/// PostgreSQL counts microseconds from 2000-01-01.
const EPOCH_MICROSECONDS: i64 = 946_684_800_000_000;

pub(super) struct Postgres(PgPool);

impl Postgres {
    pub(super) fn open(options: PgConnectOptions, connections: u32, timeout: Duration) -> Self {
        let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(timeout);
        Self(pool.connect_lazy_with(quiet(options)))
    }
}

#[async_trait]
impl Pool for Postgres {
    async fn session(&self) -> sqlx::Result<Box<dyn Session>> {
        Ok(Box::new(Connection(self.0.acquire().await?)))
    }
}

struct Connection(PoolConnection<Backend>);

/// A value in a type of PostgreSQL's, in its binary form; `None` is NULL.
struct Typed {
    type_info: PgTypeInfo,
    bytes: Option<Vec<u8>>,
}

impl Type<Backend> for Typed {
    fn type_info() -> PgTypeInfo {
        <str as Type<Backend>>::type_info()
    }
}

impl Encode<'_, Backend> for Typed {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let Some(bytes) = &self.bytes else { return Ok(IsNull::Yes) };
        buffer.extend_from_slice(bytes);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.type_info.clone())
    }
}

/// A value in the type that a parameter has. An id that cannot be of that type is nobody's: NULL.
fn typed(type_info: &PgTypeInfo, value: &Value<'_>) -> Option<Vec<u8>> {
    let integer = match value {
        Value::Null => return None,
        Value::Integer(number) => Some(*number),
        Value::Unsigned(_) => None,
        Value::Time(time) => Some(time.as_second()),
        Value::Text(text) => text.parse().ok().filter(|number: &i64| number.to_string() == *text),
    };
    match (base(type_info).name(), value) {
        ("TIMESTAMPTZ" | "TIMESTAMP", Value::Time(time)) => {
            Some((time.as_microsecond() - EPOCH_MICROSECONDS).to_be_bytes().to_vec())
        }
        #[expect(clippy::cast_precision_loss, reason = "seconds of this age are exact")]
        ("FLOAT8", Value::Time(time)) => Some((time.as_second() as f64).to_be_bytes().to_vec()),
        ("INT8", _) => Some(integer?.to_be_bytes().to_vec()),
        ("INT4", _) => Some(i32::try_from(integer?).ok()?.to_be_bytes().to_vec()),
        ("INT2", _) => Some(i16::try_from(integer?).ok()?.to_be_bytes().to_vec()),
        ("UUID", Value::Text(text)) => uuid_bytes(text),
        (_, Value::Text(text)) => Some(text.as_bytes().to_vec()),
        (_, _) => Some(integer?.to_string().into_bytes()),
    }
}

/// Tells if values of a parameter can be made in a type.
fn is_bindable(type_info: &PgTypeInfo, parameter: Parameter) -> bool {
    match (base(type_info).name(), parameter) {
        ("INT8" | "INT4" | "TIMESTAMPTZ" | "TIMESTAMP" | "FLOAT8", Parameter::Now)
        | ("INT8" | "INT4" | "INT2" | "UUID", Parameter::Id) => true,
        (_, Parameter::Now) => false,
        _ => kind(type_info) == Kind::Text && base(type_info).name() != "UUID",
    }
}

/// The type below domains.
fn base(type_info: &PgTypeInfo) -> &PgTypeInfo {
    match type_info.kind() {
        PgTypeKind::Domain(below) => base(below),
        _ => type_info,
    }
}

fn kind(type_info: &PgTypeInfo) -> Kind {
    let below = base(type_info);
    match (below.name(), below.kind()) {
        ("BOOL" | "INT2" | "INT4" | "INT8", _) => Kind::Integer,
        ("TEXT" | "VARCHAR" | "CHAR" | "NAME" | "UUID" | "UNKNOWN", _) | (_, PgTypeKind::Enum(_)) => Kind::Text,
        ("TIMESTAMPTZ" | "TIMESTAMP", _) => Kind::Time,
        (name, _) if name.eq_ignore_ascii_case("citext") => Kind::Text,
        (name, _) => Kind::Other(name.to_owned()),
    }
}

fn uuid_bytes(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok().filter(|bytes| bytes.len() == 16)
}

fn uuid_text(bytes: &[u8]) -> String {
    let mut text = HEXLOWER.encode(bytes);
    for at in [20, 16, 12, 8] {
        if text.is_char_boundary(at) {
            text.insert(at, '-');
        }
    }
    text
}

fn cell(row: &PgRow, at: usize) -> sqlx::Result<Cell> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    let info = value.type_info().into_owned();
    let bytes = value.as_bytes().map_err(sqlx::Error::Decode)?;
    let number = |bytes: &[u8]| match bytes.len() {
        1 => Some(i64::from(bytes[0])),
        2 => Some(i16::from_be_bytes(bytes.try_into().ok()?).into()),
        4 => Some(i32::from_be_bytes(bytes.try_into().ok()?).into()),
        _ => Some(i64::from_be_bytes(bytes.try_into().ok()?)),
    };
    Ok(match kind(&info) {
        Kind::Integer => number(bytes).map_or(Cell::Other, Cell::Integer),
        Kind::Time => {
            let time = number(bytes).and_then(|micros| micros.checked_add(EPOCH_MICROSECONDS));
            let time = time.and_then(|micros| Timestamp::from_microsecond(micros).ok());
            // `infinity` is farther away than any time.
            time.map_or_else(
                || Cell::Time(if number(bytes) == Some(i64::MIN) { Timestamp::MIN } else { Timestamp::MAX }),
                Cell::Time,
            )
        }
        Kind::Text if base(&info).name() == "UUID" => Cell::Text(uuid_text(bytes)),
        Kind::Text => std::str::from_utf8(bytes).map_or(Cell::Other, |text| Cell::Text(text.to_owned())),
        Kind::Any | Kind::Other(_) => Cell::Other,
    })
}

impl Connection {
    fn query<'q>(
        statement: &'q Statement,
        values: &Values<'_>,
    ) -> sqlx::query::Query<'q, Backend, sqlx::postgres::PgArguments> {
        let mut query = sqlx::query(AssertSqlSafe(statement.template.sql.clone()));
        for (parameter, type_info) in statement.template.parameters.iter().zip(&statement.types) {
            let bytes = typed(type_info, &values.value(*parameter));
            query = query.bind(Typed { type_info: type_info.clone(), bytes });
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
        let types = match statement.parameters() {
            Some(Either::Left(types)) => types.to_vec(),
            _ => Vec::new(),
        };
        let unbindable =
            template.parameters.iter().zip(&types).find(|(parameter, info)| !is_bindable(info, **parameter));
        let fault = unbindable.map(|(parameter, info)| {
            format!(
                "the parameter :{} is of the type {} there, which it cannot have: cast what it is compared with",
                parameter.name(),
                info.name()
            )
        });
        Ok(Described { columns: columns(statement.columns(), kind), parameters: types.len(), types, fault })
    }

    async fn fetch(&mut self, statement: &Statement, values: &Values<'_>) -> sqlx::Result<Vec<Row>> {
        rows(&Self::query(statement, values).fetch_all(&mut *self.0).await?, statement, cell)
    }

    async fn execute(&mut self, statement: &Statement, values: &Values<'_>) -> sqlx::Result<u64> {
        Ok(Self::query(statement, values).execute(&mut *self.0).await?.rows_affected())
    }

    async fn begin(&mut self) -> sqlx::Result<()> {
        self.run("BEGIN").await
    }

    async fn run(&mut self, text: &'static str) -> sqlx::Result<()> {
        sqlx::raw_sql(text).execute(&mut *self.0).await.map(drop)
    }

    async fn excess_rights(&mut self) -> sqlx::Result<Option<String>> {
        let text = "SELECT rolname::text FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolcreaterole)";
        let role: Option<String> = sqlx::query_scalar(text).fetch_optional(&mut *self.0).await?;
        Ok(role.map(|role| format!("the role {role} administers the whole database server")))
    }

    fn spoil(&mut self) {
        self.0.close_on_drop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_read_and_written() {
        let text = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let bytes = uuid_bytes(text).expect("a UUID");
        assert_eq!((bytes.len(), uuid_text(&bytes).as_str()), (16, text));
        for other in ["", "NOBODY", "0f8fad5b", "0f8fad5b-d9cb-469f-a165-70867728950x", "\u{e4}".repeat(16).as_str()] {
            assert_eq!(uuid_bytes(other), None, "{other}");
        }
    }
}
