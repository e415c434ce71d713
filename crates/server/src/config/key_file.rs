//! The file that the server key is in, made at the first start.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use regain_sql::private_file;

use crate::{
    keys::MIN_KEY_BYTES,
    ports::{OsRng, Rng as _},
};

/// Reads the file, which is made when it is missing.
pub(super) fn read_or_make(path: &Path) -> io::Result<String> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
        other => other,
    }
}

/// Makes a key and its file. The file appears whole or not at all, and servers that start together end with the same key:
/// who holds the lock looks once more. Neither takes a hard link, which not every file system has.
fn make(path: &Path) -> io::Result<String> {
    let lock_path = beside(path, "lock");
    let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&lock_path)?;
    lock.lock()?;
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => return other,
    }
    let mut bytes = [0; MIN_KEY_BYTES];
    OsRng.fill(&mut bytes);
    let text = STANDARD.encode(bytes);
    let new = beside(path, "new");
    // Left by a process that died.
    let _ = std::fs::remove_file(&new);
    let mut file = private_file(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    // A process that waits for the lock of a file that is gone finds the key.
    std::fs::remove_file(&lock_path)?;
    Ok(text)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// Advice for whoever has a file that cannot be used.
pub(super) fn advice(error: &io::Error) -> &'static str {
    use io::ErrorKind::{IsADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem, StorageFull, Unsupported};
    match error.kind() {
        NotFound => "Make its folder, one that this user may write to, or give another path.",
        PermissionDenied | ReadOnlyFilesystem => "Give a path in a folder that this user may write to.",
        IsADirectory => "This is a folder: give the path of a file in it.",
        StorageFull => "Make room on its disk.",
        Unsupported => "Its file system cannot lock files: make the key yourself (`openssl rand -base64 32`).",
        _ => "Look whether the disk is well, or give another path.",
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a8_servers_that_start_together_end_with_one_key_and_leave_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        let starts: Vec<_> = (0..16)
            .map(|_| {
                let path = path.clone();
                thread::spawn(move || read_or_make(&path).expect("a key"))
            })
            .collect();
        let keys: Vec<_> = starts.into_iter().map(|start| start.join().expect("ends")).collect();
        assert!(keys.iter().all(|key| *key == keys[0] && key.len() == 44));
        assert_eq!(std::fs::read_dir(folder.path()).expect("reads").count(), 1);
    }

    #[test]
    fn a8_the_advice_is_about_what_is_wrong() {
        for (kind, word) in [
            (io::ErrorKind::NotFound, "Make its folder"),
            (io::ErrorKind::PermissionDenied, "may write to"),
            (io::ErrorKind::StorageFull, "room"),
            (io::ErrorKind::Unsupported, "openssl"),
            (io::ErrorKind::InvalidData, "disk"),
        ] {
            assert!(advice(&kind.into()).contains(word), "{kind}");
        }
    }
}
