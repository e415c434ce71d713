//! Every test, in the order in which a fault is cheapest to find.

use std::process::Command;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{
    apps,
    budgets::Sizes,
    dist::{self, Form},
    engines::{Engine, Ready},
    native, npm, paths, pypi, run,
};

/// Options of `cargo xtask test`.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Only the native tests: no widget, no browser
    #[arg(long)]
    native: bool,
    /// Only the end-to-end tests, and all of them in this engine; otherwise they are played in Chromium, and the main
    /// job in the others too
    #[arg(long, value_enum, conflicts_with = "native")]
    engine: Option<Engine>,
}

/// Runs the tests.
pub(crate) fn run(options: &Options) -> Result<()> {
    if let Some(engine) = options.engine {
        return in_engine(engine);
    }
    let started = std::time::Instant::now();
    run::step("Checking the formatting", "some seconds", native::cargo().args(["fmt", "--all", "--check"]))?;
    let mut tests = native::cargo();
    tests.args(["test", "--workspace", "--no-fail-fast"]);
    tests.env("REGAIN_ALTCHA", pypi::ALTCHA.ready()?);
    tests.env("REGAIN_TWILIO", pypi::TWILIO.ready()?);
    let mut engines = None;
    if options.native {
        tests.args(["--exclude", "regain-e2e"]);
    } else {
        let ready = built(Ready::all)?;
        let sizes = Sizes::of(&paths::dist())?;
        sizes.print();
        sizes.check()?;
        bring_along(&mut tests)?;
        engines.insert(ready).configure(&mut tests);
    }
    run::shown("Running the tests", &mut tests)?;
    let mut lean = native::cargo();
    lean.args(["test", "--package", "regain", "--no-default-features"]);
    run::step("Running the lean widget's own tests", "about 1 min the first time", &mut lean)?;
    let mut clippy = native::cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]);
    run::step("Running the lints", "about 3 min the first time", &mut clippy)?;
    let mut clippy = native::cargo();
    clippy.args([
        "clippy",
        "--package",
        "regain",
        "--no-default-features",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]);
    run::step("Running the lean widget's lints", "some seconds", &mut clippy)?;
    println!("\nAll tests passed in {}.", run::seconds(started.elapsed()));
    // Once more, where it is read: what came before has scrolled away.
    if let Some(engines) = engines {
        engines.say();
    }
    Ok(())
}

/// Plays every end-to-end test in one engine. What its driver cannot do is named as it comes, with the reason.
fn in_engine(engine: Engine) -> Result<()> {
    let ready = built(|| Ready::only(engine))?;
    let mut tests = native::cargo();
    tests.args(["test", "--package", "regain-e2e", "--no-fail-fast"]);
    bring_along(&mut tests)?;
    tests.env("REGAIN_ENGINE", engine.name());
    ready.configure(&mut tests);
    tests.args(["--", "--skip", "engines::"]);
    run::shown(&format!("Running the end-to-end tests in {engine}"), &mut tests)
}

/// What the end-to-end tests are played with, beside engines.
fn bring_along(tests: &mut Command) -> Result<()> {
    tests.env("REGAIN_DIST", paths::dist()).env("REGAIN_AXE", npm::AXE.ready()?);
    tests.env("REGAIN_READER", npm::READER.ready()?).env("REGAIN_APPS", apps::build()?);
    Ok(())
}

/// Has the widget, the tests and the engines ready: side by side, because none of them keeps two cores busy.
fn built(engines: impl FnOnce() -> Result<Ready> + Send) -> Result<Ready> {
    let mut ready = None;
    let prepare = || {
        ready = Some(engines()?);
        Ok(())
    };
    run::both(|| run::both(|| dist::build(Form::Shipped), compile), prepare)?;
    ready.context("the engines are ready once nothing failed")
}

fn compile() -> Result<()> {
    let mut build = native::cargo();
    build.args(["test", "--workspace", "--no-run"]);
    run::step("Building the server and the tests", "about 8 min the first time", &mut build)
}
