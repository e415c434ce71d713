//! `cargo xtask …`: every routine of the project in one place.
//!
//! Each command finds or installs what it needs, says what it does and how long that tends to take,
//! and keeps tools outside the tree, so that a fresh clone on a fresh machine needs nothing else.

mod apps;
mod assets;
mod bench;
mod bindgen;
mod budgets;
mod debian;
mod demo;
mod dev;
mod dist;
mod docs;
mod doctor;
mod engines;
mod native;
mod npm;
mod paths;
mod playground;
mod pypi;
mod release;
mod run;
mod solver;
mod tarball;
mod test;
mod tools;
mod wasm;
mod widget;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Every routine of the project")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and run the demo: the widget on a sign-in page, with a real server
    Demo(demo::Options),
    /// Run every test: style, lints, unit, contract, HTTP, budgets, end to end in a real browser
    Test(test::Options),
    /// Make what is shipped: the loader, the hashed and compressed files that it brings in, and an npm package of them
    Dist(dist::Options),
    /// Make a release: archives for Linux, Debian packages, images, a bill of materials, checksums
    Release(release::Options),
    /// Write docs/reference.md, and build the documentation as a site
    Docs(docs::Options),
    /// Make the playground: static files with the widget, and with the server compiled to run in the page
    Playground(playground::Options),
    /// Rebuild the widget at every change, against a running demo server
    Dev(demo::Options),
    /// Run what continuous integration runs
    Ci,
    /// Print sizes against their budgets, and whether response times tell who has an account
    Bench(bench::Options),
    /// Say which tools are here and what would be installed
    Doctor,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Dist(options) => dist::run(&options),
        Command::Release(options) => release::run(&options),
        Command::Docs(options) => docs::run(&options),
        Command::Playground(options) => playground::run(&options),
        Command::Dev(options) => dev::run(&options),
        Command::Ci => test::run(&test::Options::default()),
        Command::Bench(options) => bench::run(&options),
        Command::Doctor => doctor::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
