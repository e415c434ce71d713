//! Faults of a configuration, and the checks that several sections make.

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Every key that is at fault, with the fault. Displays as a line for each.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Faults {
    pub(super) faults: Vec<String>,
    warnings: Vec<String>,
}

impl Faults {
    /// Notes one.
    pub fn add(&mut self, key: &str, message: impl fmt::Display) {
        self.faults.push(format!("{key}: {message}"));
    }

    /// Notes a warning: the file can be used, and may not do what its author wants.
    pub(super) fn warn(&mut self, key: &str, message: impl fmt::Display) {
        self.warnings.push(format!("{key}: {message}"));
    }

    /// The warnings, each beginning with its key.
    pub(super) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Tells if one was noted of a key, or below it.
    #[cfg(any(feature = "hook", feature = "ldap", feature = "sql-accounts"))]
    pub(super) fn has(&self, key: &str) -> bool {
        let is_of = |rest: &str| rest.starts_with(": ") || rest.starts_with(['.', '[']);
        self.faults.iter().any(|fault| fault.strip_prefix(key).is_some_and(is_of))
    }

    /// Notes one unless the condition holds.
    pub fn require(&mut self, holds: bool, key: &str, message: impl fmt::Display) {
        if !holds {
            self.add(key, message);
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.faults.join("\n"))
    }
}

/// Makes a relative path count from the folder of the configuration.
pub(super) fn rebase(path: &mut PathBuf, base: &Path) {
    if path.is_relative() {
        *path = base.join(&*path);
    }
}

/// The host of a web address.
pub(super) fn host_of(address: &str) -> Option<String> {
    Some(address.parse::<axum::http::Uri>().ok()?.host()?.to_owned())
}

/// Tells if a text can be a host's name.
pub(super) fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
        && host_of(&format!("http://{text}")).as_deref() == Some(text)
}

/// Tells if a host is this machine; an IPv6 address may be in brackets.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Tells if a text has the form of a mail address.
pub(crate) fn is_mail_address(text: &str) -> bool {
    regain_values::mail_address::MailAddress::parse(text).is_ok_and(|address| address.as_str() == text)
}
