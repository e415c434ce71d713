//! Compiles and runs the native tests. Lints come with compiling: Clippy's driver compiles the workspace's own packages, as
//! a compiler with more to say, and its artifacts are the tests. Run by itself, Clippy would check every dependency
//! once more for metadata that nothing else uses.
//!
//! Every call selects the whole workspace, so that features resolve in one way and no dependency is compiled twice. The
//! programs run without cargo, each as one process: its tests share what is costly to make, such as hashed passwords.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::in_memory;
use crate::{native, run};

/// The arguments that `cargo clippy -- --deny warnings` hands to Clippy's driver, in its own notation.
const DENY_WARNINGS: &str = "--deny__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";

/// A cargo command whose compilations are linted.
pub(super) fn linted() -> Command {
    let mut cargo = native::cargo();
    cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env("CLIPPY_ARGS", DENY_WARNINGS);
    cargo
}

/// Compiles and lints the server, the widget for this machine, and all tests.
pub(super) fn compile() -> Result<()> {
    require("clippy-driver", "`rustup component add clippy` adds it")?;
    let mut build = linted();
    build.args(TESTS);
    run::step("Building and linting the server and the tests", "about 4 min the first time", &mut build)
}

/// Fails with an instruction where a program is missing.
fn require(program: &str, how: &str) -> Result<()> {
    let found = run::output_of(Command::new(program).arg("--version")).is_some();
    ensure!(found, "{program} is missing: {how}");
    Ok(())
}

/// Compiles and lints the lean widget and its tests: of the whole workspace, which then has nothing else to compile.
fn compile_lean() -> Result<()> {
    let mut build = linted();
    build.args(TESTS).arg("--no-default-features");
    run::step("Building and linting the lean widget", "about 20 s the first time", &mut build)
}

const TESTS: [&str; 3] = ["test", "--workspace", "--no-run"];

/// A compiled test program.
pub(super) struct Program {
    /// Names it: its package and its target.
    pub(super) name: String,
    package: String,
    path: PathBuf,
    /// The package's folder, where its tests run.
    folder: PathBuf,
}

impl Program {
    /// The test programs of the workspace, compiled already.
    pub(super) fn all() -> Result<Vec<Self>> {
        Self::listed(&[])
    }

    fn listed(arguments: &[&str]) -> Result<Vec<Self>> {
        let mut list = linted();
        list.args(TESTS).args(arguments).args(["--quiet", "--message-format", "json"]);
        let output = list.stderr(Stdio::inherit()).output().context("cargo cannot be run")?;
        ensure!(output.status.success(), "the test programs cannot be listed");
        let lines = String::from_utf8(output.stdout)?;
        Ok(lines.lines().filter_map(|line| Self::read(&serde_json::from_str(line).ok()?)).collect())
    }

    /// Reads one of cargo's messages (The Cargo Book, External tools, JSON messages).
    fn read(message: &Value) -> Option<Self> {
        let path = PathBuf::from(message["executable"].as_str()?);
        let folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_owned();
        if message["profile"]["test"] != json!(true) {
            return None;
        }
        // `path+file:///folder#name@version`, without the name where it is the folder's.
        let (before, after) = message["package_id"].as_str()?.rsplit_once('#')?;
        let package = match after.split_once('@') {
            Some((name, _)) => name,
            None => before.rsplit('/').next()?,
        };
        let target = message["target"]["name"].as_str()?;
        Some(Self { name: format!("{package} {target}"), package: package.to_owned(), path, folder })
    }

    /// Tells whether it holds the end-to-end tests.
    pub(super) fn is_end_to_end(&self) -> bool {
        self.name == "regain-e2e end_to_end"
    }

    /// The command that runs it.
    pub(super) fn command(&self) -> Command {
        let mut program = Command::new(&self.path);
        program.current_dir(&self.folder);
        program
    }
}

/// Native tests that run in one go.
pub(super) struct Selection {
    /// Names the phase.
    name: &'static str,
    packages: &'static [&'static str],
    /// Without the widget's default feature.
    is_lean: bool,
    filter: String,
}

