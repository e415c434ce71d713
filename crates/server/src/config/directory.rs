//! `[directory]`.

use std::path::{Path, PathBuf};

use regain_protocol::Secret;
use serde::Deserialize;

use super::{Faults, address::is_protected, read_secret};

/// `[directory]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DirectoryConfig {
    /// Kind of directory: `embedded` (default), in the store's own file; `active_directory`; `ldap` for OpenLDAP and its kin;
    /// `sql` for an application's own table; `hook` for a program of the organisation's own.
    pub kind: DirectoryKind,
    /// The name under which registrations of its accounts are kept: another one where the same ids mean other accounts.
    /// Default: the kind.
    pub name: Option<String>,
    /// The address of the program where people are signed in: it is told, signed, to end an account's
    /// sessions when its password was reset.
    pub sessions_hook: Option<String>,
    /// A file that holds the key which those requests are signed with, at least 32 characters.
    pub sessions_key_file: Option<PathBuf>,
    /// Content of `sessions_key_file`.
    #[serde(skip)]
    pub sessions_key: Option<Secret<String>>,
    /// `[directory.ldap]`, for the kinds `active_directory` and `ldap`.
    #[cfg(feature = "ldap")]
    pub ldap: Option<regain_ldap::Settings>,
    /// `[directory.sql]`.
    #[cfg(feature = "sql-accounts")]
    pub sql: Option<regain_sql_accounts::Settings>,
    /// `[directory.hook]`.
    #[cfg(feature = "hook")]
    pub hook: Option<regain_hook::Settings>,
}

impl DirectoryConfig {
    pub(super) fn check(&mut self, base: &Path, faults: &mut Faults) {
        faults.require(
            self.name.as_deref().is_none_or(is_name),
            "directory.name",
            "must have 1 to 32 lower-case letters, digits, - and _, and not be embedded",
        );
        self.check_sessions(base, faults);
        #[cfg(feature = "ldap")]
        {
            let kind = match self.kind {
                DirectoryKind::ActiveDirectory => Some(regain_ldap::Kind::ActiveDirectory),
                DirectoryKind::Ldap => Some(regain_ldap::Kind::Ldap),
                _ => None,
            };
            check_adapter("ldap", kind, self.ldap.as_mut(), faults, |settings, kind| settings.check(kind, base));
        }
        #[cfg(feature = "sql-accounts")]
        {
            let kind = (self.kind == DirectoryKind::Sql).then_some(());
            check_adapter("sql", kind, self.sql.as_mut(), faults, |settings, ()| settings.check(base));
        }
        #[cfg(feature = "hook")]
        {
            let kind = (self.kind == DirectoryKind::Hook).then_some(());
            check_adapter("hook", kind, self.hook.as_mut(), faults, |settings, ()| settings.check(base));
        }
    }

    /// The name under which registrations are kept.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.kind.as_str())
    }

    fn check_sessions(&mut self, base: &Path, faults: &mut Faults) {
        let Some(url) = &self.sessions_hook else {
            let key = "directory.sessions_key_file";
            faults.require(self.sessions_key_file.is_none(), key, "is for directory.sessions_hook only");
            return;
        };
        faults.require(
            is_protected(url),
            "directory.sessions_hook",
            "must be an https address, or http on a loopback address",
        );
        let Some(path) = &mut self.sessions_key_file else {
            faults.add("directory.sessions_key_file", "give a file that holds the key to sign requests with");
            return;
        };
        let key = "directory.sessions_key_file";
        if let Some(secret) = read_secret(path, base, key, faults) {
            let secret = secret.expose().trim();
            faults.require(secret.len() >= 32, key, "the key must have at least 32 characters");
            self.sessions_key = Some(secret.into());
        }
    }
}

/// Kind of directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectoryKind {
    /// Accounts and Argon2id hashes in the store's own file.
    #[default]
    Embedded,
    /// Microsoft's or Samba's Active Directory.
    #[cfg(feature = "ldap")]
    ActiveDirectory,
    /// OpenLDAP and its kin.
    #[cfg(feature = "ldap")]
    Ldap,
    /// An application's own table of users.
    #[cfg(feature = "sql-accounts")]
    Sql,
    /// A program of the organisation's own.
    #[cfg(feature = "hook")]
    Hook,
}

impl DirectoryKind {
    /// Its text in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            #[cfg(feature = "ldap")]
            Self::ActiveDirectory => "active_directory",
            #[cfg(feature = "ldap")]
            Self::Ldap => "ldap",
            #[cfg(feature = "sql-accounts")]
            Self::Sql => "sql",
            #[cfg(feature = "hook")]
            Self::Hook => "hook",
        }
    }
}

