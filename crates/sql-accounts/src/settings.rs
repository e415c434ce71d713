//! `[directory.sql]`

use std::{
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
    str::FromStr as _,
};

use regain_password_hashes::Scheme;
use regain_protocol::Secret;
use serde::Deserialize;
use sqlx::{
    mysql::{MySqlConnectOptions, MySqlSslMode},
    postgres::{PgConnectOptions, PgSslMode},
    sqlite::SqliteConnectOptions,
};

use crate::template::{Dialect, Parameter, Template};

/// The key that the table has in the configuration.
pub(crate) const SECTION: &str = "directory.sql";

/// `[directory.sql]`: an application's own table of users.
///
/// A statement names its parameters: `:user_id`, `:id`, `:now`, and `:new_hash` and `:old_hash` where the password is
/// set. `:now` is the time, as seconds since 1970 unless PostgreSQL expects a time. All statements are prepared at the
/// start.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The database: `postgres://`, `mysql://` (MariaDB too) or `sqlite://`. With a password in it, better in `url_file`.
    /// A connection to another host is always encrypted and the host's certificate verified, whatever `sslmode` the URL
    /// has.
    pub url: Option<Secret<String>>,
    /// A file with the URL, instead of `url`.
    pub url_file: Option<PathBuf>,
    /// A file with the certificates, as PEM, of the authorities that the database's certificate may be signed by, beside
    /// the system's. Default: that of `server.ca_file`.
    pub ca_file: Option<PathBuf>,
    /// Reads the accounts of `:user_id`, in the columns `id`, `user_id` and `enabled`, and where there are such
    /// `display_name`, `locked`, `locked_until`, `notice_mail`, `alternate_mail`, `mobile`, `office`. Required.
    pub find: String,
    /// Reads the account of `:id`, in the same columns. Required.
    pub by_id: String,
    /// Reads the password's hash of `:id`: one column. Required.
    pub password: String,
    /// Sets the password of `:id` to `:new_hash` where it still is `:old_hash`. Required.
    pub set_password: String,
    /// Reads the groups of `:id`: one column, a row for each. Default: nobody is in a group.
    pub groups: Option<String>,
    /// Format of new hashes: `argon2id`, `bcrypt`, `bcrypt_2y`, `django_argon2`, `django_pbkdf2_sha256` or `better_auth`.
    /// Name the one that most rows of the table have: unknown user IDs take as long to refuse as such a hash. All known
    /// formats are verified. Required.
    pub hash: Option<Scheme>,
    /// Cost of new hashes by bcrypt, as a power of two, 10 to 16. Default 12.
    pub bcrypt_cost: u32,
    /// Clears a lockout of `:id` and the failures that led to it. Without it there is no flow `unlock`, and
    /// `set_password` has to clear what locks an account.
    pub unlock: Option<String>,
    /// Counts a failed sign-in of `:id`. Default: only Regain's own limits count failures.
    pub failed: Option<String>,
    /// Forgets the failures of `:id` after a sign-in. Default: nothing.
    pub succeeded: Option<String>,
    /// Ends the sessions of `:id`, in the transaction that sets its password. Default: nothing.
    pub end_sessions: Option<String>,
    /// Number of connections at a time, 1 to 100. Default 8.
    pub connections: u32,
    /// After how long a read, a write or getting a connection is given up, in milliseconds, 100 to 2500. Default 2000.
    pub timeout_ms: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: None,
            url_file: None,
            ca_file: None,
            find: String::new(),
            by_id: String::new(),
            password: String::new(),
            set_password: String::new(),
            groups: None,
            hash: None,
            bcrypt_cost: 12,
            unlock: None,
            failed: None,
            succeeded: None,
            end_sessions: None,
            connections: 8,
            timeout_ms: 2000,
        }
    }
}

/// A statement of the settings: its key, and the parameters that it must and may have.
pub(crate) struct StatementRule {
    /// The key below `directory.sql`.
    pub(crate) key: &'static str,
    pub(crate) needs: &'static [Parameter],
    allows: &'static [Parameter],
}

const fn rule(key: &'static str, needs: &'static [Parameter], allows: &'static [Parameter]) -> StatementRule {
    StatementRule { key, needs, allows }
}

const ID: &[Parameter] = &[Parameter::Id];
const NOW: &[Parameter] = &[Parameter::Now];

