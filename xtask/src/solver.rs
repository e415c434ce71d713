//! Builds the WebAssembly modules that take no glue: the solver of the proof of work, the generator of passwords, the
//! estimator of strength. Compiler and flags are the widget's, so the standard library is built once for all of them.

use std::{fs, path::PathBuf, process::Command};

use anyhow::Result;

use crate::{
    assets::{self, Named},
    paths,
    run::step,
    wasm::{Build, Compiler},
};

/// A module that is built here, and the name of its package.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Module(&'static str);

/// Estimates the strength of a password: zxcvbn with its dictionaries.
pub(crate) const STRENGTH: Module = Module("regain-strength");

/// Solves the proof of work.
pub(crate) const SOLVER: Module = Module("regain-proof-of-work");

/// Suggests passwords.
pub(crate) const GENERATOR: Module = Module("regain-generator");

/// Builds it and says where it is.
pub(crate) fn build(Module(package): Module, build: Build) -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    Compiler::ready(build)?.configure(&mut command, &[], build)?;
    command.current_dir(paths::root()).env("CARGO_TARGET_DIR", paths::target().join("widget"));
    command.args(["build", "--profile", "widget", "--target", "wasm32-unknown-unknown", "--package", package]);
    command.args(["--bin", package]);
    step(&format!("Building {package}"), "some seconds after the widget", &mut command)?;
    Ok(paths::target().join("widget/wasm32-unknown-unknown/widget").join(format!("{package}.wasm")))
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
    fs::copy(build(SOLVER, Build::Shipped)?, folder.join("work.wasm"))?;
    fs::copy(build(GENERATOR, Build::Shipped)?, folder.join("generate.wasm"))?;
    fs::copy(build(STRENGTH, Build::Shipped)?, folder.join("strength.wasm"))?;
    let named = Named::unchecked;
    for (script, names) in [
        ("strength.js", &[("STRENGTH_WASM", &named("strength.wasm"))][..]),
        ("outside.js", &[]),
        ("breached.js", &[]),
        ("generate.js", &[("GENERATOR", &named("generate.wasm"))]),
        (
            "work.js",
            &[
                ("SOLVER", &named("work.wasm")),
                ("OUTSIDE", &named("outside.js")),
                ("STRENGTH", &named("strength.js")),
                ("GENERATE", &named("generate.js")),
                ("BREACHED", &named("breached.js")),
            ],
        ),
    ] {
        fs::write(folder.join(script), assets::script(script, names)?)?;
    }
    Ok(())
}
