//! A connection to any of the databases.

use async_trait::async_trait;
use jiff::Timestamp;
use regain_ports::AccountId;
use sqlx::{ConnectOptions, postgres::PgTypeInfo};

use crate::template::{Parameter, Template};

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
    pub(super) types: Vec<PgTypeInfo>,
}

impl Statement {
    pub(crate) fn new(key: &'static str, template: Template, described: Described) -> Self {
        Self { key, template, columns: described.columns, types: described.types }
    }
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
pub(super) enum Value<'a> {
    Null,
    Text(&'a str),
    /// An id that is a number.
    Integer(i64),
    /// An id that is a larger number.
    Unsigned(u64),
    Time(Timestamp),
}

impl<'a> Values<'a> {
    pub(super) fn value(&self, parameter: Parameter) -> Value<'a> {
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

/// The columns of a statement, by what a kind of database has for types.
pub(super) fn columns<C: sqlx::Column>(
    columns: &[C],
    kind: fn(&<C::Database as sqlx::Database>::TypeInfo) -> Kind,
) -> Vec<Column> {
    columns.iter().map(|column| Column { name: column.name().to_owned(), kind: kind(column.type_info()) }).collect()
}

/// The rows of an answer, as far as they are looked at.
pub(super) fn rows<R>(
    rows: &[R],
    statement: &Statement,
    cell: fn(&R, usize) -> sqlx::Result<Cell>,
) -> sqlx::Result<Vec<Row>> {
    let columns = 0..statement.columns.len();
    rows.iter().take(MAX_ROWS).map(|row| columns.clone().map(|at| cell(row, at)).collect()).collect()
}

/// A statement as the database describes it.
pub(crate) struct Described {
    pub(crate) columns: Vec<Column>,
    /// The number of parameters that the database sees.
    pub(crate) parameters: usize,
    pub(super) types: Vec<PgTypeInfo>,
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

/// Options without a log of statements.
pub(super) fn quiet<O: ConnectOptions>(options: O) -> O {
    options.disable_statement_logging()
}
