//! A database opened for reading alone.

use std::path::Path;

use sqlx::{
    ConnectOptions as _, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use crate::database::{BUSY_TIMEOUT, OpenError, has_something};

/// A database of this version or a former one, for commands that only read: no file is made, nothing is brought up to
/// date, and every write is refused. A server may be at work on it meanwhile.
#[derive(Debug, Clone)]
pub struct DatabaseReader {
    pool: SqlitePool,
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
    /// Opens a file that is there.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        if !path.exists() {
            return Err(OpenError::Missing(path.to_owned()));
        }
        // SQLite's own read-only mode would leave files beside the database: it may not fold them in.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("query_only", "on")
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let pool = pool.map_err(|source| OpenError::Open { path: path.to_owned(), source })?;
        Ok(Self { pool })
    }

    /// The content of a file, which stays as it is.
    pub async fn content(path: &Path) -> Result<Content, OpenError> {
        let reader = match Self::open(path).await {
            Err(OpenError::Missing(_)) => return Ok(Content::NoFile),
            opened => opened?,
        };
        let content = reader.read_content().await;
        reader.close().await;
        content.map_err(|source| OpenError::Open { path: path.to_owned(), source })
    }

    async fn read_content(&self) -> sqlx::Result<Content> {
        let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master").fetch_one(&self.pool).await?;
        if tables == 0 {
            return Ok(Content::NoTables);
        }
        has_something(&self.pool)
            .await
            .map(|is_something| if is_something { Content::Something } else { Content::Nothing })
    }

    /// The connection.
    pub(super) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Closes the file. Nothing is left beside it unless another process has it open.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
