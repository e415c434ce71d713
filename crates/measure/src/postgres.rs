//! A PostgreSQL that writes to the disk with each commit, and databases in it.

use std::{
    fs::OpenOptions,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::Result;
use regain_real_servers::postgres::{Postgres, USER};

use crate::processor::Program;

/// A database.
pub(crate) struct Database {
    url_file: PathBuf,
}

impl Database {
    /// Makes one; where it is, a file in a folder says.
    pub(crate) fn create(postgres: &Postgres, name: &str, folder: &Path) -> Result<Self> {
        postgres.execute("postgres", &format!("CREATE DATABASE {name} OWNER {USER}"));
        std::fs::create_dir_all(folder)?;
        let url_file = folder.join(format!("{name}-url"));
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&url_file)?;
        file.write_all(postgres.socket_url(USER, name).as_bytes())?;
        Ok(Self { url_file })
    }

    /// The section of the configuration that opens it.
    pub(crate) fn section(&self) -> String {
        format!("[store]\nurl_file = {:?}\n", self.url_file.display().to_string())
    }
}

/// PostgreSQL with all of its processes.
pub(crate) fn program(postgres: &Postgres) -> Program {
    Program::with_children("PostgreSQL", postgres.server().id())
}
