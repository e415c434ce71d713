//! Backups: whole copies of a database, made while a server is at work on it, and their way back.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use regain_keys::Keys;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{
    DatabaseError, DatabaseReader, OpenError,
    migrations::latest,
    reader::Content,
    sqlite::{BUSY_TIMEOUT, private_file},
};

/// The time that is waited for somebody else who has a file that is nobody else's.
const AT_ONCE: Duration = Duration::from_millis(200);

/// Why a backup was not made or not restored. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is a file of that name.
    #[error("{0} is there already: give another name")]
    Exists(PathBuf),
    /// A file cannot be read or written.
    #[error("cannot use {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// `SQLite` cannot copy.
    #[error("cannot copy the database to {path}: {source}")]
    Copy {
        /// The copy.
        path: PathBuf,
        /// SQLite's error.
        source: DatabaseError,
    },
    /// It is no whole database of Regain.
    #[error("{path} is no whole database of Regain: {fault}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The fault.
        fault: String,
    },
    /// A newer version made it.
    #[error("{0} was made by a newer version of Regain: restore it with that one")]
    Newer(PathBuf),
    /// Another server key belongs to it.
    #[error(
        "{0} was made with another server key: configure that one, or list its file in server.former_key_files, and \
         restore again"
    )]
    AnotherKey(PathBuf),
    /// A server has the database open.
    #[error("{0} is in use: stop the server, and whatever else has it open, and restore again")]
    InUse(PathBuf),
    /// There is something in the database that would be replaced.
    #[error("{0} is not empty. `restore --replace` puts the backup in its place, and keeps the replaced one beside it")]
    NotEmpty(PathBuf),
}

/// A restored database.
#[derive(Debug)]
pub struct Restored {
    /// The place of the database that was replaced.
    pub replaced: Option<PathBuf>,
}

/// Copies a database whole into a file that is not there yet, readable by its owner only. A server may be at work on it
/// meanwhile: the copy has everything that was committed before.
pub async fn back_up(database: &Path, to: &Path) -> Result<(), BackupError> {
    // One that is missing, or no database, is said before anything is made.
    DatabaseReader::open(database).await?.close().await;
    let file_error = |source| BackupError::File { path: to.to_owned(), source };
    // An empty file keeps the name while the copy is made beside it.
    match private_file(to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(BackupError::Exists(to.to_owned()));
        }
        made => drop(made.map_err(file_error)?),
    }
    let partial = beside(to, ".partial");
    let copied = copy_into(database, &partial).await;
    let copied = match copied {
        Ok(()) => fs::rename(&partial, to).and_then(|()| sync_folder(to)).map_err(file_error),
        failed => failed,
    };
    if copied.is_err() {
        let _ = fs::remove_file(&partial);
        let _ = fs::remove_file(to);
    }
    copied
}

async fn copy_into(database: &Path, partial: &Path) -> Result<(), BackupError> {
    let file_error = |source| BackupError::File { path: partial.to_owned(), source };
    let copy_error =
        |source: sqlx::Error| BackupError::Copy { path: partial.to_owned(), source: DatabaseError::from(source) };
    private_file(partial).map_err(file_error)?;
    let mut connection = connect(database, BUSY_TIMEOUT).await.map_err(copy_error)?;
    let copied = sqlx::query("VACUUM INTO $1").bind(partial.to_string_lossy().as_ref()).execute(&mut connection).await;
    let closed = connection.close().await;
    copied.map_err(copy_error)?;
    closed.map_err(copy_error)?;
    check(partial, None).await?;
    // SQLite leaves that to whoever asked for the copy.
    fs::File::open(partial).and_then(|file| file.sync_all()).map_err(file_error)
}

/// Puts a backup in the place of a database that nobody has open. One that has something in it is replaced only where
/// `replace` says so, and is kept beside it.
pub async fn restore(backup: &Path, database: &Path, keys: &Keys, replace: bool) -> Result<Restored, BackupError> {
    let staged = beside(database, ".restoring");
    let restored = restore_staged(backup, &staged, database, keys, replace).await;
    if restored.is_err() {
        for file in [staged.clone(), beside(&staged, "-wal"), beside(&staged, "-shm")] {
            let _ = fs::remove_file(file);
        }
    }
    restored
}

async fn restore_staged(
    backup: &Path,
    staged: &Path,
    database: &Path,
    keys: &Keys,
    replace: bool,
) -> Result<Restored, BackupError> {
    let file_error = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::File { path, source }
    };
    if let Some(folder) = database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(file_error(folder))?;
    }
    // Left by a restore that was killed.
    let _ = fs::remove_file(staged);
    copy_file(backup, staged).map_err(file_error(backup))?;
    // A file that was copied from a killed server is whole only together with its log of writes.
    let log = beside(backup, "-wal");
    if log.exists() {
        copy_file(&log, &beside(staged, "-wal")).map_err(file_error(&log))?;
    }
    check(staged, Some(keys)).await.map_err(|error| error.about(backup))?;

    let held = Held::take(database).await?;
    if held.content == Content::Something && !replace {
        held.release().await;
        return Err(BackupError::NotEmpty(database.to_owned()));
    }
    let placed = (|| {
        let replaced = if held.content == Content::Something { Some(set_aside(database)?) } else { None };
        fs::File::open(staged)?.sync_all()?;
        fs::rename(staged, database)?;
        sync_folder(database)?;
        Ok(replaced)
    })();
    held.release().await;
    Ok(Restored { replaced: placed.map_err(file_error(database))? })
}

