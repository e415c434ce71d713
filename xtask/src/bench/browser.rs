//! Measurements in a browser. It is steered by what steers it in the end-to-end tests, so each is one of those, which only
//! this runs.

use std::{ffi::OsStr, path::Path};

use anyhow::Result;

use crate::{engines::Engine, native, paths, run};

/// Builds and plays the measurement that is the ignored test of this name; it prints.
pub(super) fn measure(what: &str, test: &str, files: &[(&str, &Path)]) -> Result<()> {
    let browser = Engine::Chromium.ready()?;
    let mut build = native::cargo();
    build.args(["test", "--package", "regain-e2e", "--no-run"]);
    run::step("Building the measurement", "about 4 min the first time", &mut build)?;
    let mut measure = native::cargo();
    measure.args(["test", "--quiet", "--package", "regain-e2e", "--test", "end_to_end"]);
    measure.args([test, "--", "--ignored", "--nocapture"]);
    measure.env("REGAIN_DIST", paths::dist());
    measure.envs(files.iter().map(|(name, file)| (name, AsRef::<OsStr>::as_ref(file))));
    measure.envs(browser);
    run::shown(what, &mut measure)
}
