//! Sizes against their budgets. Speeds will be printed here too, never asserted in a test.

use anyhow::Result;

use crate::{budgets::Sizes, dist, paths};

/// Builds `dist` and prints its sizes.
pub(crate) fn run() -> Result<()> {
    dist::build()?;
    Sizes::of(&paths::dist())?.print();
    Ok(())
}
