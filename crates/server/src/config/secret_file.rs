//! Files that hold a secret.

#[cfg(unix)]
use std::os::unix::fs::PermissionsExt as _;
use std::{
    fs,
    path::{Path, PathBuf},
};

use regain_protocol::Secret;

use super::{Faults, rebase};

/// Mode bits of those who are neither the owner nor in the group.
#[cfg(unix)]
const OTHERS: u32 = 0o007;

/// Reads the file that a key names, without the line break at its end; a relative path counts from `base`. Notes a file
/// that cannot be read as a fault of the key, and one that every user of this machine can read as a warning.
pub(super) fn read_secret(path: &mut PathBuf, base: &Path, key: &str, faults: &mut Faults) -> Option<Secret<String>> {
    rebase(path, base);
    warn_if_open(path, key, faults);
    match fs::read_to_string(&path) {
        Ok(text) => Some(text.trim_end_matches(['\r', '\n']).into()),
        Err(error) => {
            faults.add(key, format!("cannot read {}: {error}", path.display()));
            None
        }
    }
}

/// Notes a file that every user of this machine can read or write.
pub(super) fn warn_if_open(path: &Path, key: &str, faults: &mut Faults) {
    if is_open(path) {
        faults.warn(key, format!("every user of this machine can read {0}: chmod o= {0}", path.display()));
    }
}

#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & OTHERS != 0)
}

/// A browser, in which the playground runs the server, has no files.
#[cfg(not(unix))]
const fn is_open(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c1_a_secret_that_everybody_can_read_is_warned_of() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        fs::write(&path, "hunter2\r\n").expect("writes");
        for (mode, warnings) in [(0o600, 0), (0o640, 0), (0o644, 1), (0o602, 1)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("sets");
            let mut faults = Faults::default();
            let secret = read_secret(&mut "secret".into(), folder.path(), "mail.password_file", &mut faults);
            assert_eq!(secret.expect("reads").expose(), "hunter2");
            assert_eq!(faults.warnings().len(), warnings, "{mode:o}");
            assert!(faults.warnings().iter().all(|warning| warning.starts_with("mail.password_file: every user")));
            assert_eq!(faults.to_string(), "");
        }
    }
}
