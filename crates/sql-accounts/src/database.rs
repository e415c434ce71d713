//! The database of the table: three kinds behind one trait, each with values and errors of its own.

mod mysql;
mod postgres;
mod sqlite;

use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use regain_ports::{AccountId, DirectoryError};
use sqlx::{ConnectOptions, postgres::PgTypeInfo, sqlite::SqliteError};

use crate::{
    settings::{Address, Settings},
    template::{Parameter, Template},
};

/// The most rows of one answer that are read. More than one is none already.
const MAX_ROWS: usize = 1000;

/// A statement of the configuration, prepared once.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// The key, such as `directory.sql.find`.
    pub(crate) key: &'static str,
    pub(crate) template: Template,
    /// The columns, in order.
    pub(crate) columns: Vec<Column>,
    /// The types of the parameters, where the database infers them: PostgreSQL.
    types: Vec<PgTypeInfo>,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// A kind of value, as far as the database says it before there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Booleans among them.
    Integer,
    Text,
    Time,
    /// It depends on the row: SQLite.
    Any,
    /// None of these: the type's name.
    Other(String),
}

/// A value of a row.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Time(Timestamp),
    Other,
}

/// A row, in the order of its statement's columns.
pub(crate) type Row = Vec<Cell>;

/// The values of the parameters of one call.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    pub(crate) user_id: &'a str,
    /// The account; `None` for the same work without one.
    pub(crate) id: Option<&'a AccountId>,
    /// The table's ids are numbers, so far as the database does not infer the type itself.
    pub(crate) has_numbers: bool,
    pub(crate) new_hash: &'a str,
    pub(crate) old_hash: Option<&'a str>,
    pub(crate) now: Timestamp,
}

/// A value to bind.
enum Value<'a> {
    Null,
    Text(&'a str),
    /// An id that is a number.
    Integer(i64),
    /// An id that is a larger number.
    Unsigned(u64),
    Time(Timestamp),
}

impl<'a> Values<'a> {
    fn value(&self, parameter: Parameter) -> Value<'a> {
        match parameter {
            Parameter::UserId => Value::Text(self.user_id),
            Parameter::NewHash => Value::Text(self.new_hash),
            Parameter::OldHash => self.old_hash.map_or(Value::Null, Value::Text),
            Parameter::Now => Value::Time(self.now),
            Parameter::Id => match self.id.map(AccountId::as_str) {
                None => Value::Null,
                Some(id) if !self.has_numbers => Value::Text(id),
                // A database that is given a text would take a part of it for the number.
                Some(id) => match (id.parse::<i64>(), id.parse::<u64>()) {
                    (Ok(number), _) if number.to_string() == id => Value::Integer(number),
                    (_, Ok(number)) if number.to_string() == id => Value::Unsigned(number),
                    _ => Value::Null,
                },
            },
        }
    }
}

/// A statement as the database describes it.
pub(crate) struct Described {
    pub(crate) columns: Vec<Column>,
    /// The number of parameters that the database sees.
    pub(crate) parameters: usize,
    types: Vec<PgTypeInfo>,
    /// A parameter whose type cannot be bound.
    pub(crate) fault: Option<String>,
}

/// A connection of a pool.
#[async_trait]
pub(crate) trait Session: Send {
    /// Prepares a statement.
    async fn describe(&mut self, template: &Template) -> sqlx::Result<Described>;

    /// Reads the rows of a statement.
    async fn fetch(&mut self, statement: &Statement, values: &Values<'_>) -> sqlx::Result<Vec<Row>>;

    /// Runs a statement; tells how many rows it matched.
    async fn execute(&mut self, statement: &Statement, values: &Values<'_>) -> sqlx::Result<u64>;

    /// Begins a transaction that will write.
    async fn begin(&mut self) -> sqlx::Result<()>;

    /// Runs `COMMIT` or `ROLLBACK`.
    async fn run(&mut self, text: &'static str) -> sqlx::Result<()>;

    /// Reads the role's rights: a text where there are more of them than this needs.
    async fn excess_rights(&mut self) -> sqlx::Result<Option<String>>;

    /// Has the connection closed instead of used again.
    fn spoil(&mut self);
}

/// Connections to one database.
#[async_trait]
pub(crate) trait Pool: Send + Sync {
    async fn session(&self) -> sqlx::Result<Box<dyn Session>>;
}

/// Opens a pool. It connects when it is first asked.
pub(crate) fn open(settings: &Settings, address: Address) -> Box<dyn Pool> {
    let (connections, timeout) = (settings.connections, Duration::from_millis(settings.timeout_ms.into()));
    match address {
        Address::Postgres(options) => Box::new(postgres::Postgres::open(*options, connections, timeout)),
        Address::MySql(options) => Box::new(mysql::MySql::open(*options, connections, timeout)),
        Address::Sqlite(options) => Box::new(sqlite::Sqlite::open(*options, connections, timeout)),
    }
}

/// Options without a log of statements.
fn quiet<O: ConnectOptions>(options: O) -> O {
    options.disable_statement_logging()
}

/// A connection in use. It is used again only where [`Lease::end`] says that it is sound: after an error, or a caller
/// that stopped waiting half way, nobody knows what state it is in.
pub(crate) struct Lease {
    session: Box<dyn Session>,
    is_sound: bool,
}

impl Lease {
    pub(crate) async fn of(pool: &dyn Pool) -> sqlx::Result<Self> {
        Ok(Self { session: pool.session().await?, is_sound: false })
    }

    /// Gives it back.
    pub(crate) fn end(mut self) {
        self.is_sound = true;
    }

    /// Keeps what was written, and gives it back.
    pub(crate) async fn commit(mut self) -> sqlx::Result<()> {
        self.session.run("COMMIT").await?;
        self.end();
        Ok(())
    }

    /// Drops what was written, and gives it back.
    pub(crate) async fn rollback(mut self) -> sqlx::Result<()> {
        self.session.run("ROLLBACK").await?;
        self.end();
        Ok(())
    }
}

impl Deref for Lease {
    type Target = dyn Session;

    fn deref(&self) -> &Self::Target {
        &*self.session
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut *self.session
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.is_sound {
            self.session.spoil();
        }
    }
}

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

impl Statement {
    pub(crate) fn new(key: &'static str, template: Template, described: Described) -> Self {
        Self { key, template, columns: described.columns, types: described.types }
    }
}
