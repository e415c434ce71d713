//! Builds for this machine: the demo, which is the server with all that goes around it, and the server as it is released.

use std::{env, path::PathBuf, process::Command};

use anyhow::Result;

use crate::{paths, run::step};

/// A cargo command in the root folder, with the compiler that runs this.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(paths::root());
    command
}

/// Builds the demo's server.
pub(crate) fn build_demo() -> Result<()> {
    let mut build = cargo();
    build.args(["build", "--package", "regain-demo"]);
    step("Building the server", "about 5 min the first time", &mut build)
}

/// Builds the server for development; returns the program.
pub(crate) fn build_server() -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--package", "regain-server"]);
    step("Building the server", "about 4 min the first time", &mut build)?;
    Ok(paths::target().join("debug").join(format!("regain-server{}", env::consts::EXE_SUFFIX)))
}

/// Builds the server as it is released.
pub(crate) fn build_release_server() -> Result<()> {
    let mut build = cargo();
    build.args(["build", "--release", "--package", "regain-server"]);
    step("Building the server for a release", "about 8 min the first time", &mut build)
}

/// That program, once it is built.
pub(crate) fn release_server() -> PathBuf {
    paths::target().join("release").join(format!("regain-server{}", env::consts::EXE_SUFFIX))
}

/// Builds what measures the server. By itself: built together, the server's dependencies would get other features.
pub(crate) fn build_measurement() -> Result<()> {
    let mut build = cargo();
    build.args(["build", "--release", "--package", "regain-measure"]);
    step("Building what measures it", "about 2 min the first time", &mut build)
}

/// The program that measures, once it is built.
pub(crate) fn measurement() -> PathBuf {
    paths::target().join("release").join(format!("regain-measure{}", env::consts::EXE_SUFFIX))
}

/// The demo's program, once it is built.
pub(crate) fn demo() -> PathBuf {
    paths::target().join("debug").join(format!("regain-demo{}", env::consts::EXE_SUFFIX))
}
