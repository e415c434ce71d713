//! Conformance of a directory hook.

use std::{io, path::PathBuf};

use clap::Args;
use regain_hook::{
    Settings,
    conformance::{Check, check},
};
use regain_server::{adapters::TrustedRoots, serve::Failure};

/// Options of `regain-server check-hook`.
#[derive(Args)]
pub(crate) struct Options {
    /// The hook's address
    #[arg(long)]
    url: String,
    /// The file with the key that requests are signed with
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// The file with the key that takes its place; the hook has to take either
    #[arg(long, value_name = "FILE")]
    next_key_file: Option<PathBuf>,
    /// The file with the authorities that vouch for the hook, as PEM
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// The hook's test accounts, as a TOML file
    #[arg(long, value_name = "FILE")]
    people: PathBuf,
    /// Run this case alone
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
}

/// Runs the cases and prints a line about each.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let Options { url, key_file, next_key_file, ca_file, people, case } = options;
    let hook = Settings { url, key_file, next_key_file, ca_file };
    let roots = TrustedRoots::load(None)?;
    let summary = check(&Check { hook, people, case }, &roots, &mut io::stdout()).await?;
    if summary.broken == 0 { Ok(()) } else { Err(Failure::HookBroken(summary.broken)) }
}
