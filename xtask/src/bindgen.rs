//! wasm-bindgen's own tool as a library, whose version Cargo.toml keeps with that of the crate that the widget
//! is compiled with. The program of the same name takes minutes to install, for nothing more that is needed.

use std::{path::Path, time::Instant};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::run::seconds;

/// Makes the glue of a compiled program, an ES module, and the WebAssembly that belongs to it, in a folder.
pub(crate) fn glue(what: &str, compiled: &Path, name: &str, folder: &Path) -> Result<()> {
    let started = Instant::now();
    let mut tool = Bindgen::new();
    tool.input_path(compiled).out_name(name);
    let made = tool.web(true).and_then(|tool| tool.generate(folder));
    made.with_context(|| format!("the glue of {} cannot be made", compiled.display()))?;
    println!("  {what}: done in {}", seconds(started.elapsed()));
    Ok(())
}
