//! Types of the scripts in `src/embed`, which say them in comments, so that they are shipped as they are written.

use std::process::Command;

use anyhow::Result;

use crate::{npm, paths, run};

/// Checks them, and those of the playground.
pub(super) fn check() -> Result<()> {
    let tsc = npm::TYPESCRIPT.program("bin/tsc")?;
    for (scripts, folder) in [("embedding", "src/embed"), ("playground's", "crates/playground/page")] {
        let mut check = Command::new("node");
        check.arg(&tsc).arg("--project").arg(paths::root().join(folder));
        run::step(&format!("Checking the types of the {scripts} scripts"), "some seconds", &mut check)?;
    }
    Ok(())
}
