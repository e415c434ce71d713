//! Makes a release: an archive for each platform, a Debian package, an image, a bill of materials, and the checksums of all
//! of them, without anything of the machine or the time in it.

mod archive;
mod debian;
mod examples;
mod image;
mod licences;
mod materials;
mod program;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::Args;
use sha2::{Digest as _, Sha256};

use crate::{
    dist, paths,
    run::{begin, finish},
};
use program::{PLATFORMS, Platform};

/// Options of `cargo xtask release`.
#[derive(Args)]
pub(crate) struct Options {
    /// Platforms to build for; all by default
    #[arg(long, value_name = "PLATFORM", value_parser = PLATFORMS.map(|platform| platform.name))]
    platform: Vec<String>,
    /// Leave the image out
    #[arg(long)]
    no_image: bool,
}

/// Makes the release, and prints what it consists of.
pub(crate) fn run(options: &Options) -> Result<()> {
    dist::build(dist::Profile::Shipped)?;
    let folder = folder();
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for platform in chosen(options) {
        let program = program::build(platform)?;
        let files = archive::files(platform, &program)?;
        archive::make(platform, &files, &folder)?;
        debian::make(platform, &files, &folder)?;
        if !options.no_image {
            image::make(platform, &program, &folder)?;
        }
    }
    materials::make(&folder)?;
    checksums(&folder)
}

/// The folder of what a release consists of.
fn folder() -> PathBuf {
    paths::target().join("release-files")
}

fn chosen(options: &Options) -> impl Iterator<Item = &'static Platform> {
    PLATFORMS
        .iter()
        .filter(|platform| options.platform.is_empty() || options.platform.iter().any(|name| name == platform.name))
}

/// Writes `SHA256SUMS`, and prints it with the size of each file.
fn checksums(folder: &Path) -> Result<()> {
    let what = "Writing SHA256SUMS";
    let started = begin(what);
    let mut names: Vec<_> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name())).collect::<Result<_, _>>()?;
    names.sort();
    let mut sums = String::new();
    let mut listed = String::new();
    for name in names {
        let name = name.to_str().context("a file has no plain name")?;
        let bytes = fs::read(folder.join(name))?;
        for byte in Sha256::digest(&bytes) {
            write!(sums, "{byte:02x}")?;
        }
        writeln!(sums, "  {name}")?;
        writeln!(listed, "  {:>10}  {name}", bytes.len())?;
    }
    fs::write(folder.join("SHA256SUMS"), &sums)?;
    finish(what, started);
    println!("\n{}\n{sums}\n{listed}", folder.display());
    Ok(())
}
