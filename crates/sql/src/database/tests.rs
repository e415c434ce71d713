//! Files of a database: who can read them, what is said where they cannot be had, and what they survive.

use std::fs;

use super::*;

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made/for/it/regain.db");
    let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;

    let database = Database::open(&path).await.expect("opens");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_file_name("regain.db-wal")), 0o600);
    database.close().await;

    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("widens");
    Database::open(&path).await.expect("opens");
    assert_eq!(mode(&path), 0o600, "a wider one is narrowed");
}

/// Only root can give files away, and only where there is another user in the namespace.
#[cfg(unix)]
#[tokio::test]
async fn what_root_makes_belongs_to_the_owner_of_the_folder() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let folder = tempfile::tempdir().expect("a folder");
    if chown(folder.path(), Some(65534), Some(65534)).is_err() {
        return;
    }
    let path = folder.path().join("regain.db");
    let database = Database::open(&path).await.expect("opens");
    for part in ["regain.db", "regain.db-wal", "regain.db-shm"] {
        let file = fs::metadata(path.with_file_name(part)).expect("is there");
        assert_eq!((file.uid(), file.gid()), (65534, 65534), "{part}");
    }
    database.close().await;
}

#[tokio::test]
async fn says_what_is_wrong_with_the_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "no database, but long enough to be taken for one: ".repeat(100)).expect("writes");

    let error = Database::open(&file.join("regain.db")).await.expect_err("a file is no folder");
    assert!(matches!(error, OpenError::File { .. }), "{error}");
    assert!(error.to_string().contains("Check that its folder exists"), "{error}");
    let error = Database::open(&file).await.expect_err("no database");
    assert!(error.to_string().contains("not a database"), "{error}");
}

#[tokio::test]
async fn commits_survive_a_power_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
    let pragma = async |name: &'static str| -> String {
        let value = database.write(name, |transaction, name| Box::pin(query_scalar(*name).fetch_one(transaction)));
        value.await.expect("answers")
    };
    assert_eq!(pragma("SELECT journal_mode FROM pragma_journal_mode").await, "wal");
    assert_eq!(pragma("SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous").await, "2", "FULL");
    // A read-only file system may have no folder for temporary files.
    assert_eq!(pragma("SELECT CAST(temp_store AS TEXT) FROM pragma_temp_store").await, "2", "MEMORY");
    assert_eq!(pragma("SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys").await, "1");
}
