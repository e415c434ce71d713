//! `regain-demo`: `regain-demo --config FILE` runs the demonstration that the file describes.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use regain_server::serve::Failure;

/// "Can't access your account?" on a sign-in page, with people, their mail and their phones: on this computer only.
#[derive(Parser)]
#[command(name = "regain-demo", version)]
struct Arguments {
    /// The organisation's configuration, with the demonstration's own keys
    #[arg(long, value_name = "FILE", default_value = "regain.toml")]
    config: PathBuf,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("regain-demo: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::Runtime)?;
    runtime.block_on(regain_demo::run(&arguments.config))
}