/// Checks a copy that nobody else has open, and folds its log of writes into it.
async fn check(path: &Path, keys: Option<&Keys>) -> Result<(), BackupError> {
    let damaged = |fault: String| BackupError::Damaged { path: path.to_owned(), fault };
    let mut connection = connect(path, AT_ONCE).await.map_err(|error| damaged(error.to_string()))?;
    let checked = check_open(&mut connection, keys).await;
    let closed = connection.close().await;
    let checked = checked.and_then(|fault| closed.map(|()| fault)).map_err(|error| damaged(error.to_string()))?;
    match checked {
        None => Ok(()),
        Some(Fault::Damage(fault)) => Err(damaged(fault)),
        Some(Fault::Newer) => Err(BackupError::Newer(path.to_owned())),
        Some(Fault::AnotherKey) => Err(BackupError::AnotherKey(path.to_owned())),
    }
}

/// The fault of a copy.
enum Fault {
    Damage(String),
    Newer,
    AnotherKey,
}

async fn check_open(connection: &mut SqliteConnection, keys: Option<&Keys>) -> sqlx::Result<Option<Fault>> {
    sqlx::query("PRAGMA journal_mode = delete").execute(&mut *connection).await?;
    let integrity: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut *connection).await?;
    if integrity != "ok" {
        return Ok(Some(Fault::Damage(integrity)));
    }
    let tables: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN ('_sqlx_migrations', 'accounts', 'audit', 'flows')",
    )
    .fetch_one(&mut *connection)
    .await?;
    if tables != 4 {
        return Ok(Some(Fault::Damage("its tables are not there".to_owned())));
    }
    let version: i64 =
        sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(&mut *connection).await?;
    if version > latest() {
        return Ok(Some(Fault::Newer));
    }
    let Some(keys) = keys else { return Ok(None) };
    let has_keys: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE name = 'server_key'")
        .fetch_one(&mut *connection)
        .await?;
    if has_keys == 0 {
        return Ok(None);
    }
    let noted: Option<String> =
        sqlx::query_scalar("SELECT fingerprint FROM server_key").fetch_optional(&mut *connection).await?;
    Ok(noted.filter(|noted| !keys.has_fingerprint(noted)).map(|_| Fault::AnotherKey))
}

/// A database that nobody else has open, and nobody can open until it is released.
struct Held {
    connection: Option<SqliteConnection>,
    content: Content,
}

impl Held {
    async fn take(path: &Path) -> Result<Self, BackupError> {
        if !path.exists() {
            return Ok(Self { connection: None, content: Content::NoFile });
        }
        let content = match DatabaseReader::content(path).await {
            Ok(content) => content,
            Err(OpenError::Open { source, .. }) if source.is_busy() => {
                return Err(BackupError::InUse(path.to_owned()));
            }
            // Damaged: it may be what the backup is needed for, and there may be something in it.
            Err(_) => return Ok(Self { connection: None, content: Content::Something }),
        };
        let held = async {
            let mut connection = connect(path, AT_ONCE).await?;
            // Refused while anybody else has the file open.
            sqlx::query("PRAGMA journal_mode = delete").execute(&mut connection).await?;
            sqlx::query("BEGIN EXCLUSIVE").execute(&mut connection).await?;
            Ok::<_, DatabaseError>(connection)
        };
        match held.await {
            Ok(connection) => Ok(Self { connection: Some(connection), content }),
            Err(error) if error.is_busy() => Err(BackupError::InUse(path.to_owned())),
            Err(_) => Ok(Self { connection: None, content: Content::Something }),
        }
    }

    async fn release(self) {
        if let Some(connection) = self.connection {
            // The file that it has open has another name by now, or none: what closing says about it helps nobody.
            let _ = connection.close().await;
        }
    }
}

impl BackupError {
    /// The same fault, said of the file that a person has named.
    fn about(self, path: &Path) -> Self {
        let path = path.to_owned();
        match self {
            Self::Damaged { fault, .. } => Self::Damaged { path, fault },
            Self::Newer(_) => Self::Newer(path),
            Self::AnotherKey(_) => Self::AnotherKey(path),
            other => other,
        }
    }
}

async fn connect(path: &Path, busy_timeout: Duration) -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(busy_timeout);
    options.disable_statement_logging().connect().await
}

/// A path with something behind it.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Copies a file into one that is not there yet, readable by its owner only.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = fs::File::open(from)?;
    io::copy(&mut from, &mut private_file(to)?).map(drop)
}

/// Renames a database, with what belongs to it, to a name that is free.
fn set_aside(database: &Path) -> io::Result<PathBuf> {
    let names = std::iter::once(".replaced".to_owned()).chain((2_u32..).map(|n| format!(".replaced-{n}")));
    let aside = names.map(|name| beside(database, &name)).find(|aside| !aside.exists());
    let aside = aside.ok_or(io::ErrorKind::AlreadyExists)?;
    for part in ["-wal", "-shm"] {
        if beside(database, part).exists() {
            fs::rename(beside(database, part), beside(&aside, part))?;
        }
    }
    fs::rename(database, &aside)?;
    Ok(aside)
}

/// Makes a change of names in a file's folder last.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}
