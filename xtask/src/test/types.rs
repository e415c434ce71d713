//! Types of the scripts in `src/embed`, which say them in comments, so that they are shipped as they are written.

use std::process::Command;

use anyhow::Result;

use crate::{npm, paths, run};

/// Checks them.
pub(super) fn check() -> Result<()> {
    let tsc = npm::TYPESCRIPT.program("bin/tsc")?;
    let mut check = Command::new("node");
    check.arg(tsc).arg("--project").arg(paths::root().join("src/embed"));
    run::step("Checking the types of the embedding scripts", "some seconds", &mut check)
}
