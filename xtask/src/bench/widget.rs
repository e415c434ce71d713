//! Measures the opening of the widget on a slow phone, cold and after the link was reached for: when the card and the first
//! field are drawn, when the flow is there, its long tasks, and its requests.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::browser;
use crate::{
    dist::{self, Profile},
    native,
};

/// Options of `cargo xtask bench widget`.
#[derive(Args)]
pub(crate) struct Options {
    /// Folder of the files of a former build, which is measured in turns with this one
    #[arg(long)]
    against: Option<PathBuf>,
    /// Take `dist` as it is
    #[arg(long)]
    no_build: bool,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !options.no_build {
        dist::build(Profile::Shipped)?;
    }
    native::build_demo()?;
    let former = options.against.as_deref().map(std::fs::canonicalize).transpose()?;
    let former: Vec<_> = former.iter().map(|dist| ("REGAIN_FORMER_DIST", dist.as_path())).collect();
    browser::measure("Timing the opening of the widget", "opening_measured", &former)
}
