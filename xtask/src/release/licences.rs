//! The licences of everything that is linked into the program, as their authors wrote them.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::native::cargo;

/// Beginnings of the names of files with a licence or a notice, in capitals.
const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];

/// The texts of all licences, each once, with the packages that it is of.
pub(super) fn texts(target: &str) -> Result<String> {
    let mut by_text = BTreeMap::<String, Vec<String>>::new();
    for package in packages(target)? {
        let text = package.texts()?;
        let text = if text.is_empty() { format!("Licence: {}\n", package.licence) } else { text };
        by_text.entry(text).or_default().push(package.name);
    }
    let mut sections: Vec<_> = by_text.into_iter().map(|(text, names)| (names, text)).collect();
    sections.sort();
    let rule = "=".repeat(80);
    let mut all = String::from("Licences of the libraries in regain-server, and of those in the widget.\n");
    for (names, text) in sections {
        writeln!(all, "\n{rule}\n{}\n{rule}\n\n{}", names.join(", "), text.trim_end())?;
    }
    Ok(all)
}

/// A package that the program or the widget is built from.
struct Package {
    name: String,
    licence: String,
    folder: PathBuf,
}

impl Package {
    fn texts(&self) -> Result<String> {
        let mut paths: Vec<_> = fs::read_dir(&self.folder)
            .with_context(|| format!("the sources of {} are not there", self.name))?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.is_file() && is_licence(path))
            .collect();
        paths.sort();
        let read = paths.iter().map(fs::read_to_string).collect::<Result<Vec<_>, _>>()?;
        Ok(read.join("\n"))
    }
}

fn is_licence(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_uppercase();
    NAMES.iter().any(|beginning| name.starts_with(beginning))
}

/// The packages of others that the server for a target and the widget are built from, by name and version.
fn packages(target: &str) -> Result<Vec<Package>> {
    let mut command = cargo();
    command.args(["metadata", "--format-version=1", "--locked", "--filter-platform", target]);
    let output = command.output().context("cargo metadata cannot be run")?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata says nothing")?;
    let mut packages = Vec::new();
    for package in metadata["packages"].as_array().context("cargo metadata lists no packages")? {
        // Packages of this workspace have no source.
        if package["source"].is_null() {
            continue;
        }
        let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        let manifest = PathBuf::from(text("manifest_path"));
        packages.push(Package {
            name: format!("{} {}", text("name"), text("version")),
            licence: text("license"),
            folder: manifest.parent().context("a manifest lies in a folder")?.to_owned(),
        });
    }
    packages.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_is_named_and_one_text_stands_once() {
        let texts = texts("x86_64-unknown-linux-musl").expect("reads");
        for name in ["argon2 ", "axum ", "leptos ", "rustls "] {
            assert!(texts.contains(name), "{name}");
        }
        let ring = texts.split(&"=".repeat(80)).find(|part| part.contains("ring 0.")).expect("is there");
        assert!(!ring.is_empty());
    }
}
