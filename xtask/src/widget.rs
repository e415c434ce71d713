//! Builds the widget twice, the full one and the lean one. Both share compiler, flags and folder, so the second
//! costs a compilation of our own package and a link. Trunk, whose one `index.html` has one widget, is for
//! developing (`cargo xtask dev`).

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::{
    bindgen, paths,
    run::step,
    solver, tools,
    wasm::{Build, Compiler},
};

/// The program in Cargo.toml.
const NAME: &str = "regain-widget";
/// The glue's name for its wasm.
pub(crate) const WASM: &str = "regain-widget_bg.wasm";

/// Extent of a build of the widget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everything.
    Full,
    /// A reset, without what few people come to: no default feature `full`.
    Lean,
}

/// A build of the widget.
pub(crate) struct Built {
    /// The glue, an ES module.
    pub(crate) glue: PathBuf,
    /// The WebAssembly.
    pub(crate) wasm: PathBuf,
}

/// A Trunk command with the right compiler and tools, in the root folder.
pub(crate) fn trunk() -> Result<Command> {
    let trunk = tools::TRUNK.ready()?;
    let bindgen = tools::WASM_BINDGEN.ready()?;
    let compiler = Compiler::ready(Build::Development)?;
    // index.html names it, so it has to be there.
    solver::folder()?;
    let mut command = Command::new(trunk.join(tools::TRUNK.name));
    compiler.configure(&mut command, &[&trunk, &bindgen], Build::Development)?;
    command.current_dir(paths::root()).env("CARGO_TARGET_DIR", folder()).env_remove("NO_COLOR");
    Ok(command)
}

/// Builds the widget.
pub(crate) fn build(extent: Extent, build: Build) -> Result<Built> {
    let (name, takes) = match extent {
        Extent::Full => ("full", "about 3 min the first time"),
        Extent::Lean => ("lean", "some seconds after the full one"),
    };
    let mut compile = Command::new("cargo");
    Compiler::ready(build)?.configure(&mut compile, &[], build)?;
    compile.current_dir(paths::root()).env("CARGO_TARGET_DIR", folder());
    compile.args(["build", "--profile", "widget", "--target", "wasm32-unknown-unknown", "--bin", NAME]);
    if extent == Extent::Lean {
        compile.arg("--no-default-features");
    }
    step(&format!("Building the {name} widget"), takes, &mut compile)?;

    let out = paths::target().join(name);
    let compiled = folder().join("wasm32-unknown-unknown/widget").join(format!("{NAME}.wasm"));
    bindgen::glue(&format!("Making the glue of the {name} widget"), &compiled, NAME, &out)?;
    Ok(Built { glue: out.join(format!("{NAME}.js")), wasm: out.join(WASM) })
}

/// A folder of its own: another compiler and other flags than the native build, which would wait for it.
fn folder() -> PathBuf {
    paths::target().join("widget")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::NAME;
    use crate::{paths, tools};

    #[test]
    fn trunk_builds_the_same_program_with_the_same_tools() {
        let read = |name| fs::read_to_string(paths::root().join(name)).expect("a file of the root folder");
        let version = tools::WASM_BINDGEN.version;
        assert!(read("Trunk.toml").contains(&format!("wasm_bindgen = \"{version}\"")));
        assert!(read("Cargo.toml").contains(&format!("wasm-bindgen = \"={version}\"")));
        assert!(read("index.html").contains(&format!("data-bin=\"{NAME}\"")));
        assert!(read("index.html").contains("data-cargo-profile-release=\"widget\""));
    }
}
