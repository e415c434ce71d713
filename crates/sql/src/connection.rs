//! A connection to the database; for writing, in a transaction.

use std::{borrow::Cow, collections::HashMap, ops::Deref, sync::Arc};

use rusqlite::{
    CachedStatement, ToSql,
    types::{ToSqlOutput, ValueRef},
};
use sqlx::pool::PoolConnection;

use crate::{
    DatabaseError, DatabaseResult,
    postgres::statements,
    query::{FromValue, Parameter, Query, Row, Scalar, Value, query},
};

/// The number of statements that a connection keeps prepared: more than there are.
const PREPARED: usize = 200;

/// The words by which PostgreSQL locks rows, longest first. SQLite has one writer, and leaves them out.
const LOCKING: [&str; 2] = [" FOR UPDATE SKIP LOCKED", " FOR UPDATE"];

/// A connection.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PoolConnection<sqlx::Postgres>),
}

/// A connection to a file, with what it has found out about statements.
#[derive(Debug)]
pub(crate) struct SqliteConnection {
    connection: rusqlite::Connection,
    /// By the place and the length of texts that never change.
    statements: HashMap<(usize, usize), Arc<Known>>,
}

/// Facts about a statement.
#[derive(Debug)]
struct Known {
    /// The text as SQLite takes it.
    text: Cow<'static, str>,
    /// The index in a query's parameters of each that the statement takes. SQLite numbers `$2` by where it stands, and not by
    /// its name.
    parameters: Vec<usize>,
    columns: Arc<[String]>,
}

impl Connection {
    pub(crate) fn sqlite(sqlite: rusqlite::Connection) -> Self {
        sqlite.set_prepared_statement_cache_capacity(PREPARED);
        Self::Sqlite(SqliteConnection { connection: sqlite, statements: HashMap::new() })
    }

    /// Tells if it is to PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Runs a statement whose end says nothing.
    pub(crate) async fn run(&mut self, statement: &'static str) -> DatabaseResult<()> {
        match self {
            Self::Sqlite(sqlite) => Ok(sqlite.prepare_cached(statement)?.execute(()).map(drop)?),
            Self::Postgres(postgres) => Ok(sqlx::raw_sql(statement).execute(&mut **postgres).await.map(drop)?),
        }
    }

    pub(crate) async fn execute(&mut self, query: &Query) -> DatabaseResult<u64> {
        match self {
            Self::Sqlite(sqlite) => {
                let (mut statement, _) = sqlite.prepared(query)?;
                Ok(u64::try_from(statement.raw_execute()?).unwrap_or(u64::MAX))
            }
            Self::Postgres(postgres) => statements::execute(postgres, query).await,
        }
    }

    pub(crate) async fn fetch(&mut self, query: &Query) -> DatabaseResult<Vec<Row>> {
        match self {
            Self::Sqlite(sqlite) => sqlite.fetch(query),
            Self::Postgres(postgres) => statements::fetch(postgres, query).await,
        }
    }

    /// Keeps others from what is named until the transaction ends, whoever else does so first. All that a transaction needs
    /// of a kind is asked for at once: then nobody waits for each other. SQLite has one writer anyhow.
    pub(crate) async fn lock(&mut self, names: impl IntoIterator<Item = String>) -> DatabaseResult<()> {
        if let Self::Sqlite(_) = self {
            return Ok(());
        }
        let mut keys: Vec<i64> = names.into_iter().map(|name| lock_key(&name)).collect();
        if keys.is_empty() {
            return Ok(());
        }
        keys.sort_unstable();
        keys.dedup();
        let keys = keys.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let lock = "SELECT pg_advisory_xact_lock(key) IS NULL FROM unnest(string_to_array($1, ',')::bigint[]) AS key";
        query(lock).bind(keys).fetch_all(self).await.map(drop)
    }

    /// Begins a transaction that reads, and sees what was committed before it.
    pub(crate) async fn begin_snapshot(&mut self) -> DatabaseResult<()> {
        self.run(match self {
            Self::Sqlite(_) => "BEGIN",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        })
        .await
    }
}

impl Query {
    /// Runs it; returns the number of rows that it changed.
    pub(crate) async fn execute(self, connection: &mut Connection) -> DatabaseResult<u64> {
        connection.execute(&self).await
    }

