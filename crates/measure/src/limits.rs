//! Limits of the machine: a bare commit, and bare password hashes.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use regain_password_hashes::{Costs, Memory, argon2id};
use regain_protocol::Secret;

use crate::{
    closed_loop::{Jobs, closed_loop},
    contender::Contender,
    processor::Program,
};

/// Hashes at a time: a server hashes one for each core, of which the budget has two.
pub(crate) const HASHES: u32 = 2;

/// Commits of one row, written to the disk as the server's are, one after the other.
pub(crate) fn bare_commits(folder: &Path, time: Duration) -> Result<Contender<'static>> {
    fs::create_dir_all(folder)?;
    let path = folder.join("bare.db");
    let _ = fs::remove_file(&path);
    let connection = rusqlite::Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)", ())?;
    Ok(Contender::new("bare SQLite commit, WAL, FULL", vec![Program::process("bare", std::process::id())], move || {
        let mut insert = connection.prepare("INSERT INTO bare (text) VALUES ('one row')")?;
        let (begun, mut took) = (Instant::now(), Vec::new());
        while begun.elapsed() < time {
            let started = Instant::now();
            insert.execute(())?;
            took.push(started.elapsed());
        }
        Ok(Jobs { took, elapsed: begun.elapsed() })
    }))
}

/// Password hashes at the server's cost, two at a time.
pub(crate) fn bare_hashes(time: Duration) -> Contender<'static> {
    let memory = Memory::default();
    Contender::new(
        format!("bare Argon2id, {HASHES} at a time"),
        vec![Program::process("bare", std::process::id())],
        move || {
            let clients = (0..HASHES).collect();
            closed_loop(clients, time, |number: &mut u32, done| {
                let password = Secret::from(format!("a river that runs north {number} {done}"));
                argon2id(Costs::default(), [7; 16], &password, &memory).map(drop).context("no hash")
            })
        },
    )
}
