//! Statements and rows, whatever database they are of. The text of a statement is PostgreSQL's and SQLite's alike: its
//! parameters are `$1`, `$2` and so on, and SQLite leaves out the words by which PostgreSQL locks rows.

use std::{borrow::Cow, sync::Arc};

use crate::{DatabaseError, DatabaseResult};

/// A statement with its parameters.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) text: Cow<'static, str>,
    pub(crate) parameters: Vec<Parameter>,
}

/// A statement of which the first column counts.
#[derive(Debug)]
pub(crate) struct Scalar(pub(crate) Query);

/// A parameter of a statement. Nothing has a type too: PostgreSQL asks for it.
#[derive(Debug, Clone)]
pub(crate) enum Parameter {
    Integer(Option<i64>),
    Text(Option<String>),
    Bool(bool),
    Bytes(Vec<u8>),
}

/// A value in a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Nothing,
    Integer(i64),
    Text(String),
    Bool(bool),
    Bytes(Vec<u8>),
}

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) columns: Arc<[String]>,
    pub(crate) values: Vec<Value>,
}

/// A type that a value can be read as.
pub(crate) trait FromValue<'r>: Sized {
    /// The value; `None` where it is of another type.
    fn from_value(value: &'r Value) -> Option<Self>;
}

/// A statement.
pub(crate) fn query(text: impl Into<Cow<'static, str>>) -> Query {
    Query { text: text.into(), parameters: Vec::new() }
}

/// A statement of which the first column counts.
pub(crate) fn query_scalar(text: impl Into<Cow<'static, str>>) -> Scalar {
    Scalar(query(text))
}

impl Query {
    /// The same statement with one more parameter.
    pub(crate) fn bind(mut self, parameter: impl Into<Parameter>) -> Self {
        self.parameters.push(parameter.into());
        self
    }
}

impl Scalar {
    /// The same statement with one more parameter.
    pub(crate) fn bind(self, parameter: impl Into<Parameter>) -> Self {
        Self(self.0.bind(parameter))
    }
}

impl Row {
    /// The value of a column.
    pub(crate) fn get<'r, T: FromValue<'r>>(&'r self, column: &str) -> DatabaseResult<T> {
        let index = self.columns.iter().position(|name| name == column);
        index.map_or_else(|| Err(DatabaseError::decode(format_args!("no column {column}"))), |index| self.at(index))
    }

    /// The value of a column by its place.
    pub(crate) fn at<'r, T: FromValue<'r>>(&'r self, index: usize) -> DatabaseResult<T> {
        let value = self.values.get(index).and_then(T::from_value);
        value.ok_or_else(|| {
            let column = self.columns.get(index).map_or("?", String::as_str);
            DatabaseError::decode(format_args!("column {column} is of another type"))
        })
    }
}

impl FromValue<'_> for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Integer(number) = value { Some(*number) } else { None }
    }
}

impl FromValue<'_> for bool {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(is) => Some(*is),
            // SQLite has no other.
            Value::Integer(number) => Some(*number != 0),
            _ => None,
        }
    }
}

impl<'r> FromValue<'r> for &'r str {
    fn from_value(value: &'r Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
}

impl<'r> FromValue<'r> for String {
    fn from_value(value: &'r Value) -> Option<Self> {
        <&str>::from_value(value).map(str::to_owned)
    }
}

impl<'r, T: FromValue<'r>> FromValue<'r> for Option<T> {
    fn from_value(value: &'r Value) -> Option<Self> {
        if *value == Value::Nothing { Some(None) } else { T::from_value(value).map(Some) }
    }
}

impl From<i64> for Parameter {
    fn from(number: i64) -> Self {
        Self::Integer(Some(number))
    }
}

impl From<u32> for Parameter {
    fn from(number: u32) -> Self {
        Self::Integer(Some(number.into()))
    }
}

impl From<Option<i64>> for Parameter {
    fn from(number: Option<i64>) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Parameter {
    fn from(is: bool) -> Self {
        Self::Bool(is)
    }
}

impl From<Vec<u8>> for Parameter {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Parameter {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<&String> for Parameter {
    fn from(text: &String) -> Self {
        Self::Text(Some(text.clone()))
    }
}

impl From<Option<&str>> for Parameter {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<&Option<String>> for Parameter {
    fn from(text: &Option<String>) -> Self {
        Self::Text(text.clone())
    }
}
