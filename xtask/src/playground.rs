//! Makes the playground: a folder of static files with the widget, and with the server compiled to WebAssembly.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{
    assets::filled,
    bindgen,
    dist::{self, Profile},
    paths,
    run::step,
    test,
    wasm::{Build, Compiler},
};

/// The program, and the glue's name.
const NAME: &str = "regain-playground";

/// The page's own files.
const PAGE: [&str; 6] = [
    "crates/playground/page/index.html",
    "crates/playground/page/playground.js",
    "crates/playground/page/playground.css",
    "crates/playground/page/zxcvbn.js",
    "crates/demo/src/pages/demo.css",
    "crates/server/src/http/page/page.css",
];

/// Options of `cargo xtask playground`.
#[derive(Args)]
pub(crate) struct Options {
    /// Build it as the demo is built: sooner there, and several times as large
    #[arg(long)]
    quick: bool,
    /// Try it afterwards: reset a password in Chromium, below a path, with nothing but files to ask for
    #[arg(long)]
    check: bool,
}

/// Builds the playground and says how to open it.
pub(crate) fn run(options: &Options) -> Result<()> {
    let profile = if options.quick { Profile::Demo } else { Profile::Shipped };
    dist::build(profile)?;
    let folder = build(profile)?;
    if options.check {
        test::playground()?;
    }
    let shown = folder.strip_prefix(paths::root()).unwrap_or(&folder).display().to_string();
    println!(
        "\nThe playground is in {shown}: static files for any file server, at any path. To open it here:\n\n  \
         python3 -m http.server --bind 127.0.0.1 --directory {shown} 8000\n\nand then http://127.0.0.1:8000/\n"
    );
    Ok(())
}

/// Builds the server for the browser and puts the folder together, with the widget that is in `dist`.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    let compiled = compile(profile.build())?;
    let folder = paths::target().join("playground");
    let _ = fs::remove_dir_all(&folder);
    let widget = folder.join("dist");
    fs::create_dir_all(&widget).with_context(|| format!("{} cannot be made", widget.display()))?;
    bindgen::glue("Making the glue of the playground", &compiled, NAME, &folder)?;
    let glue = folder.join(format!("{NAME}.js"));
    // A browser brings in what has an address, and not what has only a name.
    let named = filled(&fs::read_to_string(&glue)?, "from \"zxcvbn\"", "from \"./zxcvbn.js\"")?;
    fs::write(&glue, named)?;
    for path in PAGE {
        let from = paths::root().join(path);
        let name = from.file_name().context("a file of the page has a name")?;
        fs::copy(&from, folder.join(name)).with_context(|| format!("{path} cannot be copied"))?;
    }
    for entry in fs::read_dir(paths::dist())? {
        let from = entry?.path();
        // A file server compresses by itself, or not at all.
        let is_packed = from.extension().is_some_and(|extension| extension == "br" || extension == "gz");
        if let Some(name) = from.file_name().filter(|_| !is_packed) {
            fs::copy(&from, widget.join(name))?;
        }
    }
    Ok(folder)
}

/// Compiles the server.
fn compile(build: Build) -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    Compiler::ready(build)?.configure(&mut command, &[], build)?;
    let target = paths::target().join("widget");
    command.current_dir(paths::root()).env("CARGO_TARGET_DIR", &target);
    command.args(["build", "--profile", "widget", "--target", "wasm32-unknown-unknown", "--package", NAME]);
    command.args(["--bin", NAME]);
    step("Building the server for the browser", "about 2 min the first time", &mut command)?;
    Ok(target.join("wasm32-unknown-unknown/widget").join(format!("{NAME}.wasm")))
}