const SERVER: &[&str] = &[
    "regain-server",
    "regain-demo",
    "regain-outbox",
    "regain-playground",
    "regain-engine",
    "regain-sql",
    "regain-ldap",
    "regain-hook",
    "regain-sql-accounts",
    "regain-real-servers",
];
/// The programs that take longest, the longest first.
const LONGEST: [&str; 6] = [
    "regain-server http",
    "regain-ldap active_directory",
    "regain-server process",
    "regain-server storage",
    "regain-engine explorer",
    "regain-engine regain_engine",
];
const WIDGET: &[&str] = &["regain", "regain-flow"];
/// Packages that are neither server nor widget.
const UNIT: &[&str] = &[
    "regain-catalogue",
    "regain-folding",
    "regain-free-port",
    "regain-generator",
    "regain-policy",
    "regain-proof-of-work",
    "regain-keys",
    "regain-load",
    "regain-measure",
    "regain-outgoing",
    "regain-password-hashes",
    "regain-people",
    "regain-ports",
    "regain-protocol",
    "regain-strength",
    "regain-values",
    "xtask",
    // Its end-to-end tests are not native ones.
    "regain-e2e",
];

impl Selection {
    fn new(name: &'static str, packages: &'static [&'static str], filter: &str) -> Self {
        Self { name, packages, is_lean: false, filter: filter.to_owned() }
    }

    /// Tests that need neither server nor widget.
    pub(super) fn unit(filter: &str) -> Self {
        Self::new("Running the unit tests", UNIT, filter)
    }

    /// The server's.
    pub(super) fn server(filter: &str) -> Self {
        Self::new("Running the server's tests", SERVER, filter)
    }

    /// The full widget's.
    pub(super) fn widget(filter: &str) -> Self {
        Self::new("Running the widget's tests", WIDGET, filter)
    }

    /// The lean widget's.
    pub(super) fn lean(filter: &str) -> Self {
        Self { is_lean: true, ..Self::new("Running the lean widget's tests", WIDGET, filter) }
    }

    /// Tells whether these tests ask published libraries.
    pub(super) fn asks_libraries(&self) -> bool {
        self.packages == SERVER
    }

    /// The programs that have these tests, compiled if need be.
    fn programs(&self) -> Result<Vec<Program>> {
        let mut programs = if self.is_lean {
            compile_lean()?;
            Program::listed(&["--no-default-features"])?
        } else {
            Program::all()?
        };
        programs.retain(|program| self.packages.contains(&&*program.package) && !program.is_end_to_end());
        Ok(programs)
    }

    /// Runs them, two programs at a time: many of the server's tests wait for a clock or another process.
    pub(super) fn run(&self, environment: &[(&str, PathBuf)]) -> Result<()> {
        let mut programs = self.programs()?;
        // The longest program begins first, so that nothing long is left for one core at the end.
        programs.sort_by_key(|program| LONGEST.iter().position(|name| *name == program.name).unwrap_or(LONGEST.len()));
        let started = run::begin(self.name);
        let waiting = Mutex::new(programs.iter());
        let worker = || {
            let mut failed = Vec::new();
            while let Some(program) = next(&waiting) {
                let mut tests = program.command();
                tests.arg(&self.filter).envs(environment.iter().map(|(name, value)| (name, value)));
                if let Some(folder) = in_memory::folder() {
                    tests.env("TMPDIR", folder);
                }
                failed.extend((!run::quietly(&program.name, &mut tests)?).then_some(program.name.as_str()));
            }
            Ok(failed)
        };
        let [one, other] = thread::scope(|scope| {
            let other = scope.spawn(worker);
            [worker(), other.join().unwrap_or_else(|_| bail!("a worker panicked"))]
        });
        let failed: Vec<&str> = [one?, other?].concat();
        ensure!(failed.is_empty(), "{} failed: {}", self.name, failed.join(", "));
        run::finish(self.name, started);
        Ok(())
    }
}

fn next<T>(waiting: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).next()
}

/// Tests at a time, where one keeps some two thirds of a core busy.
pub(super) fn threads() -> String {
    env::var("RUST_TEST_THREADS").unwrap_or_else(|_| {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        (cores + cores.div_ceil(2)).to_string()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{SERVER, UNIT, WIDGET};
    use crate::{native, run};

    /// A package that no selection names would have tests that never run.
    #[test]
    fn every_package_is_selected() {
        let metadata = run::output_of(native::cargo().args(["metadata", "--no-deps", "--format-version", "1"]));
        let metadata: serde_json::Value = serde_json::from_str(&metadata.expect("cargo runs")).expect("is JSON");
        let packages = metadata["packages"].as_array().expect("packages");
        let names: BTreeSet<_> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
        let selected = [UNIT, SERVER, WIDGET].concat().into_iter().collect();
        assert_eq!(names, selected);
    }
}
