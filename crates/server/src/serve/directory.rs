//! Opening the directory that the configuration names, and its findings at the start.

use std::sync::Arc;

use super::Failure;
use crate::{
    adapters::{Database, EmbeddedDirectory, OwnRegistrations, People, TrustedRoots},
    config::{Config, DirectoryKind},
    keys::Keys,
    ports::{Accounts, Clock, Directory, DirectoryError, OsRng, Rng, Severity, SystemClock},
};

/// Opens the accounts, and the registrations beside them. `people` are added to the embedded directory unless they are
/// there; every other directory has its own.
pub async fn open_directory(
    config: &Config,
    database: &Database,
    keys: &Keys,
    people: &People,
) -> Result<Directory, Failure> {
    let (clock, rng) = (Arc::new(SystemClock), Arc::new(OsRng));
    let Some(accounts) = accounts_elsewhere(config, clock.clone(), rng.clone()).await? else {
        let opened = EmbeddedDirectory::open(database.clone(), clock, rng, keys.clone()).await?;
        let directory = opened.remembering(config.password.history());
        if !people.people.is_empty() {
            let added = directory.import_asked(people, &config.questions.own).await?;
            tracing::info!(added, "people are there");
        }
        return Ok(Arc::new(directory).whole());
    };
    let registrations = OwnRegistrations::open(database.clone(), rng, keys.clone(), config.directory.name()).await?;
    Ok(Directory { accounts, registrations: Arc::new(registrations) })
}

/// The accounts of a directory that is not in Regain's own database; `None` for the embedded one.
#[cfg_attr(
    not(all(feature = "hook", feature = "ldap", feature = "sql-accounts")),
    allow(unused_variables, clippy::unused_async, reason = "each adapter takes a part of it")
)]
pub(super) async fn accounts_elsewhere(
    config: &Config,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
) -> Result<Option<Arc<dyn Accounts>>, Failure> {
    let accounts: Arc<dyn Accounts> = match config.directory.kind {
        DirectoryKind::Embedded => return Ok(None),
        #[cfg(feature = "ldap")]
        DirectoryKind::ActiveDirectory => {
            let settings = config.directory.ldap.as_ref().ok_or(Failure::NoDirectory)?;
            Arc::new(regain_ldap::ActiveDirectory::open(settings, outgoing_tls(config)?, clock).map_err(fault)?)
        }
        #[cfg(feature = "ldap")]
        DirectoryKind::Ldap => {
            let settings = config.directory.ldap.as_ref().ok_or(Failure::NoDirectory)?;
            Arc::new(regain_ldap::LdapDirectory::open(settings, outgoing_tls(config)?, clock).map_err(fault)?)
        }
        #[cfg(feature = "sql-accounts")]
        DirectoryKind::Sql => {
            let settings = config.directory.sql.as_ref().ok_or(Failure::NoDirectory)?;
            let ca_file = config.server.ca_file.as_deref();
            Arc::new(regain_sql_accounts::SqlAccounts::open(settings, ca_file, clock, rng).await.map_err(fault)?)
        }
        #[cfg(feature = "hook")]
        DirectoryKind::Hook => {
            let settings = config.directory.hook.clone().ok_or(Failure::NoDirectory)?;
            let roots = TrustedRoots::load(config.server.ca_file.as_deref())?;
            Arc::new(regain_hook::Hook::open(settings, &roots, clock, rng).await.map_err(fault)?)
        }
    };
    Ok(Some(accounts))
}

/// The TLS of all outgoing connections.
#[cfg(feature = "ldap")]
fn outgoing_tls(config: &Config) -> Result<rustls::ClientConfig, Failure> {
    TrustedRoots::load(config.server.ca_file.as_deref())?.client_config().map_err(fault)
}

/// A fault that an adapter names by its key.
fn fault(error: impl std::fmt::Display) -> Failure {
    Failure::DirectoryFaults(error.to_string())
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