pub(crate) const FIND: StatementRule = rule("find", &[Parameter::UserId], NOW);
pub(crate) const BY_ID: StatementRule = rule("by_id", ID, NOW);
pub(crate) const PASSWORD: StatementRule = rule("password", ID, &[]);
pub(crate) const SET_PASSWORD: StatementRule =
    rule("set_password", &[Parameter::Id, Parameter::NewHash, Parameter::OldHash], NOW);
pub(crate) const GROUPS: StatementRule = rule("groups", ID, NOW);
pub(crate) const UNLOCK: StatementRule = rule("unlock", ID, NOW);
pub(crate) const FAILED: StatementRule = rule("failed", ID, NOW);
pub(crate) const SUCCEEDED: StatementRule = rule("succeeded", ID, NOW);
pub(crate) const END_SESSIONS: StatementRule = rule("end_sessions", ID, NOW);

impl StatementRule {
    /// Reads a statement by it.
    pub(crate) fn read(&self, text: &str, dialect: Dialect) -> Result<Template, String> {
        if text.trim().is_empty() {
            return Err("is required".into());
        }
        let template = Template::parse(text, dialect)?;
        if let Some(missing) = self.needs.iter().find(|needed| !template.names(**needed)) {
            return Err(format!("must have the parameter :{}", missing.name()));
        }
        let is_known = |parameter: &&Parameter| self.needs.contains(parameter) || self.allows.contains(parameter);
        match template.parameters.iter().find(|parameter| !is_known(parameter)) {
            Some(unknown) => Err(format!("cannot have the parameter :{}", unknown.name())),
            None => Ok(template),
        }
    }
}

/// The database that a URL names.
#[derive(Clone)]
pub(crate) enum Address {
    Postgres(Box<PgConnectOptions>),
    MySql(Box<MySqlConnectOptions>),
    Sqlite(Box<SqliteConnectOptions>),
}

impl Address {
    pub(crate) const fn dialect(&self) -> Dialect {
        match self {
            Self::Postgres(_) => Dialect::Postgres,
            Self::MySql(_) => Dialect::MySql,
            Self::Sqlite(_) => Dialect::Sqlite,
        }
    }
}

/// A fault of a key below `directory.sql`.
pub(crate) type Fault = (String, String);

fn fault(key: &str, text: impl Into<String>) -> Fault {
    (key.to_owned(), text.into())
}

