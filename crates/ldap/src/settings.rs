//! The section `directory.ldap` of the configuration.

use std::{
    collections::BTreeMap,
    fs,
    net::IpAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use regain_protocol::Secret;
use regain_values::Countries;
use serde::Deserialize;
use url::{Host, Url};

use crate::tls;

/// The kind of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `active_directory`: Microsoft's or Samba's.
    ActiveDirectory,
    /// `ldap`: OpenLDAP and its kin.
    Ldap,
}

/// The keys of `[directory.ldap]`, for the kinds `active_directory` and `ldap`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Addresses of the servers, such as `ldaps://dc1.example.com`, in the order in which they are tried. Regain stays with
    /// one for as long as it answers. `ldap://` only with `start_tls`.
    pub urls: Vec<String>,
    /// Connections to `ldap://` addresses are encrypted by `StartTLS` before anything is said. Default: false.
    #[serde(default)]
    pub start_tls: bool,
    /// File with the certificate authorities that alone may vouch for the servers, as PEM. Default: those of
    /// `server.ca_file` and the system's.
    pub ca_file: Option<PathBuf>,
    /// The service account: a distinguished name, or for Active Directory also a user principal name.
    pub bind_dn: String,
    /// File with the service account's password, which nobody but the owner and the group of the file may read. It is read
    /// anew for each connection.
    pub bind_password_file: PathBuf,
    /// The distinguished name below which the people are.
    pub base: String,
    /// Attributes with user IDs. The first that a person has is how the ID is spelt. Default: `sAMAccountName` and
    /// `userPrincipalName` for Active Directory, otherwise `uid`.
    #[serde(default)]
    pub user_id: Vec<String>,
    /// `NetBIOS` name of the Active Directory domain: `DOMAIN\ada` is then taken as `ada`. Default: none.
    pub domain: Option<String>,
    /// Attribute with the alternate mail address, which people then cannot change here. Default: none.
    pub alternate_mail: Option<String>,
    /// Attribute with the mobile phone, which people then cannot change here. Default: none.
    pub mobile: Option<String>,
    /// Attribute with the office phone. Default: none.
    pub office: Option<String>,
    /// Attribute with the addresses that get confirmations and prove nothing; empty for none. Default: `mail`.
    pub notice_mail: Option<String>,
    /// Attribute with the person's name. Default: `displayName`, or else `cn`.
    pub display_name: Option<String>,
    /// Beginning of the numbers that are written without a country code, such as `+1`. Default: none, and such numbers are
    /// passed over.
    pub default_country: Option<String>,
    /// Names for groups, as other keys use them, and their distinguished names. In Active Directory the members of a group's
    /// groups count too. Default: none.
    #[serde(default)]
    pub groups: BTreeMap<String, String>,
    /// Distinguished names of groups, of accounts, and of folders of accounts that nothing is done for: they look as if they
    /// did not exist. Default: none. In Active Directory the protected accounts are always among them.
    #[serde(default)]
    pub never: Vec<String>,
    /// Milliseconds after which a connection or an answer is given up, 100 to 3000. Default: 2000.
    #[serde(default = "two_seconds")]
    pub timeout_ms: u64,
    /// The operation that sets a password (`ldap` only): `exop` (RFC 3062), or `modify` where the server hashes what is
    /// written (`ppolicy_hash_cleartext`). Default: `exop`.
    #[serde(default)]
    pub password_write: PasswordWrite,
    /// Distinguished name of the password policy of people who have none of their own (`ldap` only). Default: the only one
    /// that there is.
    pub password_policy: Option<String>,
    /// Unencrypted connections to loopback addresses, for tests. Default: false.
    #[serde(default)]
    pub unencrypted_loopback: bool,
}

/// The operation that sets a password in an LDAP server that is not Active Directory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordWrite {
    /// Password Modify of RFC 3062.
    #[default]
    Exop,
    /// Modify of `userPassword`. Of parallel changes one wins, and the server refuses accounts that an administrator locked
    /// meanwhile.
    Modify,
}

fn two_seconds() -> u64 {
    2000
}

