//! `[password.breached]`

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use super::{Faults, address::is_protected, rebase};

/// The public service, as its documentation says.
const HAVE_I_BEEN_PWNED: &str = "https://api.pwnedpasswords.com/range/";

/// `[password.breached]`: whether a new password may be one that occurs in a breach.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreachedConfig {
    /// `off` (default): not looked up. `file`: in a list on this machine. `http`: at a service that speaks
    /// the range API of Have I Been Pwned, which is told five of the forty digits of a hash.
    pub kind: BreachedKind,
    /// With `file`: the list of SHA-1 hashes in their order, or the folder of range files, as the downloader
    /// of Have I Been Pwned writes them.
    pub path: PathBuf,
    /// With `http`: the address that a range's five digits are put behind. Default: Have I Been Pwned's.
    pub url: String,
    /// With `http`: how long the service may take to be reached, and then to answer, in milliseconds.
    /// Default 2000.
    pub timeout_ms: u32,
    /// Number of sightings from which a password is refused. Default 1: NIST SP 800-63B-4 has passwords refused that
    /// occur in breaches at all.
    pub min_count: u32,
    /// Treatment of a password that cannot be looked up: `accept` (default) or `refuse`, which means that nobody can
    /// choose one until it can be.
    pub on_failure: OnFailure,
}

/// Source of breached passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreachedKind {
    /// Nowhere.
    #[default]
    Off,
    /// In files on this machine.
    File,
    /// At a service.
    Http,
}

/// Treatment of a password that cannot be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// It is taken, and the log says so.
    #[default]
    Accept,
    /// Nobody can choose a password: 503, to be tried again.
    Refuse,
}

impl Default for BreachedConfig {
    fn default() -> Self {
        Self {
            kind: BreachedKind::Off,
            path: PathBuf::new(),
            url: String::new(),
            timeout_ms: 2000,
            min_count: 1,
            on_failure: OnFailure::Accept,
        }
    }
}

impl BreachedConfig {
    pub(super) fn check(&mut self, base: &Path, faults: &mut Faults) {
        let (is_file, is_http) = (self.kind == BreachedKind::File, self.kind == BreachedKind::Http);
        let has_path = !self.path.as_os_str().is_empty();
        faults.require(is_file || !has_path, "password.breached.path", "is for kind = \"file\" only");
        faults.require(is_http || self.url.is_empty(), "password.breached.url", "is for kind = \"http\" only");
        faults.require(self.min_count > 0, "password.breached.min_count", "must be at least 1");
        faults.require(
            (100..=10_000).contains(&self.timeout_ms),
            "password.breached.timeout_ms",
            "must be 100 to 10000: a person waits meanwhile",
        );
        if is_file {
            faults.require(has_path, "password.breached.path", "give the list, or the folder of its ranges");
            rebase(&mut self.path, base);
        }
        if is_http {
            if self.url.is_empty() {
                HAVE_I_BEEN_PWNED.clone_into(&mut self.url);
            }
            faults.require(
                is_protected(&self.url) && self.url.ends_with('/'),
                "password.breached.url",
                "must be an https address that ends in a slash",
            );
        }
    }

    /// Time that the service may take to be reached, and then to answer.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (BreachedConfig, String) {
        let mut config: BreachedConfig = toml::from_str(text).expect("reads");
        let mut faults = Faults::default();
        config.check(Path::new("/etc/regain"), &mut faults);
        (config, faults.to_string())
    }

    #[test]
    fn nothing_is_asked_of_anybody_by_default() {
        let (config, faults) = read("");
        assert_eq!((config.kind, faults.as_str()), (BreachedKind::Off, ""));
        assert_eq!((config.min_count, config.on_failure), (1, OnFailure::Accept));
    }

    #[test]
    fn a_service_and_a_file_have_what_they_need() {
        let (config, faults) = read("kind = \"http\"");
        assert_eq!((config.url.as_str(), faults.as_str()), (HAVE_I_BEEN_PWNED, ""));
        assert_eq!(read("kind = \"http\"\nurl = \"http://127.0.0.1:9/range/\"").1, "");
        let (config, faults) = read("kind = \"file\"\npath = \"pwned.txt\"");
        assert_eq!((config.path.as_path(), faults.as_str()), (Path::new("/etc/regain/pwned.txt"), ""));
    }

    #[test]
    fn every_fault_is_named_by_its_key() {
        for (text, key) in [
            ("kind = \"file\"", "path"),
            ("path = \"x\"", "path"),
            ("kind = \"file\"\npath = \"x\"\nurl = \"https://example.com/\"", "url"),
            ("kind = \"http\"\nurl = \"http://example.com/range/\"", "url"),
            ("kind = \"http\"\nurl = \"https://example.com/range\"", "url"),
            ("min_count = 0", "min_count"),
            ("timeout_ms = 1", "timeout_ms"),
        ] {
            let faults = read(text).1;
            assert!(faults.starts_with(&format!("password.breached.{key}: ")), "{text}: {faults}");
        }
    }
}
