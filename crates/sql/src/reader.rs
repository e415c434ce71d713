//! A database opened for reading alone.

use std::{path::Path, sync::Arc};

use crate::{
    DatabaseResult,
    connection::Connection,
    database::{Location, OpenError, has_something},
    postgres::Postgres,
    query::query_scalar,
    sqlite::{Access, Readers},
    task::{Work, task},
};

/// A database of this version or a former one, for commands that only read: no file is made, nothing is brought up to
/// date, and every write is refused. A server may be at work on it meanwhile.
#[derive(Debug, Clone)]
pub struct DatabaseReader(Arc<Backend>);

#[derive(Debug)]
enum Backend {
    Sqlite(Readers),
    Postgres(Postgres),
}

/// Content of a database file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// There is no file.
    NoFile,
    /// There is a file without a table.
    NoTables,
    /// There are tables without people and without a line in the audit log.
    Nothing,
    /// There is something to lose.
    Something,
}

impl DatabaseReader {
    /// Opens a database that is there.
    pub async fn open_at(location: &Location) -> Result<Self, OpenError> {
        match location {
            Location::File(path) => Self::open(path).await,
            Location::Postgres(settings) => {
                let opened = Postgres::open(settings, Access::Reading).await;
                let opened = opened.map_err(|source| OpenError::Connect { database: settings.to_string(), source })?;
                Ok(Self(Arc::new(Backend::Postgres(opened))))
            }
        }
    }

    /// Opens a file that is there.
    #[expect(clippy::unused_async, reason = "a database elsewhere is opened over the network")]
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        if !path.exists() {
            return Err(OpenError::Missing(path.to_owned()));
        }
        let readers = Readers::start(path, 1, Access::Reading);
        let readers = readers.map_err(|source| OpenError::Open { path: path.to_owned(), source })?;
        Ok(Self(Arc::new(Backend::Sqlite(readers))))
    }

    /// The content of a database, which stays as it is.
    pub async fn content_at(location: &Location) -> Result<Content, OpenError> {
        let settings = match location {
            Location::File(path) => return Self::content(path).await,
            Location::Postgres(settings) => settings,
        };
        let reader = Self::open_at(location).await?;
        let content = reader.read((), |connection, ()| Box::pin(content(connection))).await;
        reader.close().await;
        content.map_err(|source| OpenError::Connect { database: settings.to_string(), source })
    }

    /// The content of a file, which stays as it is.
    pub async fn content(path: &Path) -> Result<Content, OpenError> {
        let reader = match Self::open(path).await {
            Err(OpenError::Missing(_)) => return Ok(Content::NoFile),
            opened => opened?,
        };
        let content = reader.read((), |connection, ()| Box::pin(content(connection))).await;
        reader.close().await;
        content.map_err(|source| OpenError::Open { path: path.to_owned(), source })
    }

    /// Reads.
    pub(crate) async fn read<C: Send + Sync + 'static, T: Send + 'static>(
        &self,
        input: C,
        work: Work<C, T>,
    ) -> DatabaseResult<T> {
        match &*self.0 {
            Backend::Sqlite(readers) => {
                let (task, waiting) = task(input, work, |_| true);
                readers.ask(task);
                waiting.wait().await
            }
            Backend::Postgres(postgres) => postgres.read(input, work).await,
        }
    }

    /// Closes the database. Of a file nothing is left beside it unless another process has it open.
    pub async fn close(&self) {
        match &*self.0 {
            Backend::Sqlite(readers) => readers.close().await,
            Backend::Postgres(postgres) => postgres.close().await,
        }
    }
}

async fn content(connection: &mut Connection) -> DatabaseResult<Content> {
    let tables = if connection.is_postgres() {
        "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()"
    } else {
        "SELECT COUNT(*) FROM sqlite_master"
    };
    let tables: i64 = query_scalar(tables).fetch_one(connection).await?;
    if tables == 0 {
        return Ok(Content::NoTables);
    }
    Ok(if has_something(connection).await? { Content::Something } else { Content::Nothing })
}
