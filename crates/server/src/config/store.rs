//! `[store]`.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use regain_sql::{Location, PostgresSettings};
use serde::Deserialize;

use super::{Faults, ServerConfig, rebase};

/// The file where nothing else is configured.
const FILE: &str = "regain.db";

/// The number of connections where nothing else is configured.
const CONNECTIONS: u32 = 16;

/// The days that the audit log stays in a file where nothing else is configured.
const AUDIT_DAYS: u32 = 400;

/// `[store]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// The `SQLite` file. Default `regain.db`.
    pub path: PathBuf,
    /// A file with the URL of a database on PostgreSQL, `postgres://user:password@host/database`, instead of `path`. Only its
    /// owner may read it. A connection to another host is always encrypted and the host's certificate verified.
    pub url_file: Option<PathBuf>,
    /// The number of connections to PostgreSQL at a time. Default 16.
    pub connections: Option<u32>,
    /// The number of whole days that the audit log stays in the database; those before are moved to files. Default 400; 0
    /// for all of them, which is the default on PostgreSQL unless `audit_dir` is set.
    pub audit_days: Option<u32>,
    /// The folder of those files. Default: `audit`, beside the database. Servers that share a database share it too.
    pub audit_dir: Option<PathBuf>,
    /// The database of `url_file`, once it was checked.
    #[serde(skip)]
    postgres: Option<PostgresSettings>,
}

impl StoreConfig {
    pub(super) fn check(&mut self, base: &Path, server: &ServerConfig, faults: &mut Faults) {
        if let Some(folder) = &mut self.audit_dir {
            rebase(folder, base);
        }
        let connections = self.connections.unwrap_or(CONNECTIONS);
        faults.require((2..=1000).contains(&connections), "store.connections", "must be from 2 to 1000");
        let Some(file) = &mut self.url_file else {
            faults.require(
                self.connections.is_none(),
                "store.connections",
                "is for PostgreSQL: set store.url_file too",
            );
            if self.path.as_os_str().is_empty() {
                self.path = FILE.into();
            }
            rebase(&mut self.path, base);
            return;
        };
        rebase(file, base);
        faults.require(self.path.as_os_str().is_empty(), "store.url_file", "give either path or url_file, not both");
        let days = self.audit_days.unwrap_or_default();
        faults.require(
            days == 0 || self.audit_dir.is_some(),
            "store.audit_dir",
            "is required with audit_days on PostgreSQL: name a folder that all servers of this database share",
        );
        match read(file) {
            Ok(url) => {
                let ca_file = server.ca_file.clone();
                self.postgres = PostgresSettings::parse(&url.into(), ca_file, connections);
                // The file may hold anything: nothing of it is said.
                let advice = "must hold a URL: postgres://user:password@host/database";
                faults.require(self.postgres.is_some(), "store.url_file", format!("{} {advice}", file.display()));
            }
            Err(fault) => faults.add("store.url_file", fault),
        }
    }

    /// The database that a file with a URL names, for bringing another one there.
    pub fn on_postgres(url_file: &Path, server: &ServerConfig) -> Result<PostgresSettings, Faults> {
        let mut faults = Faults::default();
        let mut store = Self { url_file: Some(url_file.to_owned()), ..Self::default() };
        store.check(Path::new(""), server, &mut faults);
        store.postgres.ok_or(faults)
    }

    /// The place of the database.
    pub fn location(&self) -> Location {
        let postgres = self.postgres.clone().map(|settings| Location::Postgres(Box::new(settings)));
        postgres.unwrap_or_else(|| Location::File(self.path.clone()))
    }

    /// The file of the database; `None` where it is on PostgreSQL.
    pub fn file(&self) -> Option<&Path> {
        Some(self.path.as_path()).filter(|_| self.url_file.is_none())
    }

    /// The number of whole days that the audit log stays in the database; 0 for all of them.
    pub fn audit_days(&self) -> u32 {
        let default = if self.url_file.is_none() || self.audit_dir.is_some() { AUDIT_DAYS } else { 0 };
        self.audit_days.unwrap_or(default)
    }

    /// The folder of the audit log's files.
    pub fn audit_dir(&self) -> PathBuf {
        let beside = self.url_file.as_ref().unwrap_or(&self.path).with_file_name("audit");
        self.audit_dir.clone().unwrap_or(beside)
    }
}

/// Reads a file that nobody but its owner may read.
fn read(file: &Path) -> Result<String, String> {
    let unreadable = |error| format!("cannot read {}: {error}", file.display());
    let mode = std::fs::metadata(file).map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(format!("others may read {}, which has a password in it: chmod 600 it", file.display()));
    }
    std::fs::read_to_string(file).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The faults of a section beside a file of a URL.
    fn faults_of(url: &str, mode: u32, mut section: StoreConfig) -> (StoreConfig, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("url");
        fs::write(&file, url).expect("writes");
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("is ours");
        let mut faults = Faults::default();
        section.url_file = Some("url".into());
        section.check(folder.path(), &ServerConfig::default(), &mut faults);
        (section, faults.faults)
    }

    #[test]
    fn a_database_on_postgresql_is_named_by_a_private_file() {
        let (store, faults) = faults_of("postgres://u:hunter2@localhost/regain\n", 0o600, StoreConfig::default());
        assert_eq!(faults, [""; 0]);
        assert!(matches!(store.location(), Location::Postgres(settings) if settings.connections == 16));
        assert!(!format!("{store:?} {}", store.location()).contains("hunter2"), "{store:?} {}", store.location());
        assert_eq!((store.audit_days(), store.file()), (0, None));
    }

    #[test]
    fn faults_name_the_key_and_never_the_url() {
        let with = |change: fn(&mut StoreConfig)| {
            let mut section = StoreConfig::default();
            change(&mut section);
            section
        };
        for (url, mode, section, fault) in [
            (
                "postgres://u:hunter2@localhost/regain",
                0o640,
                StoreConfig::default(),
                "store.url_file: others may read ",
            ),
            ("mysql://u:hunter2@host/regain", 0o600, StoreConfig::default(), "store.url_file: "),
            ("postgres://u:hunter2@ho st:x", 0o600, StoreConfig::default(), "store.url_file: "),
            ("postgres:///r", 0o600, with(|store| store.path = "regain.db".into()), "store.url_file: give either"),
            ("postgres:///r", 0o600, with(|store| store.connections = Some(1)), "store.connections: "),
            ("postgres:///r", 0o600, with(|store| store.audit_days = Some(9)), "store.audit_dir: is required"),
        ] {
            let (_, faults) = faults_of(url, mode, section);
            assert!(faults.len() == 1 && faults[0].starts_with(fault), "{faults:?}");
            assert!(!faults[0].contains("hunter2"), "{faults:?}");
        }
        let mut faults = Faults::default();
        with(|store| store.connections = Some(4)).check(Path::new("/etc"), &ServerConfig::default(), &mut faults);
        assert_eq!(faults.faults.len(), 1, "{faults}");
    }
}
