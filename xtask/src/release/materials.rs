//! The bill of materials, in the form of `CycloneDX`: every library in the program, with its version and licence.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value;

use super::program::VERSION;
use crate::{native::cargo, paths, run::step, tools::CYCLONEDX};

/// Name of the list, beside the manifest of its package.
const MADE: &str = "regain-server.cdx.json";

/// Makes `regain-<version>.cdx.json`.
pub(super) fn make(folder: &Path) -> Result<()> {
    let programs = CYCLONEDX.ready()?;
    let package = paths::root().join("crates/server");
    let mut command = cargo();
    let path = std::env::join_paths(
        [programs].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )?;
    command.args(["cyclonedx", "--format", "json", "--override-filename", "regain-server.cdx", "--manifest-path"]);
    command.arg(package.join("Cargo.toml")).env("PATH", path);
    let listed = step("Listing the materials", "some seconds", &mut command);
    let bill = listed.and_then(|()| Ok(fs::read(package.join(MADE))?));
    remove_all()?;
    let mut bill: Value = serde_json::from_slice(&bill?).context("the bill of materials is no JSON")?;
    // Another one at every run.
    if let Some(members) = bill.as_object_mut() {
        members.remove("serialNumber");
    }
    if let Some(metadata) = bill["metadata"].as_object_mut() {
        metadata.remove("timestamp");
    }
    let root = format!("{}", paths::root().display());
    let text = serde_json::to_string_pretty(&bill)?.replace(&root, "/regain");
    fs::write(folder.join(format!("regain-{VERSION}.cdx.json")), text)?;
    Ok(())
}

/// Removes the lists: the program writes one beside the manifest of every package of the workspace.
fn remove_all() -> Result<()> {
    let root = paths::root();
    let mut folders = vec![root.clone(), root.join("tests"), root.join("xtask")];
    for entry in fs::read_dir(root.join("crates"))? {
        folders.push(entry?.path());
    }
    for list in folders.iter().map(|folder| folder.join(MADE)).filter(|list| list.exists()) {
        fs::remove_file(list)?;
    }
    Ok(())
}
