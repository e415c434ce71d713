//! Measures the time until the strength of a password is told. The browser is steered by what steers it in the
//! end-to-end tests, so the measurement is one of those, which only this runs.

use anyhow::Result;

use crate::{engines::Engine, native, npm, paths, run};

/// Measures and prints.
pub(crate) fn run() -> Result<()> {
    let browser = Engine::Chromium.ready()?;
    let zxcvbn = npm::ZXCVBN.ready()?;
    let mut build = native::cargo();
    build.args(["test", "--package", "regain-e2e", "--no-run"]);
    run::step("Building the measurement", "about 4 min the first time", &mut build)?;
    let mut measure = native::cargo();
    measure.args(["test", "--quiet", "--package", "regain-e2e", "--test", "end_to_end"]);
    measure.args(["strength_measured", "--", "--ignored", "--nocapture"]);
    measure.env("REGAIN_DIST", paths::dist()).env("REGAIN_ZXCVBN", zxcvbn);
    measure.envs(browser);
    run::shown("Timing the strength worker", &mut measure)
}
