//! Opening the directory that the configuration names, and its findings at the start.

use std::sync::Arc;

use super::Failure;
use crate::{
    adapters::{Database, EmbeddedDirectory, People},
    config::{Config, DirectoryKind},
    keys::Keys,
    ports::{Directory, DirectoryError, OsRng, Severity, SystemClock},
};

/// Opens the accounts, and the registrations beside them. `people` are added to the embedded directory unless they are
/// there.
pub async fn open_directory(
    config: &Config,
    database: &Database,
    keys: &Keys,
    people: &People,
) -> Result<Directory, Failure> {
    let (clock, rng) = (Arc::new(SystemClock), Arc::new(OsRng));
    match config.directory.kind {
        DirectoryKind::Embedded => {
            let opened = EmbeddedDirectory::open(database.clone(), clock, rng, keys.clone()).await?;
            let directory = opened.remembering(config.password.history());
            if !people.people.is_empty() {
                let added = directory.import_asked(people, &config.questions.own).await?;
                tracing::info!(added, "people are there");
            }
            Ok(Arc::new(directory).whole())
        }
    }
}

/// Logs the warnings about a directory, and refuses to start with one that has faults. One that does not answer now may do
/// so later: `/readyz` tells meanwhile.
pub(super) async fn warn_of_findings(config: &Config, directory: &Directory) -> Result<(), Failure> {
    let findings = match directory.accounts.inspect(config.limits.wrong_passwords_per_account).await {
        Ok(findings) => findings,
        Err(DirectoryError::Unavailable(error)) => {
            tracing::warn!(error, "the directory does not answer: its rights are not checked");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let mut faults = Vec::new();
    for finding in findings {
        match finding.severity {
            Severity::Fact => tracing::info!(key = finding.key, "{}", finding.text),
            Severity::Warning => tracing::warn!(key = finding.key, "{}", finding.text),
            Severity::Fault => faults.push(format!("{}: {}", finding.key, finding.text)),
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Failure::DirectoryFaults(faults.join("\n"))) }
}
