//! Writing transactions, and what becomes of a connection whose transaction failed.

use std::ops::{Deref, DerefMut};

use sqlx::{Pool, SqliteConnection, pool::PoolConnection};

/// The database that the SQL of the adapters runs on.
pub(super) type Backend = sqlx::Sqlite;

/// A writing transaction, with a connection to itself.
///
/// The connection goes back to its pool only once its COMMIT or ROLLBACK has succeeded. Otherwise nobody knows what
/// state it is in (`SQLite` ends a transaction by itself when the disk is full), so it is closed, and the pool opens
/// another one. That holds for errors, and for a caller that stops waiting half way.
#[derive(Debug)]
pub(super) struct WriteTransaction {
    connection: PoolConnection<Backend>,
    has_ended: bool,
}

impl WriteTransaction {
    /// Begins a transaction that nobody else writes beside.
    pub(super) async fn begin(pool: &Pool<Backend>) -> sqlx::Result<Self> {
        let mut transaction = Self { connection: pool.acquire().await?, has_ended: false };
        // A deferred transaction that reads first and then writes can fail half way with SQLITE_BUSY.
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *transaction.connection).await?;
        Ok(transaction)
    }

    /// Keeps what was written.
    pub(super) async fn commit(self) -> sqlx::Result<()> {
        self.end("COMMIT").await
    }

    /// Drops what was written.
    pub(super) async fn rollback(self) -> sqlx::Result<()> {
        self.end("ROLLBACK").await
    }

    async fn end(mut self, statement: &'static str) -> sqlx::Result<()> {
        sqlx::query(statement).execute(&mut *self.connection).await?;
        self.has_ended = true;
        Ok(())
    }
}

impl Deref for WriteTransaction {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for WriteTransaction {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}

impl Drop for WriteTransaction {
    fn drop(&mut self) {
        if !self.has_ended {
            self.connection.close_on_drop();
        }
    }
}
