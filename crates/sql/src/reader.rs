//! A database opened for reading alone.

use std::{path::Path, sync::Arc};

use crate::{
    DatabaseResult,
    connection::Connection,
    database::{OpenError, has_something},
    query::query_scalar,
    sqlite::{Access, Readers},
    task::{Work, task},
};

/// A database of this version or a former one, for commands that only read: no file is made, nothing is brought up to
/// date, and every write is refused. A server may be at work on it meanwhile.
#[derive(Debug, Clone)]
pub struct DatabaseReader {
    readers: Arc<Readers>,
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
    #[expect(clippy::unused_async, reason = "another database is opened over the network")]
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        if !path.exists() {
            return Err(OpenError::Missing(path.to_owned()));
        }
        let readers = Readers::start(path, 1, Access::Reading);
        let readers = readers.map_err(|source| OpenError::Open { path: path.to_owned(), source })?;
        Ok(Self { readers: Arc::new(readers) })
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
    pub(crate) async fn read<C: Send + 'static, T: Send + 'static>(
        &self,
        input: C,
        work: Work<C, T>,
    ) -> DatabaseResult<T> {
        let (task, waiting) = task(input, work, |_| true);
        self.readers.ask(task);
        waiting.wait().await
    }

    /// Closes the file. Nothing is left beside it unless another process has it open.
    pub async fn close(&self) {
        self.readers.close().await;
    }
}

async fn content(connection: &mut Connection) -> DatabaseResult<Content> {
    let tables: i64 = query_scalar("SELECT COUNT(*) FROM sqlite_master").fetch_one(connection).await?;
    if tables == 0 {
        return Ok(Content::NoTables);
    }
    Ok(if has_something(connection).await? { Content::Something } else { Content::Nothing })
}
