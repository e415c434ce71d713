//! PostgreSQL: connections, and transactions that are begun again where another one was in the way.

pub(crate) mod statements;

use std::{future::Future, path::PathBuf, str::FromStr as _, time::Duration};

use regain_protocol::Secret;
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode},
};

use crate::{
    DatabaseError, DatabaseResult,
    connection::Connection,
    sqlite::Access,
    task::{TURN_WITHIN, Work},
};

/// The number of times that work is done in all, where another transaction or a lost connection was in the way.
const TIMES: u32 = 3;

/// The wait before work is done again; three times as long before it is done a third time.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// A connection that was idle for longer is tried before it is used: a server that was restarted has closed it.
const TRIED_AFTER: Duration = Duration::from_secs(1);

/// A statement that takes longer is given up, and so is one that waits longer for somebody else's lock. A transaction that
/// its process has forgotten keeps nobody waiting.
const SETTINGS: &str = "SET statement_timeout = '30s'; SET lock_timeout = '5s';
    SET idle_in_transaction_session_timeout = '30s'; SET default_transaction_isolation = 'read committed'";

/// Begins a change. Its locks end with its COMMIT, and not only once that is on the disk: all changes take turns at the audit
/// log, and would otherwise take turns at the disk.
const BEGIN: &str = "BEGIN; SET LOCAL synchronous_commit = off";

/// Ends a change, and is answered once it is on the disk: a commit with something to write is on the disk no sooner than all
/// before it (<https://www.postgresql.org/docs/current/wal-async-commit.html>), and many that wait share a write.
const COMMIT: &str = "COMMIT; SELECT pg_logical_emit_message(true, 'regain', '')";

/// The second half of [`COMMIT`].
const FLUSH: &str = "SELECT pg_logical_emit_message(true, 'regain', '')";

/// Settings of a connection that only reads besides. It keeps nobody waiting, and a long look may take its time.
const READ_ONLY: &str = "SET default_transaction_read_only = on; SET statement_timeout = 0;
    SET idle_in_transaction_session_timeout = 0";

/// A database on PostgreSQL.
#[derive(Clone)]
pub struct PostgresSettings {
    options: PgConnectOptions,
    /// The number of connections at a time.
    pub connections: u32,
}

impl std::fmt::Debug for PostgresSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresSettings").field("connections", &self.connections).finish_non_exhaustive()
    }
}

impl std::fmt::Display for PostgresSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = self
            .options
            .get_socket()
            .map_or_else(|| self.options.get_host().to_owned(), |socket| socket.display().to_string());
        write!(f, "{} on {host}", self.options.get_database().unwrap_or("the default database"))
    }
}

impl PostgresSettings {
    /// The database of a URL, `postgres://user:password@host/database`; `None` where it is none. A connection to another
    /// host is encrypted and the host's certificate verified, whatever the URL says.
    pub fn parse(url: &Secret<String>, ca_file: Option<PathBuf>, connections: u32) -> Option<Self> {
        let url = url.expose().trim();
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return None;
        }
        let options = PgConnectOptions::from_str(url).ok()?;
        let is_near =
            options.get_socket().is_some() || options.get_host().starts_with('/') || is_loopback(options.get_host());
        let options = options.ssl_mode(if is_near { PgSslMode::Prefer } else { PgSslMode::VerifyFull });
        let options = ca_file.into_iter().fold(options, PgConnectOptions::ssl_root_cert);
        Some(Self { options: options.application_name("regain").disable_statement_logging(), connections })
    }
}

/// Tells if a host is this machine.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Connections to a database.
#[derive(Debug)]
pub(crate) struct Postgres {
    pool: PgPool,
    /// Locks of changes end before these are on the disk: unless an administrator forbids what it takes.
    releases_early: bool,
}

