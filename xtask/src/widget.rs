//! Builds the widget with Trunk.

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

/// What Trunk made of the widget.
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

/// Builds the widget for shipping.
pub(crate) fn build() -> Result<Built> {
    let out = paths::target().join("trunk");
    let mut command = trunk(Build::Shipped)?;
    command.args(["build", "--release", "--dist"]).arg(&out);
    step("Building the widget", "about 3 min the first time", &mut command)?;
    Ok(Built { glue: the_only(&out, "regain-widget-", ".js")?, wasm: the_only(&out, "regain-widget-", "_bg.wasm")? })
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
