//! The parts of a run, each in a file.

mod create;
mod growth;
mod mail;
mod processes;
mod reset;
mod start;
mod sweep;

use anyhow::Result;

use crate::{
    options::{Options, Part},
    verdict,
};

/// Runs the parts, and prints what was measured of each budget in the end.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut verdicts = Vec::new();
    for part in options.parts() {
        verdicts.extend(match part {
            Part::Create => create::run(options)?,
            Part::Start => start::run(options)?,
            Part::Reset => reset::run(options)?,
            Part::Mail => mail::run(options)?,
            Part::Growth => growth::run(options)?,
            Part::Sweep => sweep::run(options)?,
            Part::Processes => processes::run(options)?,
            Part::Large => growth::run_on_postgres(options)?,
        });
    }
    verdict::print(&verdicts);
    Ok(())
}
