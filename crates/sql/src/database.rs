//! The database that the store, the registrations and the embedded directory share.

mod open_error;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use regain_ports::{OsRng, Rng as _};
use sqlx::{
    ConnectOptions as _, Connection as _,
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    DatabaseError, DatabaseResult,
    connection::Connection,
    migrations,
    postgres::{Postgres, PostgresSettings},
    query::{query, query_scalar},
    sqlite::{self, Access, Readers, Writer, file_identity, prepare_file},
    task::{Task, Work, task},
};

pub use open_error::OpenError;

/// More than this gains nothing on one file.
const READERS: usize = 4;

/// The time that closing waits for work that is under way.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The bytes that readiness writes: to a file about as much as a request that begins a flow, to see if there is room.
const READINESS_BYTES: usize = 16 * 1024;

/// The same for PostgreSQL, which sees by itself that its disk is full, and keeps what is written for its replicas.
const READINESS_BYTES_ON_POSTGRES: usize = 16;

/// The place of a database.
#[derive(Debug, Clone)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A database on PostgreSQL.
    Postgres(Box<PostgresSettings>),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(settings) => settings.fmt(f),
        }
    }
}

/// An open database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Database(Arc<Backend>);

#[derive(Debug)]
enum Backend {
    Sqlite { readers: Readers, writer: Writer },
    Postgres(Postgres),
}

/// Decides if a change is kept.
#[derive(Debug)]
pub(crate) enum Ending<T> {
    /// The change stays.
    Commit(T),
    /// Nothing of it stays.
    Rollback(T),
}

impl Database {
    /// Opens a database, wherever it is, and brings its schema up to date.
    pub async fn open_at(location: &Location) -> Result<Self, OpenError> {
        match location {
            Location::File(path) => Self::open(path).await,
            Location::Postgres(settings) => Self::connect(settings).await,
        }
    }

