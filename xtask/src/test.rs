//! Every test, in the order in which a fault is cheapest to find. The lints are part of compiling the tests: see
//! [`cargo`].

mod cargo;
mod dependencies;
mod end_to_end;
#[cfg(test)]
mod imports;
mod in_memory;
#[cfg(test)]
mod layers;
mod timings;
mod types;
#[cfg(test)]
mod words;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;

use self::{
    cargo::Selection,
    end_to_end::{EndToEnd, PLAYGROUND},
    timings::Timings,
};
use crate::{
    apps,
    budgets::Sizes,
    debian,
    dist::{self, Profile},
    engines::Engine,
    native, paths, pypi, run,
};

/// Options of `cargo xtask test`. Without one of the parts, all of them run.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Only the rules, the generators, the catalogues and these commands: the tests that need neither server nor widget
    #[arg(long, value_name = "FILTER", num_args = 0..=1, default_missing_value = "")]
    unit: Option<String>,
    /// Only the server's tests
    #[arg(long, value_name = "FILTER", num_args = 0..=1, default_missing_value = "")]
    server: Option<String>,
    /// Only the widget's tests that need no browser, in both builds of it
    #[arg(long, value_name = "FILTER", num_args = 0..=1, default_missing_value = "")]
    widget: Option<String>,
    /// Only the end-to-end tests
    #[arg(long, value_name = "FILTER", num_args = 0..=1, default_missing_value = "")]
    e2e: Option<String>,
    /// Only the tests without a browser
    #[arg(long, conflicts_with_all = ["unit", "server", "widget", "e2e", "engine"])]
    native: bool,
    /// Run all of the end-to-end tests in this engine; otherwise they run in Chromium, and the main job in the others too
    #[arg(long, value_enum, conflicts_with_all = ["unit", "server", "widget"])]
    engine: Option<Engine>,
    /// Run the tests so many times, and tell how many runs failed
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeat: u32,
    /// Write the time of each phase and of the slowest tests to this file
    #[arg(long, value_name = "FILE")]
    timings: Option<PathBuf>,
}

/// The suites of one call.
struct Plan {
    native: Vec<Selection>,
    end_to_end: Option<String>,
    /// Nothing was left out.
    is_whole: bool,
}

impl Options {
    fn plan(&self) -> Plan {
        let mut native = Vec::new();
        for (part, selection) in [
            (&self.unit, Selection::unit as fn(&str) -> Selection),
            (&self.server, Selection::server),
            (&self.widget, Selection::widget),
            (&self.widget, Selection::lean),
        ] {
            native.extend(part.as_deref().map(selection));
        }
        let is_whole = native.is_empty() && self.e2e.is_none() && self.engine.is_none();
        if is_whole {
            native =
                [Selection::server, Selection::unit, Selection::widget, Selection::lean].map(|part| part("")).into();
        }
        let end_to_end = match &self.e2e {
            None if self.native || !is_whole && self.engine.is_none() => None,
            filter => Some(filter.clone().unwrap_or_default()),
        };
        Plan { native, end_to_end, is_whole: is_whole && !self.native }
    }
}

/// Runs the tests.
pub(crate) fn run(options: &Options) -> Result<()> {
    let plan = options.plan();
    let timings = Timings::start()?;
    let result = phases(options, &plan, &timings);
    timings.report(options.timings.as_deref())?;
    let end_to_end = result?;
    println!("\nAll tests passed in {}.", run::seconds(timings.elapsed()));
    // Once more, where it is read: what came before has scrolled away.
    if let Some(end_to_end) = end_to_end {
        end_to_end.say_what_is_missing();
    }
    Ok(())
}

fn phases(options: &Options, plan: &Plan, timings: &Timings) -> Result<Option<EndToEnd>> {
    if plan.is_whole || options.native {
        run::step("Checking the formatting", "some seconds", native::cargo().args(["fmt", "--all", "--check"]))?;
        dependencies::check()?;
    }
    if plan.is_whole || plan.end_to_end.is_some() {
        types::check()?;
    }
    let mut end_to_end = None;
    run::both(
        || {
            let Some(filter) = &plan.end_to_end else { return Ok(()) };
            run::both(
                || dist::build(Profile::Shipped),
                || EndToEnd::ready(filter, options.engine).map(|ready| end_to_end = Some(ready)),
            )
        },
        cargo::compile,
    )?;
    if plan.end_to_end.is_some() {
        let sizes = Sizes::of(&paths::dist())?;
        sizes.print();
        sizes.check()?;
    }
    if let Some(end_to_end) = &mut end_to_end {
        end_to_end.list()?;
    }
    let asks_libraries = plan.native.iter().any(Selection::asks_libraries);
    if asks_libraries {
        debian::proxies()?;
        debian::real_servers()?;
    }
    let libraries = if asks_libraries { libraries()? } else { Vec::new() };

    // Building the host pages keeps one core busy, and so do the native tests for part of their time.
    let needs_apps = end_to_end.as_ref().is_some_and(EndToEnd::needs_apps);
    let apps = || if needs_apps { apps::build().map(drop) } else { Ok(()) };
    let mut first = None;
    let native = || {
        first = Some(native_tests(plan, &libraries));
        Ok(())
    };
    run::both(native, apps)?;

    let runs = options.repeat.max(1);
    let mut failed = Vec::new();
    for number in 1..=runs {
        let native = first.take().unwrap_or_else(|| native_tests(plan, &libraries));
        let result = native.and_then(|()| end_to_end.as_ref().map_or(Ok(()), |tests| tests.run(timings)));
        if runs == 1 {
            result?;
        } else {
            let outcome = result.as_ref().map_or_else(|error| format!("failed: {error:#}"), |()| "passed".to_owned());
            println!("\n  Run {number} of {runs}: {outcome}");
            failed.extend(result.err().map(|_| number));
        }
    }
    ensure!(failed.is_empty(), "{} of {runs} runs failed: {failed:?}", failed.len());
    Ok(end_to_end)
}

/// Runs the end-to-end test of the playground, which is built.
pub(crate) fn playground() -> Result<()> {
    cargo::compile()?;
    let mut tests = EndToEnd::ready(PLAYGROUND, None)?;
    tests.list()?;
    tests.run(&Timings::start()?)
}

/// Runs the compiled native tests once.
fn native_tests(plan: &Plan, libraries: &[(&'static str, PathBuf)]) -> Result<()> {
    plan.native.iter().try_for_each(|selection| selection.run(libraries))
}

/// The published libraries that some tests compare the server with, by the variables that name their folders.
fn libraries() -> Result<Vec<(&'static str, PathBuf)>> {
    Ok(vec![("REGAIN_ALTCHA", pypi::ALTCHA.ready()?), ("REGAIN_TWILIO", pypi::TWILIO.ready()?)])
}
