//! Measures a release server against its budgets. What it is compared with runs in the same minutes, in turns with it, so that
//! a busy machine is busy for both: a bare commit, bare password hashes, another server that does the same job, a former
//! build. `cargo xtask bench server` builds what it needs and runs it.

mod better_auth;
mod closed_loop;
mod contender;
mod limits;
mod options;
mod parts;
mod postgres;
mod processor;
mod servers;
mod share;
mod table;
mod verdict;

use std::process::ExitCode;

use clap::Parser as _;

use options::Options;

fn main() -> ExitCode {
    match parts::run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("regain-measure: {error:#}");
            ExitCode::FAILURE
        }
    }
}
