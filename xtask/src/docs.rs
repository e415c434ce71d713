//! Writes the generated page of the documentation, and builds the documentation as a site.

#[cfg(test)]
mod check;
mod keys;
mod pages;
mod reference;
mod site;

use std::fs;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::paths;

/// Options of `cargo xtask docs`.
#[derive(Args)]
pub(crate) struct Options {
    /// Write the generated page only
    #[arg(long)]
    no_site: bool,
}

/// Writes the reference, and builds the site.
pub(crate) fn run(options: &Options) -> Result<()> {
    let path = paths::root().join(reference::PAGE);
    let page = reference::page()?;
    if fs::read_to_string(&path).is_ok_and(|there| there == page) {
        println!("  {} is up to date", reference::PAGE);
    } else {
        fs::write(&path, page).with_context(|| format!("{} cannot be written", path.display()))?;
        println!("  {} is written", reference::PAGE);
    }
    if options.no_site { Ok(()) } else { site::build() }
}
