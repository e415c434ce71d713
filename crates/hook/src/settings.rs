//! `[directory.hook]`

use std::path::{Path, PathBuf};

use regain_outgoing::{authorities, is_protected};
use serde::Deserialize;

use crate::SigningKey;

/// `[directory.hook]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address of the hook, `https` or on this machine; `/find`, `/sign-in` and so on are put behind it. Required.
    pub url: String,
    /// A file with the key that requests are signed with: `whsec_` and 24 to 64 random bytes in base64. Required.
    pub key_file: PathBuf,
    /// A file with the key that takes its place, while keys are changed: requests carry the signatures of both. Default:
    /// none.
    pub next_key_file: Option<PathBuf>,
    /// A file with the certificates of the authorities, as PEM, that alone may vouch for the hook. Default: those of
    /// all other connections.
    pub ca_file: Option<PathBuf>,
}

impl Settings {
    /// Checks them, and makes paths that are relative count from a folder. Each fault comes with its key below
    /// `directory.hook`.
    pub fn check(&mut self, base: &Path) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        self.url = self.url.trim_end_matches('/').to_owned();
        if !is_protected(&self.url) || self.url.contains(['?', '#']) {
            let text = "must be an https address, or http on a loopback address, without ? and #";
            faults.push(("url".to_owned(), text.to_owned()));
        }
        for (name, path) in [("key_file", Some(&mut self.key_file)), ("next_key_file", self.next_key_file.as_mut())] {
            let Some(path) = path else { continue };
            *path = base.join(&*path);
            faults.extend(SigningKey::load(path).err().map(|error| (name.to_owned(), error.to_string())));
        }
        if let Some(path) = &mut self.ca_file {
            *path = base.join(&*path);
            faults.extend(authorities(path).err().map(|error| ("ca_file".to_owned(), error.to_string())));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn settings(text: &str) -> Settings {
        toml::from_str(text).expect("reads")
    }

    #[test]
    fn paths_count_from_the_configurations_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("key"), KEY).expect("writes");
        let mut settings = settings("url = 'https://app.example.com/regain/'\nkey_file = 'key'");
        assert_eq!(settings.check(folder.path()), []);
        assert_eq!(settings.key_file, folder.path().join("key"));
        assert_eq!(settings.url, "https://app.example.com/regain");
    }

    #[test]
    fn each_fault_has_its_key() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("key"), "hunter2").expect("writes");
        for url in ["http://app.example.com/", "https://a:b@app.example.com", "https://app.example.com/?a", "app", ""] {
            let mut settings =
                settings(&format!("url = '{url}'\nkey_file = 'key'\nnext_key_file = 'none'\nca_file = 'key'"));
            let faults = settings.check(folder.path());
            let keys: Vec<_> = faults.iter().map(|(key, _)| key.as_str()).collect();
            assert_eq!(keys, ["url", "key_file", "next_key_file", "ca_file"], "{url}");
            assert!(faults.iter().all(|(_, fault)| !fault.contains("hunter2")), "{faults:?}");
        }
        assert!(toml::from_str::<Settings>("url = 'https://a.example'\nkey_file = 'k'\ntimeout = 3").is_err());
    }
}