impl Postgres {
    /// Connects.
    pub(crate) async fn open(settings: &PostgresSettings, access: Access) -> DatabaseResult<Self> {
        let read_only = access == Access::Reading;
        let pool = PgPoolOptions::new()
            .max_connections(settings.connections)
            .acquire_timeout(TURN_WITHIN)
            .test_before_acquire(false)
            .before_acquire(|connection, met| {
                Box::pin(async move {
                    if met.idle_for > TRIED_AFTER {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    sqlx::raw_sql(SETTINGS).execute(&mut *connection).await?;
                    if read_only {
                        sqlx::raw_sql(READ_ONLY).execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            });
        let pool = pool.connect_with(settings.options.clone()).await?;
        let releases_early = !read_only && can_flush(&pool).await;
        Ok(Self { pool, releases_early })
    }

    /// A connection of its own for migrations, without a bound for how long a statement takes.
    pub(crate) async fn connect(settings: &PostgresSettings) -> sqlx::Result<PgConnection> {
        let mut connection = settings.options.connect().await?;
        // That a table is there already, as at every start but the first, is no news.
        sqlx::raw_sql("SET client_min_messages = 'warning'").execute(&mut connection).await?;
        Ok(connection)
    }

    /// Reads, outside of a transaction.
    pub(crate) async fn read<C, T>(&self, input: C, work: Work<C, T>) -> DatabaseResult<T> {
        again(|| async {
            let mut connection = Connection::Postgres(self.pool.acquire().await?);
            work(&mut connection, &input).await
        })
        .await
    }

    /// Makes a change in a transaction, which sees in each statement everything that was committed before it.
    pub(crate) async fn change<C, T>(&self, input: C, work: Work<C, T>, keeps: fn(&T) -> bool) -> DatabaseResult<T> {
        again(|| async {
            let mut transaction = Transaction::begin(&self.pool, self.releases_early).await?;
            let done = work(&mut transaction.connection, &input).await;
            match done {
                Ok(done) if keeps(&done) => transaction.commit().await.map(|()| done),
                Ok(done) => transaction.roll_back().await.map(|()| done),
                Err(error) => {
                    // It is the error that counts. A connection that cannot roll back is closed.
                    let _ = transaction.roll_back().await;
                    Err(error)
                }
            }
        })
        .await
    }

    /// Waits until everything that can be seen is on the disk.
    pub(crate) async fn flush(&self) -> DatabaseResult<()> {
        if self.releases_early {
            sqlx::raw_sql(FLUSH).execute(&self.pool).await?;
        }
        Ok(())
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Tries the statement that an early release of locks takes. Without it the server works, more slowly: changes wait for each
/// other's writes to the disk.
async fn can_flush(pool: &PgPool) -> bool {
    let tried = sqlx::raw_sql(FLUSH).execute(pool).await;
    if let Err(error) = &tried {
        tracing::warn!(%error, "PostgreSQL refuses pg_logical_emit_message: changes hold their locks until they are on the disk, and fewer are made in a second");
    }
    tried.is_ok()
}

/// A transaction. Its connection goes back to the pool only after a COMMIT or ROLLBACK that succeeded: otherwise nobody
/// knows what state it is in. That holds for errors, and for somebody who stops waiting half way.
struct Transaction {
    connection: Connection,
    releases_early: bool,
    has_ended: bool,
}

impl Transaction {
    async fn begin(pool: &PgPool, releases_early: bool) -> DatabaseResult<Self> {
        let connection = Connection::Postgres(pool.acquire().await?);
        let mut transaction = Self { connection, releases_early, has_ended: false };
        transaction.connection.run(if releases_early { BEGIN } else { "BEGIN" }).await?;
        Ok(transaction)
    }

    async fn commit(mut self) -> DatabaseResult<()> {
        let commit = if self.releases_early { COMMIT } else { "COMMIT" };
        // After an error it may have been committed all the same: done again, it might be done twice.
        self.connection.run(commit).await.map_err(DatabaseError::lasting)?;
        self.has_ended = true;
        Ok(())
    }

    async fn roll_back(mut self) -> DatabaseResult<()> {
        self.connection.run("ROLLBACK").await?;
        self.has_ended = true;
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let (false, Connection::Postgres(connection)) = (self.has_ended, &mut self.connection) {
            connection.close_on_drop();
        }
    }
}

/// Does something again where another transaction, or the loss of a connection, was in the way.
async fn again<T, W: Future<Output = DatabaseResult<T>>>(mut work: impl FnMut() -> W) -> DatabaseResult<T> {
    let mut wait = AGAIN_AFTER;
    for _ in 1..TIMES {
        match work().await {
            Err(error) if error.is_passing() => {
                tracing::debug!(%error, "once more");
                tokio::time::sleep(wait).await;
                wait *= 3;
            }
            done => return done,
        }
    }
    work().await
}
