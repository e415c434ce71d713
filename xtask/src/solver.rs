//! Builds the solver of the proof of work: a WebAssembly module of its own, without glue. Compiler and
//! flags are the widget's, so the standard library is built once for both.

use std::{fs, path::PathBuf, process::Command};

use anyhow::Result;

use crate::{
    dist, paths,
    run::step,
    strength,
    wasm::{Build, Compiler},
};

const PACKAGE: &str = "regain-proof-of-work";

/// Builds it and says where it is.
pub(crate) fn build() -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    Compiler::ready()?.configure(&mut command, &[], Build::Shipped)?;
    command.current_dir(paths::root()).env("CARGO_TARGET_DIR", paths::target().join("widget"));
    command.args(["build", "--profile", "widget", "--target", "wasm32-unknown-unknown", "--package", PACKAGE]);
    command.args(["--bin", PACKAGE]);
    step("Building the solver", "some seconds after the widget", &mut command)?;
    Ok(paths::target().join("widget/wasm32-unknown-unknown/widget").join(format!("{PACKAGE}.wasm")))
}

/// The folder from which Trunk's development server takes what [`for_development`] puts there
/// (`index.html` names it).
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = paths::root().join("target/work");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Builds it along with its scripts, under names that stay.
pub(crate) fn for_development() -> Result<()> {
    let folder = folder()?;
    fs::copy(build()?, folder.join("work.wasm"))?;
    fs::write(folder.join("outside.js"), dist::script("outside.js", &[])?)?;
    strength::for_development(&folder)?;
    let names = [
        ("__REGAIN_SOLVER__", "work.wasm"),
        ("__REGAIN_OUTSIDE__", "outside.js"),
        ("__REGAIN_STRENGTH__", "strength.js"),
    ];
    Ok(fs::write(folder.join("work.js"), dist::script("work.js", &names)?)?)
}