impl Settings {
    /// Checks the settings, and makes paths in them absolute: they are relative to the configuration's folder. Returns
    /// each fault with its key below `directory.sql`. It connects nowhere.
    pub fn check(&mut self, base: &Path) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        for path in [&mut self.url_file, &mut self.ca_file].into_iter().flatten() {
            *path = base.join(&path);
        }
        if let Some(path) = &self.ca_file
            && let Err(error) = fs::read(path)
        {
            faults.push(fault("ca_file", format!("cannot read {}: {error}", path.display())));
        }
        match self.address(None) {
            Ok(Address::Sqlite(options)) if options.get_filename().is_relative() => {
                let path = base.join(options.get_filename());
                // Characters that would end a path in a URL.
                let path = path.display().to_string().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
                self.url = Some(format!("sqlite://{path}").into());
                self.url_file = None;
            }
            Ok(_) => {}
            Err(fault) => faults.push(fault),
        }
        let dialect = self.address(None).map_or(Dialect::Postgres, |address| address.dialect());
        faults.extend(self.texts().into_iter().filter_map(|(rule, text)| {
            let text = text?;
            rule.read(text, dialect).err().map(|text| fault(rule.key, text))
        }));
        if self.hash.is_none() {
            faults.push(fault("hash", "is required: the format that most rows of the table have"));
        }
        for (key, value, range) in [
            ("bcrypt_cost", self.bcrypt_cost, 10..=16),
            ("connections", self.connections, 1..=100),
            ("timeout_ms", self.timeout_ms, 100..=2500),
        ] {
            if !range.contains(&value) {
                faults.push(fault(key, format!("must be {} to {}", range.start(), range.end())));
            }
        }
        faults
    }

    /// The bytes of a password beyond which its hash reads no more, for comparison with `password.max_length`; `None`
    /// where there is no such end.
    pub fn max_password_bytes(&self) -> Option<usize> {
        self.hash.and_then(Scheme::max_bytes)
    }

    /// All statements, those that are not configured as `None`.
    pub(crate) fn texts(&self) -> [(&'static StatementRule, Option<&str>); 9] {
        [
            (&FIND, Some(&self.find)),
            (&BY_ID, Some(&self.by_id)),
            (&PASSWORD, Some(&self.password)),
            (&SET_PASSWORD, Some(&self.set_password)),
            (&GROUPS, self.groups.as_deref()),
            (&UNLOCK, self.unlock.as_deref()),
            (&FAILED, self.failed.as_deref()),
            (&SUCCEEDED, self.succeeded.as_deref()),
            (&END_SESSIONS, self.end_sessions.as_deref()),
        ]
    }

    /// The key that has the URL.
    pub(crate) fn url_key(&self) -> &'static str {
        if self.url_file.is_some() { "directory.sql.url_file" } else { "directory.sql.url" }
    }

    /// The database, with TLS as its host needs it. Without a file of authorities of its own, the server's counts.
    pub(crate) fn address(&self, server_ca_file: Option<&Path>) -> Result<Address, Fault> {
        let (key, url) = match (&self.url, &self.url_file) {
            (Some(url), None) => ("url", url.clone()),
            (None, Some(path)) => {
                let read = fs::read_to_string(path);
                let read =
                    read.map_err(|error| fault("url_file", format!("cannot read {}: {error}", path.display())))?;
                ("url_file", read.into())
            }
            (Some(_), Some(_)) => return Err(fault("url", "cannot be set together with url_file")),
            (None, None) => return Err(fault("url_file", "is required, or url")),
        };
        let url = url.expose().trim();
        // The errors of parsing may have parts of the URL, and so of a password.
        let not_a_url = || fault(key, "must be a URL: postgres://user:password@host/database, mysql://… or sqlite://…");
        let (scheme, _) = url.split_once(':').ok_or_else(not_a_url)?;
        let ca_file = self.ca_file.as_deref().or(server_ca_file);
        match scheme {
            "postgres" | "postgresql" => {
                let options = PgConnectOptions::from_str(url).map_err(|_| not_a_url())?;
                let is_near = options.get_socket().is_some()
                    || options.get_host().starts_with('/')
                    || is_loopback(options.get_host());
                let verifies = !is_near || self.ca_file.is_some() && options.get_socket().is_none();
                let options = options.ssl_mode(if verifies { PgSslMode::VerifyFull } else { PgSslMode::Prefer });
                let options = ca_file.into_iter().fold(options, PgConnectOptions::ssl_root_cert);
                Ok(Address::Postgres(Box::new(options.application_name("regain"))))
            }
            "mysql" | "mariadb" => {
                let url = url.replacen("mariadb:", "mysql:", 1);
                let options = MySqlConnectOptions::from_str(&url).map_err(|_| not_a_url())?;
                let is_near = options.get_socket().is_some() || is_loopback(options.get_host());
                let verifies = !is_near || self.ca_file.is_some() && options.get_socket().is_none();
                let options = options
                    .ssl_mode(if verifies { MySqlSslMode::VerifyIdentity } else { MySqlSslMode::Preferred })
                    // `||` means what it means to the application.
                    .pipes_as_concat(false);
                Ok(Address::MySql(Box::new(ca_file.into_iter().fold(options, MySqlConnectOptions::ssl_ca))))
            }
            "sqlite" => {
                let options = SqliteConnectOptions::from_str(url).map_err(|_| not_a_url())?;
                if options.get_filename().as_os_str().is_empty()
                    || url.contains(":memory:")
                    || url.contains("mode=memory")
                {
                    return Err(not_a_url());
                }
                Ok(Address::Sqlite(Box::new(options.create_if_missing(false).read_only(false))))
            }
            _ => Err(not_a_url()),
        }
    }
}

