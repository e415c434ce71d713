//! Opening the directory that the configuration names.

use std::sync::Arc;

use super::Failure;
use crate::{
    adapters::{AwaitedAccounts, Database, EmbeddedDirectory, OwnRegistrations, People},
    config::{Config, DirectoryKind},
    keys::Keys,
    ports::{Accounts, Directory, DirectoryError, OsRng, SystemClock},
};

/// Opens the accounts, and the registrations beside them, for a command, which needs the directory now.
pub async fn open_directory(config: &Config, database: &Database, keys: &Keys) -> Result<Directory, Failure> {
    if config.directory.kind == DirectoryKind::Embedded {
        return Ok(Arc::new(embedded(config, database, keys).await?).whole());
    }
    let accounts = accounts_elsewhere(config).await.map_err(failed)?;
    beside(config, database, keys, accounts).await
}

/// Opens the accounts, and the registrations beside them, for a server. `people` are added to the embedded directory unless
/// they are there; every other directory has its own. One that does not answer now may do so later: `/readyz` tells
/// meanwhile. One that answers and has faults is refused.
pub(super) async fn open_served_directory(
    config: &Config,
    database: &Database,
    keys: &Keys,
    people: &People,
) -> Result<Directory, Failure> {
    if config.directory.kind == DirectoryKind::Embedded {
        let directory = embedded(config, database, keys).await?;
        if !people.people.is_empty() {
            let added = directory.import_asked(people, &config.questions.own).await?;
            tracing::info!(added, "people are there");
        }
        return Ok(Arc::new(directory).whole());
    }
    let own = Arc::new(config.clone());
    let open = move || -> crate::adapters::Opening {
        let config = Arc::clone(&own);
        Box::pin(async move { accounts_elsewhere(&config).await })
    };
    let accounts = AwaitedAccounts::new(open, config.limits.wrong_passwords_per_account);
    match accounts.opened().await.map(|_| ()) {
        Ok(()) => {}
        Err(DirectoryError::Unavailable(error)) => {
            tracing::warn!(error, "the directory does not answer: it is asked again when it is needed");
        }
        Err(error) => return Err(failed(error)),
    }
    beside(config, database, keys, Arc::new(accounts)).await
}

async fn embedded(config: &Config, database: &Database, keys: &Keys) -> Result<EmbeddedDirectory, Failure> {
    let (clock, rng) = (Arc::new(SystemClock), Arc::new(OsRng));
    let directory = EmbeddedDirectory::open(database.clone(), clock, rng, keys.clone()).await?;
    Ok(directory.remembering(config.password.history()))
}

async fn beside(
    config: &Config,
    database: &Database,
    keys: &Keys,
    accounts: Arc<dyn Accounts>,
) -> Result<Directory, Failure> {
    let rng = Arc::new(OsRng);
    let registrations = OwnRegistrations::open(database.clone(), rng, keys.clone(), config.directory.name()).await?;
    Ok(Directory { accounts, registrations: Arc::new(registrations) })
}

/// Names what the operator has to change by itself, and not as an answer of the directory's.
fn failed(error: DirectoryError) -> Failure {
    match error {
        DirectoryError::Misconfigured(faults) => Failure::DirectoryFaults(faults),
        error => error.into(),
    }
}

/// The accounts of a directory that is not in Regain's own database.
#[cfg_attr(
    not(any(feature = "hook", feature = "ldap", feature = "sql-accounts")),
    allow(unreachable_code, clippy::unused_async, reason = "without adapters there is nothing to open or await")
)]
pub(super) async fn accounts_elsewhere(config: &Config) -> Result<Arc<dyn Accounts>, DirectoryError> {
    let directory = &config.directory;
    let missing = || DirectoryError::Misconfigured("directory: its section is missing".to_owned());
    Ok(match directory.kind {
        DirectoryKind::Embedded => return Err(missing()),
        #[cfg(feature = "ldap")]
        DirectoryKind::ActiveDirectory => {
            let settings = directory.ldap.as_ref().ok_or_else(missing)?;
            let opened = regain_ldap::ActiveDirectory::open(settings, outgoing_tls(config)?, Arc::new(SystemClock));
            Arc::new(opened.map_err(misconfigured)?)
        }
        #[cfg(feature = "ldap")]
        DirectoryKind::Ldap => {
            let settings = directory.ldap.as_ref().ok_or_else(missing)?;
            let opened = regain_ldap::LdapDirectory::open(settings, outgoing_tls(config)?, Arc::new(SystemClock));
            Arc::new(opened.map_err(misconfigured)?)
        }
        #[cfg(feature = "sql-accounts")]
        DirectoryKind::Sql => {
            let settings = directory.sql.as_ref().ok_or_else(missing)?;
            let (ca_file, clock, rng) = (config.server.ca_file.as_deref(), Arc::new(SystemClock), Arc::new(OsRng));
            Arc::new(regain_sql_accounts::SqlAccounts::open(settings, ca_file, clock, rng).await?)
        }
        #[cfg(feature = "hook")]
        DirectoryKind::Hook => {
            let settings = directory.hook.clone().ok_or_else(missing)?;
            let roots = roots(config)?;
            Arc::new(regain_hook::Hook::open(settings, &roots, Arc::new(SystemClock), Arc::new(OsRng)).await?)
        }
    })
}

/// The TLS of all outgoing connections.
#[cfg(feature = "ldap")]
fn outgoing_tls(config: &Config) -> Result<rustls::ClientConfig, DirectoryError> {
    roots(config)?.client_config().map_err(misconfigured)
}

/// The authorities of all outgoing connections.
#[cfg(any(feature = "hook", feature = "ldap"))]
fn roots(config: &Config) -> Result<crate::adapters::TrustedRoots, DirectoryError> {
    crate::adapters::TrustedRoots::load(config.server.ca_file.as_deref()).map_err(misconfigured)
}

/// A fault that names its key by itself.
#[cfg(any(feature = "hook", feature = "ldap"))]
fn misconfigured(error: impl std::fmt::Display) -> DirectoryError {
    DirectoryError::Misconfigured(error.to_string())
}