/// Checks the section of an adapter, which must be there if the kind is its, and only then.
#[cfg(any(feature = "hook", feature = "ldap", feature = "sql-accounts"))]
fn check_adapter<S, K>(
    section: &str,
    kind: Option<K>,
    settings: Option<&mut S>,
    faults: &mut Faults,
    check: impl FnOnce(&mut S, K) -> Vec<(String, String)>,
) {
    let key = format!("directory.{section}");
    match (kind, settings) {
        (Some(kind), Some(settings)) => {
            for (name, fault) in check(settings, kind) {
                faults.add(&format!("{key}.{name}"), fault);
            }
        }
        // A section that was refused already is neither missing nor superfluous.
        (Some(_), None) if !faults.has(&key) => faults.add(&key, "give this section: directory.kind needs it"),
        (None, Some(_)) if !faults.has("directory.kind") => faults.add(&key, "is for another directory.kind"),
        (Some(_), None) | (None, Some(_) | None) => {}
    }
}

/// Tells if a text can name a directory: owners of registrations begin with it and a colon, and nothing else may look
/// like one.
fn is_name(name: &str) -> bool {
    let is_fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    (1..=32).contains(&name.len()) && name.chars().all(is_fine) && name != DirectoryKind::Embedded.as_str()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::Config;

    fn faults(directory: &str) -> String {
        let text = format!(
            "[server]\nkey = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"\n[organisation]\nname = \"Contoso\"
            [mail]\nhost = \"localhost\"\nfrom = \"help@example.com\"\n[directory]\n{directory}"
        );
        match Config::parse(&text, Path::new("/etc/regain")) {
            Ok(config) => config.directory.name().to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn registrations_are_kept_under_the_kind_or_a_name_of_its_own() {
        assert_eq!(faults(""), "embedded");
        assert_eq!(faults("name = \"staff-2\""), "staff-2");
        for name in ["", "embedded", "a:b", "Staff", "a b", &"a".repeat(33)] {
            assert!(faults(&format!("name = {name:?}")).contains("\ndirectory.name: "), "{name}");
        }
    }

    /// A key that is not there, or of another type, or missing, is one line, and so is a misspelt kind.
    #[test]
    fn a_typo_is_one_fault() {
        let hook = "url = \"https://example.com\"\nkey_file = \"key\"";
        for (text, fault) in [
            (
                format!("kind = \"hook\"\n[directory.hook]\n{hook}\ntimeuot = 1"),
                "directory.hook.timeuot: unknown field",
            ),
            (
                "kind = \"hook\"\n[directory.hook]\nurl = \"https://example.com\"".to_owned(),
                "directory.hook: missing field",
            ),
            ("kind = \"ldap\"\n[directory.ldap]\nurls = 7".to_owned(), "directory.ldap.urls: "),
            ("kind = \"sql\"\n[directory.sql]\nfnid = \"\"".to_owned(), "directory.sql.fnid: unknown field"),
            ("kind = \"sql\"\nsql = 7".to_owned(), "directory.sql: "),
            ("kind = \"sql\"\n[directory.sql]\nurl = 7".to_owned(), "directory.sql.url: must be a text"),
            (format!("kind = \"hok\"\n[directory.hook]\n{hook}"), "directory.kind: unknown variant"),
        ] {
            let said = faults(&text);
            let lines: Vec<_> = said.lines().skip(1).collect();
            assert!(lines.len() == 1 && lines[0].starts_with(fault), "{text}: {said}");
        }
    }

    #[test]
    fn a_kind_has_its_own_section_and_no_other() {
        for (text, key) in [
            ("kind = \"ldap\"", "directory.ldap: give this section"),
            ("kind = \"active_directory\"", "directory.ldap: give this section"),
            ("kind = \"sql\"", "directory.sql: give this section"),
            ("kind = \"hook\"", "directory.hook: give this section"),
            ("[directory.hook]\nurl = \"https://example.com\"\nkey_file = \"key\"", "directory.hook: is for another"),
            ("kind = \"hook\"\n[directory.hook]\nurl = 7\nkey_file = \"key\"", "directory.hook.url: must be a text"),
            ("kind = \"nonsense\"", "directory.kind: "),
        ] {
            assert!(faults(text).contains(&format!("\n{key}")), "{text}: {}", faults(text));
        }
        let ldap = "urls = [\"ldap://dc1.example.com\"]\nbind_dn = \"x\"\nbind_password_file = \"none\"\nbase = \"\"";
        let said = faults(&format!("kind = \"ldap\"\n[directory.ldap]\n{ldap}"));
        for key in ["urls", "bind_password_file", "base"] {
            assert!(said.contains(&format!("\ndirectory.ldap.{key}: ")), "{key}: {said}");
        }
    }
}
