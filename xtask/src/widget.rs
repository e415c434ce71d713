//! Builds the widget twice: the full one with Trunk, which has it for developing too, and the lean one with
//! what Trunk runs, because one `index.html` has one widget. Both share compiler, flags and folder, so the
//! second costs a compilation of our own package and a link.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    paths,
    run::step,
    solver, tools,
    wasm::{Build, Compiler},
};

/// The program in Cargo.toml.
const NAME: &str = "regain-widget";
/// What the glue calls its wasm.
pub(crate) const WASM: &str = "regain-widget_bg.wasm";

/// A build of the widget.
pub(crate) struct Built {
    /// The glue, an ES module.
    pub(crate) glue: PathBuf,
    /// The WebAssembly.
    pub(crate) wasm: PathBuf,
}

/// A Trunk command with the right compiler and tools, in the root folder.
pub(crate) fn trunk(build: Build) -> Result<Command> {
    let trunk = tools::TRUNK.ready()?;
    let bindgen = tools::WASM_BINDGEN.ready()?;
    let compiler = Compiler::ready()?;
    // index.html names it, so it has to be there.
    solver::folder()?;
    let mut command = Command::new(trunk.join(tools::TRUNK.name));
    compiler.configure(&mut command, &[&trunk, &bindgen], build)?;
    // A folder of its own: another compiler and other flags than the native build, which would wait for it.
    command.current_dir(paths::root()).env("CARGO_TARGET_DIR", paths::target().join("widget")).env_remove("NO_COLOR");
    Ok(command)
}

/// Builds the full widget for shipping.
pub(crate) fn build() -> Result<Built> {
    let out = paths::target().join("trunk");
    let mut command = trunk(Build::Shipped)?;
    command.args(["build", "--release", "--dist"]).arg(&out);
    step("Building the widget", "about 3 min the first time", &mut command)?;
    let start = [NAME, "-"].concat();
    Ok(Built { glue: the_only(&out, &start, ".js")?, wasm: the_only(&out, &start, "_bg.wasm")? })
}

/// Builds the lean widget for shipping: without the default feature `full`.
pub(crate) fn build_lean() -> Result<Built> {
    let bindgen = tools::WASM_BINDGEN.ready()?;
    let folder = paths::target().join("widget");
    let mut compile = Command::new("cargo");
    Compiler::ready()?.configure(&mut compile, &[], Build::Shipped)?;
    compile.current_dir(paths::root()).env("CARGO_TARGET_DIR", &folder);
    // No `--package`: cargo would choose other features for the dependencies than it does for Trunk.
    compile.args(["build", "--profile", "widget", "--target", "wasm32-unknown-unknown", "--bin", NAME]);
    compile.arg("--no-default-features");
    step("Building the lean widget", "some seconds after the full one", &mut compile)?;

    let out = paths::target().join("lean");
    let mut bind = Command::new(bindgen.join(tools::WASM_BINDGEN.name));
    bind.args(["--target", "web", "--no-typescript", "--out-name", NAME, "--out-dir"]).arg(&out);
    bind.arg(folder.join("wasm32-unknown-unknown/widget").join(format!("{NAME}.wasm")));
    step("Making its glue", "some seconds", &mut bind)?;
    Ok(Built { glue: out.join(format!("{NAME}.js")), wasm: out.join(WASM) })
}

fn the_only(dir: &Path, start: &str, end: &str) -> Result<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(dir)
        .with_context(|| format!("{} cannot be read", dir.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            name.starts_with(start) && name.ends_with(end)
        })
        .collect();
    match (found.pop(), found.pop()) {
        (Some(path), None) => Ok(path),
        (None, _) => bail!("Trunk made no {start}…{end} in {}", dir.display()),
        (Some(_), Some(_)) => bail!("more than one {start}…{end} in {}: remove the folder", dir.display()),
    }
}
