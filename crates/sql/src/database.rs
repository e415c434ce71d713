//! The SQLite file that the store and the embedded directory share, and everything that only SQLite
//! needs: pragmas, file modes, how a writing transaction begins. The SQL of the two adapters is
//! plain, so that on PostgreSQL only this file is different.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use sqlx::{
    ConnectOptions as _, SqlitePool,
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::transaction::WriteTransaction;

/// Readers never wait for the writer in WAL mode; more than this gains nothing on one file.
const READERS: u32 = 4;

/// The time for which another process (a backup, `sqlite3` in a terminal) may hold the file before we give up.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The time that a request waits for a connection before it is answered with 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// The time that closing waits for connections that are still in use.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The size that the log of writes (`-wal`) is cut to once all of it is in the file, in bytes. It grows beyond that while a
/// reader or a long write keeps it from being folded in.
const WAL_LIMIT: &str = "16777216";

/// The bytes that readiness writes: about as much as a request that begins a flow.
const READINESS_BYTES: i64 = 16 * 1024;

/// An open database file; cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    readers: SqlitePool,
    /// One connection: SQLite has one writer at a time, and queueing here is fair and needs no polling.
    writer: SqlitePool,
}

/// Why a database file could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or the file cannot be made or written.
    #[error("cannot write the database file {path}: {source}. Check that its folder exists and may be written")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// There is no such file.
    #[error("there is no database {0}: check store.path, and whether the server has run with it")]
    Missing(PathBuf),
    /// A backup took its place while it was opened.
    #[error("the database {0} was replaced while it was being opened: start again")]
    Replaced(PathBuf),
    /// The file is there but is no database, or SQLite refuses it.
    #[error("cannot open the database {path}: {source}")]
    Open {
        /// The file.
        path: PathBuf,
        /// SQLite's error.
        source: sqlx::Error,
    },
    /// The schema could not be brought up to date, for instance because a newer version made it.
    #[error("cannot bring the database {path} up to date: {source}")]
    Migrate {
        /// The file.
        path: PathBuf,
        /// The fault.
        source: sqlx::migrate::MigrateError,
    },
}

impl Database {
    /// Opens a database file, makes it (readable by its owner only) where there is none, and brings
    /// its schema up to date.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        prepare_file(path).map_err(|source| OpenError::File { path: path.to_owned(), source })?;
        let open_error = |source| OpenError::Open { path: path.to_owned(), source };
        let identity = file_identity(path);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            // For new files; one of a former version gets it with its first `compact`.
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            .pragma("journal_size_limit", WAL_LIMIT)
            // NORMAL may lose the last commits when the power fails, and with them that a code was
            // used or a mail sent: it could then be used or sent twice. FULL costs one fsync a commit.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        let pool = |connections| SqlitePoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT);
        let writer = pool(1).connect_with(options.clone()).await.map_err(open_error)?;
        crate::migrations::migrator()
            .run(&writer)
            .await
            .map_err(|source| OpenError::Migrate { path: path.to_owned(), source })?;
        let readers = pool(READERS).connect_with(options).await.map_err(open_error)?;
        let database = Self { readers, writer };
        if file_identity(path) != identity {
            database.close().await;
            return Err(OpenError::Replaced(path.to_owned()));
        }
        Ok(database)
    }

    /// Tells if there are people or lines in the audit log.
    pub async fn has_something(&self) -> sqlx::Result<bool> {
        has_something(&self.readers).await
    }

    /// Writes the file anew, without the room of what was removed. Other writes wait meanwhile. A file of a former
    /// version gives that room back by itself from then on.
    pub async fn compact(&self) -> sqlx::Result<()> {
        let mut connection = self.writer.acquire().await?;
        sqlx::query("PRAGMA auto_vacuum = incremental").execute(&mut *connection).await?;
        sqlx::query("VACUUM").execute(&mut *connection).await?;
        Ok(())
    }

    /// The pool for reading outside a transaction.
    pub(super) fn reader(&self) -> &SqlitePool {
        &self.readers
    }

    /// A transaction that sees everything committed before it and that nobody else writes beside.
    /// On PostgreSQL this would be a serialisable one, begun again on a serialisation failure.
    pub(super) async fn begin_write(&self) -> sqlx::Result<WriteTransaction> {
        WriteTransaction::begin(&self.writer).await
    }

    /// Checks that the file can be read.
    pub(super) async fn check_read(&self) -> sqlx::Result<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await.map(drop)
    }

    /// Checks that the file takes a write and keeps it, as requests need it to.
    pub(super) async fn check_write(&self) -> sqlx::Result<()> {
        let mut transaction = self.begin_write().await?;
        // Random, because SQLite does not write what is there already.
        sqlx::query("UPDATE readiness SET written = randomblob($1) WHERE id = 1")
            .bind(READINESS_BYTES)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// Closes the file, whole: what was committed is in it, and nothing is left beside it unless another process has it
    /// open. Whoever still uses it gets errors.
    pub async fn close(&self) {
        // The last connection that is closed folds the log of writes in and removes it. Pools close theirs one after
        // the other, and wait for those that are in use.
        let closed = async {
            self.readers.close().await;
            self.writer.close().await;
        };
        if tokio::time::timeout(CLOSE_TIMEOUT, closed).await.is_err() {
            tracing::warn!("the database is still in use; its log of writes is folded in when it is opened next");
        }
    }
}

/// Makes the file with mode 0600 where there is none, and narrows one that is wider: SQLite gives the
/// files beside it (`-wal`, `-shm`) the same mode.
///
/// A file that is there is not opened: closing it would drop the locks that SQLite has on it in the same process.
fn prepare_file(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    match private_file(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => narrow(path),
        made => made.map(drop),
    }
}

/// Makes a file that is not there yet, readable by its owner only.
pub(super) fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The file that a path names, whatever it is called; `None` where there is none.
fn file_identity(path: &Path) -> Option<(u64, u64)> {
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

/// A time as the database keeps it. What is finer than a millisecond is dropped.
pub(super) fn to_millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A time from the database.
pub(super) fn from_millis(millis: i64) -> sqlx::Result<Timestamp> {
    Timestamp::from_millisecond(millis).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Tells if there are people or lines in the audit log.
pub(super) async fn has_something(pool: &SqlitePool) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts WHERE id <> 'NOBODY') OR EXISTS (SELECT 1 FROM audit)")
        .fetch_one(pool)
        .await
}

#[cfg(test)]
mod tests {
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
            let value = sqlx::query_scalar::<_, String>(name).fetch_one(&database.writer);
            value.await.expect("answers")
        };
        assert_eq!(pragma("SELECT journal_mode FROM pragma_journal_mode").await, "wal");
        assert_eq!(pragma("SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous").await, "2", "FULL");
        assert_eq!(pragma("SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys").await, "1");
    }
}