impl Settings {
    /// Checks the section and completes it: paths are taken from the configuration's folder, and what is left out gets
    /// its default. The faults are by key, below `directory.ldap`.
    pub fn check(&mut self, kind: Kind, base: &Path) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        let mut fault = |key: &str, text: String| faults.push((key.to_owned(), text));
        if self.urls.is_empty() {
            fault("urls", "names no server".to_owned());
        }
        for url in &self.urls {
            if let Err(text) = self.server(url) {
                fault("urls", format!("{url:?} {text}"));
            }
        }
        for path in self.ca_file.iter_mut().chain([&mut self.bind_password_file]) {
            *path = base.join(&*path);
        }
        if let Some(Err(text)) = self.ca_file.as_deref().map(tls::roots) {
            fault("ca_file", text);
        }
        if let Err(text) = self.bind_password() {
            fault("bind_password_file", text);
        }
        if self.bind_dn.trim().is_empty() {
            fault("bind_dn", "must not be empty".to_owned());
        }
        let names = [("base", &self.base)].into_iter().chain(self.groups.values().map(|name| ("groups", name)));
        for (key, name) in names.chain(self.never.iter().map(|name| ("never", name))) {
            if !name.contains('=') {
                fault(key, format!("{name:?} is no distinguished name, such as OU=People,DC=example,DC=com"));
            }
        }
        if self.user_id.is_empty() {
            let defaults: &[&str] =
                if kind == Kind::Ldap { &["uid"] } else { &["sAMAccountName", "userPrincipalName"] };
            self.user_id = defaults.iter().map(|&name| name.to_owned()).collect();
        }
        let notice_mail = self.notice_mail.get_or_insert_with(|| "mail".to_owned());
        if notice_mail.is_empty() {
            self.notice_mail = None;
        }
        let single = [
            ("alternate_mail", &self.alternate_mail),
            ("mobile", &self.mobile),
            ("office", &self.office),
            ("notice_mail", &self.notice_mail),
            ("display_name", &self.display_name),
        ];
        let single = single.into_iter().filter_map(|(key, name)| Some((key, name.as_ref()?)));
        for (key, name) in single.chain(self.user_id.iter().map(|name| ("user_id", name))) {
            if !is_attribute(name) {
                fault(key, format!("{name:?} is no name of an attribute"));
            }
        }
        if let Some(country) = &self.default_country
            && Countries::parse([country]).is_err()
        {
            fault("default_country", format!("{country:?} must be the beginning of a number, such as +1"));
        }
        if !(100..=3000).contains(&self.timeout_ms) {
            fault("timeout_ms", "must be 100 to 3000".to_owned());
        }
        let is_for = match kind {
            Kind::ActiveDirectory => [
                ("password_write", self.password_write != PasswordWrite::Exop),
                ("password_policy", self.password_policy.is_some()),
            ],
            Kind::Ldap => [("domain", self.domain.is_some()), ("", false)],
        };
        for (key, _) in is_for.into_iter().filter(|(_, is_set)| *is_set) {
            let other = if kind == Kind::Ldap { "active_directory" } else { "ldap" };
            fault(key, format!("is for directory.kind = \"{other}\" only"));
        }
        faults
    }

    /// The servers, in order.
    pub(crate) fn servers(&self) -> Result<Vec<Server>, String> {
        self.urls.iter().map(|url| self.server(url).map_err(|text| format!("{url:?} {text}"))).collect()
    }

    fn server(&self, text: &str) -> Result<Server, String> {
        let url = Url::parse(text).map_err(|error| format!("is no address: {error}"))?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("names no host")?.to_owned();
        if matches!(url.host(), Some(Host::Ipv6(_))) || host.starts_with('[') {
            return Err("must name the host, or its IPv4 address".to_owned());
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || !url.username().is_empty() {
            return Err("must be a scheme, a host and a port".to_owned());
        }
        let is_loopback = host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let (standard, start_tls) = match url.scheme() {
            "ldaps" => (636, false),
            "ldap" if self.start_tls => (389, true),
            "ldap" if self.unencrypted_loopback && is_loopback => (389, false),
            "ldap" => return Err("is unencrypted: use ldaps://, or set start_tls".to_owned()),
            _ => return Err("must begin with ldaps:// or ldap://".to_owned()),
        };
        let port = url.port().unwrap_or(standard);
        if matches!(port, 3268 | 3269) {
            return Err("is a global catalogue, where nothing can be changed: leave out the port".to_owned());
        }
        Ok(Server { url, host, port, start_tls })
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// The service account's password: the file's text without the line break at its end.
    pub(crate) fn bind_password(&self) -> Result<Secret<String>, String> {
        let path = &self.bind_password_file;
        let cannot = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
        if fs::metadata(path).map_err(cannot)?.permissions().mode() & 0o007 != 0 {
            return Err(format!("others may read {0}: chmod o= {0}", path.display()));
        }
        let text = Secret::new(fs::read_to_string(path).map_err(cannot)?);
        let password = Secret::from(text.expose().trim_end_matches(['\r', '\n']));
        // A bind with an empty password is nobody's, and succeeds.
        if password.expose().is_empty() { Err(format!("{} is empty", path.display())) } else { Ok(password) }
    }
}

/// A server of the directory.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) url: Url,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) start_tls: bool,
}

