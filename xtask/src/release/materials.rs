//! The bill of materials, in the form of `CycloneDX`: every library in the program, with its version and licence.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value;

use super::program::VERSION;
use crate::{native::cargo, run::step, tools::CYCLONEDX};

/// Makes `regain-<version>.cdx.json`.
pub(super) fn make(folder: &Path) -> Result<()> {
    let programs = CYCLONEDX.ready()?;
    let package = crate::paths::root().join("crates/server");
    let made = package.join("regain-server.cdx.json");
    let mut command = cargo();
    let path = std::env::join_paths(
        [programs].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )?;
    command.args(["cyclonedx", "--format", "json", "--override-filename", "regain-server.cdx", "--manifest-path"]);
    command.arg(package.join("Cargo.toml")).env("PATH", path);
    step("Listing the materials", "some seconds", &mut command)?;
    let mut bill: Value = serde_json::from_slice(&fs::read(&made)?).context("the bill of materials is no JSON")?;
    fs::remove_file(&made)?;
    // Another one at every run.
    if let Some(members) = bill.as_object_mut() {
        members.remove("serialNumber");
    }
    if let Some(metadata) = bill["metadata"].as_object_mut() {
        metadata.remove("timestamp");
    }
    let root = format!("{}", crate::paths::root().display());
    let text = serde_json::to_string_pretty(&bill)?.replace(&root, "/regain");
    fs::write(folder.join(format!("regain-{VERSION}.cdx.json")), text)?;
    Ok(())
}