    /// Opens a database on PostgreSQL, and brings its schema up to date. Of several processes that start together one does
    /// that, and the others wait for it.
    pub async fn connect(settings: &PostgresSettings) -> Result<Self, OpenError> {
        let database = || settings.to_string();
        let connect_error = |source| OpenError::Connect { database: database(), source };
        let mut migrating = Postgres::connect(settings).await.map_err(|error| connect_error(error.into()))?;
        let migrated = migrations::for_postgres().run(&mut migrating).await;
        migrated.map_err(|source| OpenError::MigratePostgres { database: database(), source })?;
        migrating.close().await.map_err(|error| connect_error(error.into()))?;
        let postgres = Postgres::open(settings, Access::Whole).await.map_err(connect_error)?;
        Ok(Self(Arc::new(Backend::Postgres(postgres))))
    }

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
            .pragma("journal_size_limit", sqlite::WAL_LIMIT)
            .pragma("temp_store", "memory")
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(sqlite::BUSY_TIMEOUT)
            .disable_statement_logging();
        let mut migrating = options.connect().await.map_err(|error| open_error(error.into()))?;
        migrations::for_sqlite()
            .run(&mut migrating)
            .await
            .map_err(|source| OpenError::Migrate { path: path.to_owned(), source })?;
        let sqlite = Backend::Sqlite {
            writer: Writer::start(path).map_err(open_error)?,
            readers: Readers::start(path, READERS, Access::Whole).map_err(open_error)?,
        };
        migrating.close().await.map_err(|error| open_error(error.into()))?;
        let database = Self(Arc::new(sqlite));
        if file_identity(path) != identity {
            database.close().await;
            return Err(OpenError::Replaced(path.to_owned()));
        }
        Ok(database)
    }

    /// Tells if there are people or lines in the audit log.
    pub async fn has_something(&self) -> DatabaseResult<bool> {
        self.read((), |connection, ()| Box::pin(has_something(connection))).await
    }

    /// Writes the file anew, without the room of what was removed. Other writes wait meanwhile. A file of a former
    /// version gives that room back by itself from then on.
    pub async fn compact(&self) -> DatabaseResult<()> {
        if self.is_postgres() {
            return Err(DatabaseError::not_done("PostgreSQL gives room back by itself (autovacuum)"));
        }
        self.write_alone((), |connection, ()| {
            Box::pin(async move {
                query("PRAGMA auto_vacuum = incremental").execute(connection).await?;
                // The copy of the whole database that is made meanwhile is no matter for memory.
                query("PRAGMA temp_store = file").execute(connection).await?;
                let vacuumed = query("VACUUM").execute(connection).await.map(drop);
                query("PRAGMA temp_store = memory").execute(connection).await?;
                vacuumed
            })
        })
        .await
    }

    /// Has the log of writes of a file folded in at so many pages.
    pub(crate) async fn fold_in_at(&self, pages: u32) -> DatabaseResult<()> {
        if self.is_postgres() {
            return Ok(());
        }
        self.write_alone(pages, |connection, pages| {
            let fold_in_at = query(format!("PRAGMA wal_autocheckpoint = {pages}"));
            Box::pin(async move { fold_in_at.fetch_all(connection).await.map(drop) })
        })
        .await
    }

    /// Tells if it is on PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(*self.0, Backend::Postgres(_))
    }

    /// Reads, outside of a transaction.
    pub(crate) async fn read<C: Send + Sync + 'static, T: Send + 'static>(
        &self,
        input: C,
        work: Work<C, T>,
    ) -> DatabaseResult<T> {
        self.read_by(Readers::ask, input, work).await
    }

    /// Reads a few rows by their keys, outside of a transaction: in a file, on the thread that asks.
    pub(crate) async fn read_inline<C: Send + Sync + 'static, T: Send + 'static>(
        &self,
        input: C,
        work: Work<C, T>,
    ) -> DatabaseResult<T> {
        self.read_by(Readers::run_inline, input, work).await
    }

    async fn read_by<C: Send + Sync + 'static, T: Send + 'static>(
        &self,
        ask: fn(&Readers, Box<dyn Task>),
        input: C,
        work: Work<C, T>,
    ) -> DatabaseResult<T> {
        match &*self.0 {
            Backend::Sqlite { readers, .. } => {
                let (task, waiting) = task(input, work, |_| true);
                ask(readers, task);
                waiting.wait().await
            }
            Backend::Postgres(postgres) => postgres.read(input, work).await,
        }
    }

    /// Makes a change, in a transaction that sees everything committed before it. An error takes all of it back. Who stops
    /// waiting for it gets the whole change or nothing of it.
    pub(crate) async fn write<C: Send + Sync + 'static, T: Send + 'static>(
        &self,
        input: C,
        work: Work<C, T>,
    ) -> DatabaseResult<T> {
        self.change(input, work, |_| true).await
    }

    /// [`Database::write`] for a change that decides in the end if it is kept.
    pub(crate) async fn decide<C: Send + Sync + 'static, T: Send + 'static>(
        &self,
        input: C,
        work: Work<C, Ending<T>>,
    ) -> DatabaseResult<T> {
        let ending = self.change(input, work, |ending| matches!(ending, Ending::Commit(_))).await?;
        let (Ending::Commit(result) | Ending::Rollback(result)) = ending;
        Ok(result)
    }

    async fn change<C: Send + Sync + 'static, T: Send + 'static>(
        &self,
        input: C,
        work: Work<C, T>,
        keeps: fn(&T) -> bool,
    ) -> DatabaseResult<T> {
        match &*self.0 {
            Backend::Sqlite { writer, .. } => {
                let (task, waiting) = task(input, work, keeps);
                writer.change(task);
                waiting.wait().await
            }
            Backend::Postgres(postgres) => postgres.change(input, work, keeps).await,
        }
    }

    /// Writes outside of a transaction.
    pub(crate) async fn write_alone<C: Send + Sync + 'static, T: Send + 'static>(
        &self,
        input: C,
        work: Work<C, T>,
    ) -> DatabaseResult<T> {
        match &*self.0 {
            Backend::Sqlite { writer, .. } => {
                let (task, waiting) = task(input, work, |_| true);
                writer.alone(task);
                waiting.wait().await
            }
            Backend::Postgres(postgres) => postgres.read(input, work).await,
        }
    }

    /// The time by the database's clock, where it has one of its own.
    pub(crate) async fn time(&self) -> DatabaseResult<Option<Timestamp>> {
        if !self.is_postgres() {
            return Ok(None);
        }
        let millis: i64 = self
            .read((), |connection, ()| {
                let time = query_scalar("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)");
                Box::pin(time.fetch_one(connection))
            })
            .await?;
        from_millis(millis).map(Some)
    }

    /// Checks that the database can be read.
    pub(crate) async fn check_read(&self) -> DatabaseResult<()> {
        self.read((), |connection, ()| Box::pin(async { query("SELECT 1").fetch_all(connection).await.map(drop) }))
            .await
    }

    /// Checks that the database takes a write and keeps it, as requests need it to.
    pub(crate) async fn check_write(&self) -> DatabaseResult<()> {
        // Random, because SQLite does not write what is there already.
        let bytes = if self.is_postgres() { READINESS_BYTES_ON_POSTGRES } else { READINESS_BYTES };
        let mut written = vec![0; bytes];
        OsRng.fill(&mut written);
        self.write(written, |transaction, written| {
            Box::pin(async {
                let update = query("UPDATE readiness SET written = $1 WHERE id = 1").bind(written.clone());
                update.execute(transaction).await.map(drop)
            })
        })
        .await
    }

    /// Waits until everything that can be seen is on the disk. In a file nothing else can be seen.
    pub(crate) async fn flush(&self) -> DatabaseResult<()> {
        match &*self.0 {
            Backend::Sqlite { .. } => Ok(()),
            Backend::Postgres(postgres) => postgres.flush().await,
        }
    }

    /// Closes the database. A file is whole then: what was committed is in it, and nothing is left beside it unless another process has it
    /// open. Whoever still uses it gets errors.
    pub async fn close(&self) {
        // The last connection that is closed folds the log of writes in and removes it. The threads close theirs one after
        // the other, once their work is done.
        let closed = async {
            match &*self.0 {
                Backend::Sqlite { readers, writer } => {
                    readers.close().await;
                    writer.close().await;
                }
                Backend::Postgres(postgres) => postgres.close().await,
            }
        };
        if tokio::time::timeout(CLOSE_TIMEOUT, closed).await.is_err() {
            tracing::warn!("the database is still in use; a file's log of writes is folded in when it is opened next");
        }
    }
}

/// A time as the database keeps it. What is finer than a millisecond is dropped.
pub(crate) fn to_millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A time from the database.
pub(crate) fn from_millis(millis: i64) -> DatabaseResult<Timestamp> {
    Timestamp::from_millisecond(millis).map_err(DatabaseError::decode)
}

/// Tells if there are people or lines in the audit log.
pub(crate) async fn has_something(connection: &mut Connection) -> DatabaseResult<bool> {
    query_scalar("SELECT EXISTS (SELECT 1 FROM accounts WHERE id <> 'NOBODY') OR EXISTS (SELECT 1 FROM audit)")
        .fetch_one(connection)
        .await
}

#[cfg(test)]
mod tests;
