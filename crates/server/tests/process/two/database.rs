//! The database that the processes share, and what a test does to it beside them.

use std::{
    fs,
    ops::Deref,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::LazyLock,
    time::{Duration, Instant},
};

use regain_real_servers::postgres::{Postgres, USER};
use regain_server::adapters::{Database, Location, PostgresSettings};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use tokio::{
    sync::{RwLock, RwLockReadGuard, RwLockWriteGuard},
    task::block_in_place,
    time::sleep,
};

/// The time within which a request has come to a lock.
const PATIENCE: Duration = Duration::from_secs(4);

/// One server for the tests. One of them restarts it, and has it for itself.
static POSTGRES: LazyLock<RwLock<Postgres>> = LazyLock::new(|| Postgres::start().into());

/// The server, for a test among others or alone.
pub(super) enum Guard {
    Shared(RwLockReadGuard<'static, Postgres>),
    Alone(RwLockWriteGuard<'static, Postgres>),
}

impl Deref for Guard {
    type Target = Postgres;

    fn deref(&self) -> &Postgres {
        match self {
            Self::Shared(server) => server,
            Self::Alone(server) => server,
        }
    }
}

/// The database that the processes share.
pub(super) enum Shared {
    File,
    Postgres(Guard, &'static str),
}

impl Shared {
    /// A database on PostgreSQL.
    pub(super) async fn on_postgres(name: &'static str) -> Self {
        block_in_place(|| LazyLock::force(&POSTGRES));
        Self::made(Guard::Shared(POSTGRES.read().await), name)
    }

    /// The same, on a server that no other test uses meanwhile.
    pub(super) async fn alone_on_postgres(name: &'static str) -> Self {
        block_in_place(|| LazyLock::force(&POSTGRES));
        Self::made(Guard::Alone(POSTGRES.write().await), name)
    }

    fn made(server: Guard, name: &'static str) -> Self {
        block_in_place(|| server.execute("postgres", &format!("CREATE DATABASE {name} OWNER {USER}")));
        Self::Postgres(server, name)
    }

    /// Restarts PostgreSQL, where the test has it alone.
    pub(super) fn restart(&mut self) {
        let Self::Postgres(Guard::Alone(server), _) = self else { panic!("other tests use it") };
        block_in_place(|| server.restart());
    }

    /// The section of the configuration, with what it refers to in the folder.
    pub(super) fn section(&self, folder: &TempDir) -> &'static str {
        let Self::Postgres(server, name) = self else { return "" };
        let file = folder.path().join("url");
        fs::write(&file, server.url(USER, name)).expect("writes");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("is ours");
        "[store]\nurl_file = \"url\"\nconnections = 8"
    }

    pub(super) async fn open(&self, folder: &TempDir) -> Database {
        let location = match self {
            Self::File => Location::File(file(folder.path())),
            Self::Postgres(server, name) => {
                let settings = PostgresSettings::parse(&server.url(USER, name).into(), None, 4);
                Location::Postgres(Box::new(settings.expect("a URL")))
            }
        };
        Database::open_at(&location).await.expect("opens")
    }

    /// A connection past the processes.
    pub(super) async fn connect(&self, folder: &TempDir) -> Connection {
        match self {
            Self::File => {
                let url = format!("sqlite://{}", file(folder.path()).display());
                Connection::File(SqliteConnection::connect(&url).await.expect("connects"))
            }
            Self::Postgres(server, name) => {
                let url = server.socket_url(USER, name);
                Connection::Postgres(PgConnection::connect(&url).await.expect("connects"))
            }
        }
    }
}

fn file(folder: &Path) -> std::path::PathBuf {
    folder.join("regain.db")
}

/// A connection past the processes.
pub(super) enum Connection {
    File(SqliteConnection),
    Postgres(PgConnection),
}

impl Connection {
    /// Runs statements; returns the number of rows that changed.
    pub(super) async fn execute(&mut self, sql: &'static str) -> u64 {
        let done = match self {
            Self::File(file) => sqlx::raw_sql(sql).execute(file).await.map(|done| done.rows_affected()),
            Self::Postgres(postgres) => sqlx::raw_sql(sql).execute(postgres).await.map(|done| done.rows_affected()),
        };
        done.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The number that a statement asks for.
    pub(super) async fn number(&mut self, sql: &'static str) -> i64 {
        let number = match self {
            Self::File(file) => sqlx::query_scalar(sql).fetch_one(file).await,
            Self::Postgres(postgres) => sqlx::query_scalar(sql).fetch_one(postgres).await,
        };
        number.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Lets nothing be committed that changes a flow. A file is locked whole.
    pub(super) async fn hold_flows(&mut self) {
        match self {
            Self::File(_) => self.execute("BEGIN IMMEDIATE").await,
            Self::Postgres(_) => self.execute("BEGIN; LOCK TABLE flows IN SHARE MODE").await,
        };
    }

    /// Lets nothing be committed that changes an account: PostgreSQL alone has locks of rows.
    pub(super) async fn hold_accounts(&mut self) {
        self.execute("BEGIN; SELECT id FROM accounts FOR UPDATE").await;
    }

    /// Waits until somebody waits for what is held, on PostgreSQL.
    pub(super) async fn is_waited_for(&mut self) {
        let until = Instant::now() + PATIENCE;
        while self.number(WAITING).await == 0 {
            assert!(Instant::now() < until, "no request comes to what is held");
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// Ends what is held.
    pub(super) async fn release(&mut self) {
        self.execute("ROLLBACK").await;
    }

    /// Ends the leases and claims of dead processes, as time does.
    pub(super) async fn outlive(&mut self) {
        self.execute(
            "UPDATE messages SET leased_until = 0 WHERE progress = 'claimed'; UPDATE claims SET claimed_at = 0",
        )
        .await;
    }
}

const WAITING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
