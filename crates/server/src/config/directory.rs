//! `[directory]`.

use std::path::{Path, PathBuf};

use regain_protocol::Secret;
use serde::Deserialize;

use super::{Faults, address::is_protected, rebase};

/// `[directory]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DirectoryConfig {
    /// Kind of directory: `embedded` (default), in the store's own file.
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
}

impl DirectoryConfig {
    pub(super) fn check(&mut self, base: &Path, faults: &mut Faults) {
        faults.require(
            self.name.as_deref().is_none_or(is_name),
            "directory.name",
            "must have 1 to 32 lower-case letters, digits, - and _, and not be embedded",
        );
        self.check_sessions(base, faults);
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
        rebase(path, base);
        match std::fs::read_to_string(&path) {
            Ok(text) if text.trim().len() < 32 => {
                faults.add("directory.sessions_key_file", "the key must have at least 32 characters");
            }
            Ok(text) => self.sessions_key = Some(text.trim().into()),
            Err(error) => {
                faults.add("directory.sessions_key_file", format!("cannot read {}: {error}", path.display()));
            }
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
}

impl DirectoryKind {
    /// Its text in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
        }
    }
}

/// Tells if a text can name a directory: owners of registrations begin with it and a colon, and nothing else may look
/// like one.
fn is_name(name: &str) -> bool {
    let is_fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    (1..=32).contains(&name.len()) && name.chars().all(is_fine) && name != DirectoryKind::Embedded.as_str()
}