/// Tells if a host is this machine.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> Settings {
        Settings {
            url: Some(url.into()),
            find: "SELECT id, user_id, enabled FROM u WHERE user_id = :user_id".into(),
            by_id: "SELECT id, user_id, enabled FROM u WHERE id = :id".into(),
            password: "SELECT p FROM u WHERE id = :id".into(),
            set_password: "UPDATE u SET p = :new_hash WHERE id = :id AND p = :old_hash".into(),
            hash: Some(Scheme::Bcrypt),
            ..Settings::default()
        }
    }

    /// 4.4.5: whatever the URL says, a password goes to another host encrypted or not at all.
    #[test]
    fn t5_other_hosts_are_spoken_to_by_verified_tls_only() {
        let mode = |url: &str, ca_file: Option<&str>| {
            let settings = Settings { ca_file: ca_file.map(PathBuf::from), ..settings(url) };
            match settings.address(None) {
                Ok(Address::Postgres(options)) => format!("{:?}", options.get_ssl_mode()),
                Ok(Address::MySql(options)) => format!("{:?}", options.get_ssl_mode()),
                Ok(Address::Sqlite(_)) => "file".into(),
                Err((_, fault)) => fault,
            }
        };
        for url in ["postgres://r:p@db.example/app?sslmode=disable", "postgres:///app?host=10.0.0.5&sslmode=prefer"] {
            assert_eq!(mode(url, None), "VerifyFull", "{url}");
        }
        for url in ["mysql://r:p@db.example/app?ssl-mode=disabled", "mariadb://r@192.0.2.1/app"] {
            assert_eq!(mode(url, None), "VerifyIdentity", "{url}");
        }
        for url in ["postgres://r@localhost/app", "postgres://r@127.0.0.1/app", "postgres://%2Frun%2Fpostgresql/app"] {
            assert_eq!(mode(url, None), "Prefer", "{url}");
        }
        assert_eq!(mode("postgres://r@127.0.0.1/app", Some("ca.pem")), "VerifyFull");
        assert_eq!(mode("mysql://r@[::1]/app", None), "Preferred");
        assert_eq!(mode("mysql://r@localhost/app?socket=/run/mysqld/mysqld.sock", None), "Preferred");
        assert_eq!(mode("sqlite:///srv/app/db.sqlite3", None), "file");
    }

    #[test]
    fn faults_name_their_keys_and_no_secret() {
        let base = Path::new("/etc/regain");
        assert_eq!(settings("sqlite:///srv/app.db").check(base), []);
        for (settings, key, text) in [
            (Settings { url: None, ..settings("") }, "url_file", "is required, or url"),
            (settings("oracle://scott:tiger@db/x"), "url", "must be a URL"),
            (settings("postgres://r:tiger@db:port/x"), "url", "must be a URL"),
            (settings("sqlite::memory:"), "url", "must be a URL"),
            (
                Settings { url_file: Some("none".into()), url: None, ..settings("") },
                "url_file",
                "cannot read /etc/regain/none",
            ),
            (Settings { find: String::new(), ..settings("sqlite:///a") }, "find", "is required"),
            (
                Settings { find: "SELECT :id".into(), ..settings("sqlite:///a") },
                "find",
                "must have the parameter :user_id",
            ),
            (
                Settings {
                    set_password: "UPDATE u SET p = :new_hash WHERE id = :id".into(),
                    ..settings("sqlite:///a")
                },
                "set_password",
                "must have the parameter :old_hash",
            ),
            (
                Settings {
                    unlock: Some("UPDATE u SET p = :new_hash WHERE id = :id".into()),
                    ..settings("sqlite:///a")
                },
                "unlock",
                "cannot have the parameter :new_hash",
            ),
            (
                Settings { ca_file: Some("none".into()), ..settings("sqlite:///a") },
                "ca_file",
                "cannot read /etc/regain/none",
            ),
            (Settings { hash: None, ..settings("sqlite:///a") }, "hash", "is required"),
            (Settings { timeout_ms: 9000, ..settings("sqlite:///a") }, "timeout_ms", "must be 100 to 2500"),
        ] {
            let mut settings = settings;
            let faults = settings.check(base);
            let [(found, said)] = &faults[..] else { panic!("{key}: {faults:?}") };
            assert_eq!(found, key);
            assert!(said.contains(text) && !said.contains("tiger"), "{said}");
        }
        let mut relative = settings("sqlite://app%231.db?mode=rwc");
        assert_eq!(relative.check(base), []);
        assert_eq!(relative.url.clone().expect("set").expose(), "sqlite:///etc/regain/app%231.db");
        let Ok(Address::Sqlite(options)) = relative.address(None) else { panic!("{:?}", relative.url) };
        assert_eq!(options.get_filename(), Path::new("/etc/regain/app#1.db"));
    }
}
