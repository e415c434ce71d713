//! The times of answers before each directory that is not Regain's own, compared by the rank test.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{
    organisation::{CANDIDATES, Organisation, Sort},
    times,
};
use crate::{debian, demo::directory::real_server, native, paths};

/// Options of `cargo xtask bench directories`.
#[derive(Args)]
pub(super) struct Options {
    /// Flows to time of each sort of account, before each directory
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(20..=2000))]
    samples: u32,
    /// Only before this one
    #[arg(long)]
    only: Option<Kind>,
}

/// A directory with a server or program of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// OpenLDAP
    Ldap,
    /// Samba's Active Directory
    Ad,
    /// A table in PostgreSQL
    Sql,
    /// The hook in Python
    Hook,
}

/// The key of the hook, which is of nothing else.
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Measures before each, and prints.
pub(super) fn run(options: &Options) -> Result<()> {
    debian::real_servers()?;
    native::build_demo()?;
    for kind in Kind::value_variants().iter().copied().filter(|kind| options.only.is_none_or(|only| only == *kind)) {
        println!("\n  Before {kind:?}:");
        times::measure(options.samples, || Organisation::before(|dir| kind.start(dir)))?;
    }
    Ok(())
}

impl Kind {
    fn start(self, dir: &Path) -> Result<(Option<Child>, String)> {
        let name = match self {
            Self::Ldap => "ldap",
            Self::Ad => "ad",
            Self::Sql => "sql",
            Self::Hook => return hook(dir).map(|(child, section)| (Some(child), section)),
        };
        let (child, section) = real_server(name, &dir.join("people.toml"), &dir.join("directory.toml"))?;
        Ok((Some(child), section))
    }
}

/// Starts the example in Python with the people.
fn hook(dir: &Path) -> Result<(Child, String)> {
    let sorts = [Sort::Real, Sort::Disabled, Sort::Methodless];
    let people = sorts.iter().flat_map(|sort| (0..CANDIDATES).map(|index| (*sort, sort.user_id(index))));
    let people = people.map(|(sort, user_id)| {
        let is_enabled = sort != Sort::Disabled;
        json!({ "id": user_id, "user_id": user_id, "display_name": "Some Body", "enabled": is_enabled })
    });
    fs::write(dir.join("people.json"), people.collect::<Value>().to_string())?;
    fs::write(dir.join("hook-key"), KEY)?;
    let mut child = Command::new("python3")
        .arg(paths::root().join("examples/hook-python/hook.py"))
        .args(["--port", "0", "--key-file", "hook-key", "--people", "people.json"])
        .current_dir(dir)
        .stdout(Stdio::piped())
        .spawn()
        .context("the hook cannot be started")?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("it is piped")?).read_line(&mut line)?;
    let port = line.trim().rsplit(':').next().context("the hook does not say where it listens")?;
    let url = format!("http://127.0.0.1:{port}");
    Ok((child, format!("[directory]\nkind = \"hook\"\n\n[directory.hook]\nurl = {url:?}\nkey_file = \"hook-key\"\n")))
}
