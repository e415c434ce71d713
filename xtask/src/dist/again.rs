//! Builds everything once more, from a copy of the tree in another folder with nothing built in it, and holds the
//! two against each other: what is shipped follows from the sources alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::{
    native,
    paths::{self, copy_dir},
    run::step,
};

/// Folders that are made, beside the sources.
const MADE: [&str; 3] = ["target", "dist", "dist-npm"];

/// Folders that are shipped.
const SHIPPED: [&str; 2] = ["dist", "dist-npm"];

/// Builds again and fails where a file differs from the one that is here.
pub(super) fn compare() -> Result<()> {
    let copy = paths::target().join("again").join("another-folder");
    let _ = fs::remove_dir_all(&copy);
    copy_sources(&paths::root(), &copy).with_context(|| format!("{} cannot be made", copy.display()))?;
    let mut build = native::cargo();
    build.current_dir(&copy).env("CARGO_TARGET_DIR", copy.join("built")).args(["xtask", "dist"]);
    step("Building it all again in another folder", "about 10 min", &mut build)?;
    let [first, second] = [hashes(&paths::root())?, hashes(&copy)?];
    let different = different(&first, &second);
    if !different.is_empty() {
        bail!(
            "two builds differ, here and in {}:\n  {}",
            copy.display(),
            different.into_iter().collect::<Vec<_>>().join("\n  ")
        );
    }
    fs::remove_dir_all(&copy)?;
    println!("\nTwo builds in two folders made the same {} files, byte for byte.", first.len());
    Ok(())
}

/// Copies a tree without what is made of it, and without its history.
fn copy_sources(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let to = to.join(&name);
        if !entry.file_type()?.is_dir() {
            fs::copy(entry.path(), to)?;
        } else if name != ".git" && !MADE.iter().any(|made| name == *made) {
            copy_dir(&entry.path(), &to)?;
        }
    }
    Ok(())
}

/// The SHA-256 of every file that is shipped, by its path.
fn hashes(root: &Path) -> Result<BTreeMap<String, [u8; 32]>> {
    let mut hashes = BTreeMap::new();
    for folder in SHIPPED {
        let folder = root.join(folder);
        for entry in fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))? {
            let path = entry?.path();
            let name = path.strip_prefix(root)?.display().to_string();
            hashes.insert(name, Sha256::digest(fs::read(&path)?).into());
        }
    }
    Ok(hashes)
}

/// The files that only one has, or that are not the same.
fn different<'a>(one: &'a BTreeMap<String, [u8; 32]>, other: &'a BTreeMap<String, [u8; 32]>) -> BTreeSet<&'a str> {
    let names = one.keys().chain(other.keys());
    names.filter(|name| one.get(*name) != other.get(*name)).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::different;

    #[test]
    fn a_file_that_changed_or_that_only_one_build_has_is_named() {
        let build = |files: &[(&str, u8)]| -> BTreeMap<String, [u8; 32]> {
            files.iter().map(|(name, byte)| ((*name).to_owned(), [*byte; 32])).collect()
        };
        let one = build(&[("a", 1), ("b", 2), ("c", 3)]);
        assert!(different(&one, &one).is_empty());
        let other = build(&[("a", 1), ("b", 9), ("d", 3)]);
        assert_eq!(different(&one, &other).into_iter().collect::<Vec<_>>(), ["b", "c", "d"]);
    }
}
