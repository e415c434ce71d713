//! Requests that Schemathesis makes up from the document that the server serves. What it finds is mended, or is in the short
//! list of what is left out, `api/schemathesis.toml`, with the reason.

use std::{fs, process::Command, time::Duration};

use anyhow::{Context as _, Result};
use clap::Args;
use regain_load::{MailServer, user_id};

use super::setup;
use crate::{native, paths, pypi, run};

const HOOKS: &str = include_str!("api/hooks.py");
const EXCLUSIONS: &str = include_str!("api/schemathesis.toml");

/// Everything that the document has, so that all of its addresses are there. What is asked of a provider goes nowhere.
const EVERYTHING: &str = r#"flows_per_client = 1000000
identifications_per_account = 1000000
ranges_per_client = 1000000
identify_floor_ms = 0
[phone]
kind = "twilio"
account_sid = "AC00000000000000000000000000000000"
auth_token = "bench"
from = "+14255550100"
base_url = "http://127.0.0.1:9"
countries = ["+1"]
[password.breached]
kind = "file"
path = "../breached.txt"
"#;

/// Options of `cargo xtask bench api`.
#[derive(Args)]
pub(crate) struct Options {
    /// Requests that are made up for each operation, beside those that cover its parameters one by one
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    examples: u32,
    /// Repeats the requests of another run
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

/// Asks, prints what was found, and fails where anything was.
pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = pypi::SCHEMATHESIS.ready()?;
    native::build_release_server()?;
    let mail = MailServer::start(Duration::ZERO)?;
    // One sorted hash is a list.
    let list = paths::target().join("bench/breached.txt");
    fs::create_dir_all(paths::target().join("bench"))?;
    fs::write(list, "0000000000000000000000000000000000000001:1\n")?;
    let installation = setup::start("api", 2, mail.port, EVERYTHING)?;
    let work = paths::target().join("bench/api");
    fs::write(work.join("regain_hooks.py"), HOOKS)?;
    fs::write(work.join("schemathesis.toml"), EXCLUSIONS)?;
    let url = format!("http://127.0.0.1:{}", installation.port);
    let python_path = std::env::join_paths([&folder, &work]).context("the folders cannot be named")?;
    let mut ask = Command::new("python3");
    ask.current_dir(&work).args(["-s", "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run"]);
    ask.arg(format!("{url}/openapi.json")).args(["--phases", "examples,coverage,fuzzing", "--no-color"]);
    ask.args(["--warnings", "off", "--continue-on-failure"]);
    ask.args(["--max-examples", &options.examples.to_string(), "--seed", &options.seed.to_string()]);
    ask.env("PYTHONPATH", python_path).env("SCHEMATHESIS_HOOKS", "regain_hooks");
    ask.env("REGAIN_BENCH_URL", &url).env("REGAIN_BENCH_USER_ID", user_id(0));
    let asked = run::shown("Asking what the document describes", &mut ask);
    installation.stop()?;
    asked
}