    /// All rows.
    pub(crate) async fn fetch_all(self, connection: &mut Connection) -> DatabaseResult<Vec<Row>> {
        connection.fetch(&self).await
    }

    /// The first row, where there is one.
    pub(crate) async fn fetch_optional(self, connection: &mut Connection) -> DatabaseResult<Option<Row>> {
        Ok(connection.fetch(&self).await?.into_iter().next())
    }
}

impl Scalar {
    /// The value of the one row.
    pub(crate) async fn fetch_one<T: for<'r> FromValue<'r>>(self, connection: &mut Connection) -> DatabaseResult<T> {
        self.fetch_optional(connection).await?.ok_or_else(DatabaseError::not_found)
    }

    /// The value of the first row, where there is one.
    pub(crate) async fn fetch_optional<T: for<'r> FromValue<'r>>(
        self,
        connection: &mut Connection,
    ) -> DatabaseResult<Option<T>> {
        self.0.fetch_optional(connection).await?.map(|row| row.at(0)).transpose()
    }

    /// The values of all rows.
    pub(crate) async fn fetch_all<T: for<'r> FromValue<'r>>(
        self,
        connection: &mut Connection,
    ) -> DatabaseResult<Vec<T>> {
        self.0.fetch_all(connection).await?.iter().map(|row| row.at(0)).collect()
    }
}

/// The key of a lock, the same in every process: FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>). Two names with one
/// key wait for each other without need, and no more.
pub(crate) fn lock_key(name: &str) -> i64 {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash.cast_signed()
}

impl SqliteConnection {
    fn fetch(&mut self, query: &Query) -> DatabaseResult<Vec<Row>> {
        let (mut statement, known) = self.prepared(query)?;
        let mut rows = statement.raw_query();
        let mut fetched = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..known.columns.len()).map(|index| value(row.get_ref(index)?));
            let values = values.collect::<DatabaseResult<_>>()?;
            fetched.push(Row { columns: Arc::clone(&known.columns), values });
        }
        Ok(fetched)
    }

    /// The statement with its parameters, and what is known about it.
    fn prepared(&mut self, query: &Query) -> DatabaseResult<(CachedStatement<'_>, Arc<Known>)> {
        let place = match query.text {
            Cow::Borrowed(text) => Some((text.as_ptr().addr(), text.len())),
            Cow::Owned(_) => None,
        };
        let former = place.and_then(|place| self.statements.get(&place));
        let (mut statement, known) = if let Some(known) = former {
            (self.connection.prepare_cached(&known.text)?, Arc::clone(known))
        } else {
            let text = without_locking(query.text.clone());
            let statement = self.connection.prepare_cached(&text)?;
            let known = Arc::new(Known::of(&statement, text)?);
            if let Some(place) = place {
                self.statements.insert(place, Arc::clone(&known));
            }
            (statement, known)
        };
        for (index, number) in (1..).zip(&known.parameters) {
            let parameter = query.parameters.get(*number);
            let parameter = parameter.ok_or_else(|| DatabaseError::not_done("a statement has too few parameters"))?;
            statement.raw_bind_parameter(index, parameter)?;
        }
        Ok((statement, known))
    }
}

impl Deref for SqliteConnection {
    type Target = rusqlite::Connection;

    fn deref(&self) -> &rusqlite::Connection {
        &self.connection
    }
}

impl Known {
    fn of(statement: &CachedStatement<'_>, text: Cow<'static, str>) -> DatabaseResult<Self> {
        let number = |index| {
            let number = statement.parameter_name(index).and_then(|name| name.get(1..)?.parse::<usize>().ok());
            let index = number.and_then(|number| number.checked_sub(1));
            index.ok_or_else(|| DatabaseError::not_done("a statement has a parameter without a number"))
        };
        let parameters = (1..=statement.parameter_count()).map(number).collect::<DatabaseResult<_>>()?;
        let columns = statement.column_names().into_iter().map(str::to_owned).collect();
        Ok(Self { text, parameters, columns })
    }
}

fn without_locking(text: Cow<'static, str>) -> Cow<'static, str> {
    if !text.contains(LOCKING[1]) {
        return text;
    }
    Cow::Owned(LOCKING.iter().fold(text.into_owned(), |text, words| text.replace(words, "")))
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
