//! Builds the strength worker's WebAssembly: zxcvbn with its dictionaries, in a module of its own without
//! glue. Compiler and flags are the widget's, so the standard library is built once for all.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::{
    bindgen,
    dist::{self, Named},
    paths,
    run::step,
    wasm::{Build, Compiler},
};

const PACKAGE: &str = "regain-strength";

/// Builds it and says where it is.
pub(crate) fn build() -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    Compiler::ready()?.configure(&mut command, &[], Build::Shipped)?;
    command.current_dir(paths::root()).env("CARGO_TARGET_DIR", paths::target().join("widget"));
    command.args(["build", "--profile", "widget", "--target", "wasm32-unknown-unknown", "--package", PACKAGE]);
    command.args(["--bin", PACKAGE]);
    step("Building the strength worker", "about 1 min after the widget, the first time", &mut command)?;
    // zxcvbn depends on wasm-bindgen, which exports a function for everything that a browser has until its
    // own tool has been over the module. The glue that the tool makes is not needed.
    let built = paths::target().join("widget/wasm32-unknown-unknown/widget").join(format!("{PACKAGE}.wasm"));
    let out = paths::target().join("strength");
    bindgen::glue("Trimming it", &built, PACKAGE, &out)?;
    Ok(out.join(format!("{PACKAGE}_bg.wasm")))
}

/// Builds it along with its script, under names that stay, in the folder that Trunk's development server
/// takes them from.
pub(crate) fn for_development(folder: &Path) -> Result<()> {
    fs::copy(build()?, folder.join("strength.wasm"))?;
    let script = dist::script("strength.js", &[("STRENGTH_WASM", &Named::unchecked("strength.wasm"))])?;
    Ok(fs::write(folder.join("strength.js"), script)?)
}
