//! No file of a server key: a browser, in which the playground runs the server, has no files.

use std::{io, path::Path};

/// Finds no file.
pub(super) fn read_or_make(_: &Path) -> io::Result<String> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Advice for whoever has a file that cannot be used.
pub(super) const fn advice(_: &io::Error) -> &'static str {
    "Give the key itself"
}
