//! Measures the time until the strength of a password is told.

use anyhow::Result;

use super::browser;
use crate::npm;

/// Measures and prints.
pub(crate) fn run() -> Result<()> {
    let zxcvbn = npm::ZXCVBN.ready()?;
    browser::measure("Timing the strength worker", "strength_measured", &[("REGAIN_ZXCVBN", &zxcvbn)])
}
