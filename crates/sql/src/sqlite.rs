//! A SQLite file: one thread that writes, and some that read. Each has a connection of its own.

mod file;
mod readers;
mod writer;

pub use file::private_file;
pub(crate) use file::{Access, BUSY_TIMEOUT, FOLDED_IN_AT, FOLDED_IN_OFTEN_AT, WAL_LIMIT, file_identity, prepare_file};
pub(crate) use readers::Readers;
pub(crate) use writer::Writer;
