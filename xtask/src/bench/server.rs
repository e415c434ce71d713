//! The server's budgets: builds what is measured and what measures, `crates/measure`, and runs that.

use std::{ffi::OsString, fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{debian, native, npm, paths, run};

/// Options of `cargo xtask bench server`, which it hands on.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub(super) struct Options {
    /// Options of the measurement; `--help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Builds, installs what is asked for, and measures.
pub(super) fn run(options: &Options) -> Result<()> {
    native::build_release_server()?;
    native::build_measurement()?;
    let better_auth = paths::target().join("bench/better-auth");
    if options.has("start") {
        install_better_auth(&better_auth)?;
    }
    if options.has("processes") || options.has("large") {
        debian::postgresql()?;
    }
    let mut measure = Command::new(native::measurement());
    measure.args(&options.arguments).arg("--server").arg(native::release_server());
    measure.arg("--folder").arg(paths::target().join("bench/server")).arg("--better-auth").arg(better_auth);
    run::shown("Measuring", &mut measure)
}

impl Options {
    /// Tells if a part may be among those that are measured.
    fn has(&self, part: &str) -> bool {
        let mut arguments = self.arguments.iter().map(|argument| argument.to_string_lossy());
        let (names_parts, has_part, asks_for_help) =
            arguments.by_ref().fold((false, false, false), |(names, has, help), argument| {
                (names || argument.starts_with("--part"), has || argument.contains(part), help || argument == "--help")
            });
        !asks_for_help && (has_part || !names_parts && part != "large")
    }
}

/// Installs what the example's lock file names, unless that is there, with its binding to SQLite built.
fn install_better_auth(folder: &PathBuf) -> Result<()> {
    let example = paths::root().join("examples/better-auth");
    let lock = fs::read(example.join("package-lock.json"))?;
    let installed = folder.join("installed.json");
    if fs::read(&installed).ok().as_ref() == Some(&lock) {
        return Ok(());
    }
    npm::ready()?;
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(example.join(name), folder.join(name))?;
    }
    run::step("Installing better-auth", "some seconds, once", npm::command(folder).arg("ci"))?;
    npm::build_sqlite(folder)?;
    fs::write(&installed, &lock)?;
    Ok(())
}
