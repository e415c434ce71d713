//! `regain-server`: `regain-server --config FILE` runs the server that the file describes.

mod import;
mod serve;

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use regain_server::{config::Config, http::openapi_document};
use tokio::runtime::Runtime;

use crate::serve::{Failure, serve};

/// The reset API and the hosted pages behind "Can't access your account?".
#[derive(Parser)]
#[command(name = "regain-server", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    /// The organisation's configuration
    #[arg(long, value_name = "FILE", default_value = "regain.toml")]
    config: PathBuf,
    /// Check the configuration and stop
    #[arg(long)]
    check: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Print the API's contract as OpenAPI 3.1
    Openapi,
    /// Bring people into the embedded directory; those who are there already stay as they are
    Import {
        /// The organisation's configuration
        #[arg(long, value_name = "FILE", default_value = "regain.toml")]
        config: PathBuf,
        /// The people, as a TOML file
        people: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Some(Command::Openapi) => io::stdout().write_all(openapi_document().as_bytes()).map_err(Failure::Output),
        Some(Command::Import { config, people }) => import(&config, &people),
        None => run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("regain-server: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let config = Config::load(&arguments.config)?;
    if arguments.check {
        println!("{} is fine.", arguments.config.display());
        return Ok(());
    }
    runtime()?.block_on(serve(config))
}

fn import(config: &Path, people: &Path) -> Result<(), Failure> {
    let config = Config::load(config)?;
    let added = runtime()?.block_on(import::import(&config, people))?;
    println!("{added} people were added.");
    Ok(())
}

fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::Runtime)
}
