//! The file: its mode, and connections to it.

use std::{fs, io, path::Path, time::Duration};

use rusqlite::{OpenFlags, config::DbConfig};

use crate::{DatabaseResult, connection::Connection};

/// The time for which another process (a backup, `sqlite3` in a terminal) may hold the file before we give up.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The size that the log of writes (`-wal`) is cut to once all of it is in the file, in bytes. It grows beyond that while a
/// reader or a long write keeps it from being folded in.
pub(crate) const WAL_LIMIT: &str = "16777216";

/// The pages in the log of writes at which it is folded in. A page that was written many times until then is folded in once.
pub(crate) const FOLDED_IN_AT: u32 = 4000;

/// The same while much is forgotten, which writes to pages all over the file: a change waits while the log is folded in.
pub(crate) const FOLDED_IN_OFTEN_AT: u32 = 500;

/// The memory in which the connection that writes keeps pages, in kilobytes: a change finds those that it needs there. One that
/// reads drops its pages whenever somebody has written.
const KEPT_TO_WRITE: i64 = 4 * 1024;
const KEPT_TO_READ: i64 = 512;

/// A connection's rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Reads and writes, in a file whose schema is this version's.
    Whole,
    /// Reads alone, in a file of any version.
    Reading,
}

/// Opens a connection to a file that is there.
pub(crate) fn open(path: &Path, access: Access) -> DatabaseResult<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // A statement would otherwise be planned anew for each value that a partial index might be good for.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "cache_size", -KEPT_TO_READ)?;
    match access {
        Access::Whole => {
            connection.pragma_update(None, "journal_mode", "wal")?;
            connection.pragma_update(None, "journal_size_limit", WAL_LIMIT)?;
            connection.pragma_update(None, "wal_autocheckpoint", FOLDED_IN_AT)?;
            // NORMAL may lose the last commits when the power fails, and with them that a code was
            // used or a mail sent: it could then be used or sent twice. FULL costs one fsync a commit.
            connection.pragma_update(None, "synchronous", "full")?;
            connection.pragma_update(None, "foreign_keys", true)?;
            // A statement's own journal is in a temporary file otherwise, for which an image without a writable folder has no
            // place: a change then fails as if the disk were ill.
            connection.pragma_update(None, "temp_store", "memory")?;
        }
        // SQLite's own read-only mode would leave files beside the database: it may not fold them in.
        Access::Reading => connection.pragma_update(None, "query_only", true)?,
    }
    Ok(Connection::sqlite(connection))
}

/// Opens the connection that writes.
pub(crate) fn open_to_write(path: &Path) -> DatabaseResult<Connection> {
    let connection = open(path, Access::Whole)?;
    if let Connection::Sqlite(sqlite) = &connection {
        sqlite.pragma_update(None, "cache_size", -KEPT_TO_WRITE)?;
    }
    Ok(connection)
}

/// Makes the file with mode 0600 where there is none, and narrows one that is wider: SQLite gives the
/// files beside it (`-wal`, `-shm`) the same mode.
///
/// A file that is there is not opened: closing it would drop the locks that SQLite has on it in the same process.
pub(crate) fn prepare_file(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    match private_file(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => narrow(path),
        made => made.map(drop),
    }
}

/// Makes a file that is not there yet, readable by its owner only. One that root makes belongs to the owner of its folder: an
/// administrator's command leaves nothing that the server's own user cannot open.
pub fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (folder, made) = (fs::metadata(folder)?, file.metadata()?);
        // By the open file: its name may be another file's by now, in a folder that is somebody else's.
        if made.uid() == 0 && folder.uid() != 0 {
            fchown(&file, Some(folder.uid()), Some(folder.gid()))?;
        }
    }
    Ok(file)
}

/// The file that a path names, whatever it is called; `None` where there is none.
pub(crate) fn file_identity(path: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
    }
    #[cfg(not(unix))]
    fs::metadata(path).ok().map(|_| (0, 0))
}

/// Takes a file from everybody but its owner.
fn narrow(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_planned_once_whatever_its_values() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("regain.db");
        prepare_file(&path).expect("is made");
        let Connection::Sqlite(sqlite) = open(&path, Access::Whole).expect("opens") else {
            unreachable!("it is a file")
        };
        sqlite
            .execute_batch("CREATE TABLE t (a TEXT, b TEXT); CREATE INDEX i ON t (b) WHERE a = 'x'")
            .expect("is made");
        let mut statement = sqlite.prepare("SELECT b FROM t WHERE a = ?1").expect("prepares");
        for value in ["x", "y", "x"] {
            assert!(!statement.exists([value]).expect("answers"));
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
