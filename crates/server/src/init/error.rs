//! Failures of `regain-server init`.

use std::{io, path::PathBuf};

/// Failure to write a first configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InitError {
    /// Options are needed, because nobody can be asked.
    #[error("nobody can be asked here: give {0}")]
    Missing(String),
    /// An option is wrong.
    #[error("{option} {fault}")]
    Answer {
        /// The option.
        option: &'static str,
        /// The fault.
        fault: &'static str,
    },
    /// The terminal is gone.
    #[error("cannot ask: {0}")]
    Terminal(io::Error),
    /// There is a configuration already.
    #[error("{0} is there already. Give the path of a new file with --config")]
    Exists(PathBuf),
    /// The file cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}
