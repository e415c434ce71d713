//! The database of the table: three kinds behind one trait, each with values and errors of its own.

mod errors;
mod lease;
mod mysql;
mod postgres;
mod session;
mod sqlite;

pub(crate) use errors::{failed, is_conflict, text};
pub(crate) use lease::{Lease, open};
pub(crate) use session::{Cell, Column, Kind, Pool, Row, Statement, Values};
