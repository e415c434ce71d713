//! Measurements that no test asserts: sizes against their budgets, time until the strength of a password is told, and
//! differences of response times that would tell who has an account; resets a second, a soak, requests that a program
//! makes up from the API's document, and a rolling upgrade.

mod api;
mod browser;
mod directories;
mod hostile;
mod organisation;
mod ranks;
mod resets;
mod server;
mod setup;
mod soak;
mod strength;
mod times;
mod upgrade;
mod widget;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::{
    budgets::Sizes,
    dist::{self, Profile},
    native, paths,
};

/// Options of `cargo xtask bench`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    other: Option<Other>,
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

/// A measurement of its own.
#[derive(Subcommand)]
enum Other {
    /// Requests that Schemathesis makes up from the served document, against a release build
    Api(api::Options),
    /// Response times that would tell who has an account, before each directory that is not Regain's own
    Directories(directories::Options),
    /// Whole resets a second with a mail server some way off, in a release build, and the memory that they take
    Resets(resets::Options),
    /// Budgets of the server beside what the machine, and another server for the same job, can do
    Server(server::Options),
    /// Mixed load for three minutes on a release build, one in ten clients hostile: memory and files stay flat
    Soak(soak::Options),
    /// A rolling upgrade from a former revision under load: two servers behind nginx, one after the other
    Upgrade(upgrade::Options),
    /// Opening of the widget on a slow phone, beside a former build's: fields, flow, long tasks, and requests
    Widget(widget::Options),
}

/// Builds what is measured, measures, and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    match &options.other {
        Some(Other::Api(options)) => return api::run(options),
        Some(Other::Directories(options)) => return directories::run(options),
        Some(Other::Resets(options)) => return resets::run(options),
        Some(Other::Server(options)) => return server::run(options),
        Some(Other::Soak(options)) => return soak::run(options),
        Some(Other::Upgrade(options)) => return upgrade::run(options),
        Some(Other::Widget(options)) => return widget::run(options),
        None => {}
    }
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
