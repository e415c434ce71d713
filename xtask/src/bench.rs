//! Measurements that no test asserts: sizes against their budgets, time until the strength of a password is told, and
//! differences of response times that would tell who has an account.

mod client;
mod organisation;
mod ranks;
mod strength;
mod times;

use anyhow::Result;
use clap::Args;

use crate::{
    budgets::Sizes,
    dist::{self, Profile},
    native, paths,
};

/// Options of `cargo xtask bench`.
#[derive(Args)]
pub(crate) struct Options {
    /// Flows to time of each sort of account
    #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u32).range(20..=2000))]
    samples: u32,
    /// Don't build `dist` to print its sizes
    #[arg(long)]
    no_sizes: bool,
    /// Don't start a browser to time the strength worker, which takes `dist` as it is
    #[arg(long)]
    no_strength: bool,
    /// Don't time the server's answers
    #[arg(long)]
    no_times: bool,
}

/// Builds what is measured, measures, and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !options.no_sizes {
        dist::build(Profile::Shipped)?;
        Sizes::of(&paths::dist())?.print();
    }
    native::build_demo()?;
    if !options.no_strength {
        strength::run()?;
    }
    if !options.no_times {
        times::run(options.samples)?;
    }
    Ok(())
}
