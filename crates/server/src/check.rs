//! `regain-server --check`: the configuration read, and tried.

use std::path::Path;

use regain_server::{
    config::Config,
    ports::Severity,
    serve::{self, Failure},
};
use tokio::runtime::Runtime;

/// Reads a configuration, tries what it says, and prints the findings.
pub(crate) fn run(path: &Path, runtime: &Runtime) -> Result<(), Failure> {
    let config = Config::load(path)?;
    let findings = runtime.block_on(serve::try_out(&config));
    for warning in &config.warnings {
        println!("{}  {warning}", Severity::Warning);
    }
    for finding in &findings {
        println!("{finding}");
    }
    match findings.iter().filter(|finding| finding.severity == Severity::Fault).count() {
        0 => println!("{} is fine.", path.display()),
        faults => return Err(Failure::FaultsFound(faults)),
    }
    Ok(())
}