/// Tells if a text can name an attribute (RFC 4512, 1.4: a descriptor, or numbers with dots).
fn is_attribute(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(folder: &Path, further: &str) -> Settings {
        let password = folder.join("password");
        fs::write(&password, "secret\n").expect("writes");
        fs::set_permissions(&password, fs::Permissions::from_mode(0o640)).expect("sets");
        let text = format!(
            "bind_dn = 'cn=regain'\nbind_password_file = 'password'\nbase = 'dc=example'\n{further}\n{}",
            if further.contains("urls") { "" } else { "urls = ['ldaps://ldap.example.com']" }
        );
        toml::from_str(&text).expect("reads")
    }

    fn faults(kind: Kind, further: &str) -> Vec<(String, String)> {
        let folder = tempfile::tempdir().expect("a folder");
        settings(folder.path(), further).check(kind, folder.path())
    }

    #[test]
    fn what_is_left_out_has_a_default_by_kind() {
        let folder = tempfile::tempdir().expect("a folder");
        for (kind, user_id) in
            [(Kind::Ldap, &["uid"][..]), (Kind::ActiveDirectory, &["sAMAccountName", "userPrincipalName"])]
        {
            let mut settings = settings(folder.path(), "");
            assert_eq!(settings.check(kind, folder.path()), []);
            assert_eq!(settings.user_id, user_id);
            assert_eq!(settings.notice_mail.as_deref(), Some("mail"));
            assert_eq!(settings.bind_password().expect("reads").expose(), "secret");
        }
    }

    #[test]
    fn t5_no_address_is_unencrypted() {
        for (further, key) in [
            ("urls = ['ldap://ldap.example.com']", "urls"),
            ("urls = ['ldap://ldap.example.com']\nunencrypted_loopback = true", "urls"),
            ("urls = ['ldapi:///']", "urls"),
            ("urls = ['http://ldap.example.com']", "urls"),
            ("urls = ['ldaps://']", "urls"),
            ("urls = ['ldaps://dc1.example.com:3269']", "urls"),
            ("urls = ['ldaps://[::1]']", "urls"),
            ("urls = []", "urls"),
        ] {
            let faults = faults(Kind::Ldap, further);
            assert!(faults.len() == 1 && faults[0].0 == key, "{further}: {faults:?}");
        }
        for further in [
            "urls = ['ldap://ldap.example.com']\nstart_tls = true",
            "urls = ['ldap://127.0.0.1:3890']\nunencrypted_loopback = true",
            "urls = ['ldaps://a.example.com:6360', 'ldaps://b.example.com/']",
        ] {
            assert_eq!(faults(Kind::Ldap, further), [], "{further}");
        }
    }

    #[test]
    fn faults_name_their_key() {
        for (kind, further, key) in [
            (Kind::Ldap, "domain = 'EXAMPLE'", "domain"),
            (Kind::ActiveDirectory, "password_write = 'modify'", "password_write"),
            (Kind::ActiveDirectory, "password_policy = 'cn=default'", "password_policy"),
            (Kind::Ldap, "user_id = ['uid)(']", "user_id"),
            (Kind::Ldap, "mobile = 'mobile phone'", "mobile"),
            (Kind::Ldap, "default_country = 'US'", "default_country"),
            (Kind::Ldap, "timeout_ms = 60000", "timeout_ms"),
            (Kind::Ldap, "never = ['root']", "never"),
            (Kind::Ldap, "groups = { admins = 'admins' }", "groups"),
            (Kind::Ldap, "ca_file = 'none.pem'", "ca_file"),
            (Kind::Ldap, "ca_file = 'password'", "ca_file"),
        ] {
            let faults = faults(kind, further);
            assert!(faults.len() == 1 && faults[0].0 == key, "{further}: {faults:?}");
        }
    }

    #[test]
    fn the_password_is_for_its_owner_and_not_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = settings(folder.path(), "");
        let path = folder.path().join("password");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("sets");
        let faults = settings.check(Kind::Ldap, folder.path());
        assert!(faults[0].0 == "bind_password_file" && faults[0].1.contains("chmod o="), "{faults:?}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("sets");
        fs::write(&path, "\n").expect("writes");
        assert!(settings.bind_password().expect_err("is empty").contains("is empty"));
        fs::remove_file(&path).expect("removes");
        assert!(settings.bind_password().expect_err("is missing").contains("cannot read"));
    }
}
