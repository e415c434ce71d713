//! Every test, in the order in which a fault is cheapest to find.

use anyhow::Result;
use clap::Args;

use crate::{
    apps,
    budgets::Sizes,
    dist::{self, Form},
    native, npm, paths, pypi, run,
    tools::Browser,
};

/// Options of `cargo xtask test`.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Only the native tests: no widget, no browser
    #[arg(long)]
    native: bool,
}

/// Runs the tests.
pub(crate) fn run(options: &Options) -> Result<()> {
    let started = std::time::Instant::now();
    run::step("Checking the formatting", "some seconds", native::cargo().args(["fmt", "--all", "--check"]))?;
    let mut tests = native::cargo();
    tests.args(["test", "--workspace", "--no-fail-fast"]);
    tests.env("REGAIN_ALTCHA", pypi::ALTCHA.ready()?);
    tests.env("REGAIN_TWILIO", pypi::TWILIO.ready()?);
    if options.native {
        tests.args(["--exclude", "regain-e2e"]);
    } else {
        let browser = Browser::ready()?;
        run::both(|| dist::build(Form::Shipped), compile)?;
        let sizes = Sizes::of(&paths::dist())?;
        sizes.print();
        sizes.check()?;
        tests.env("REGAIN_DIST", paths::dist()).env("REGAIN_AXE", npm::AXE.ready()?);
        tests.env("REGAIN_READER", npm::READER.ready()?);
        tests.env("REGAIN_APPS", apps::build()?);
        tests.env("REGAIN_CHROMIUM", &browser.chromium).env("REGAIN_CHROMEDRIVER", &browser.chromedriver);
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
    Ok(())
}

fn compile() -> Result<()> {
    let mut build = native::cargo();
    build.args(["test", "--workspace", "--no-run"]);
    run::step("Building the server and the tests", "about 8 min the first time", &mut build)
}
