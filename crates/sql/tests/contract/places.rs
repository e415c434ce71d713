//! Places for a database: a file, or PostgreSQL, which is started once for all tests.

use std::{
    future::Future,
    sync::{
        LazyLock, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use regain_real_servers::postgres::{self, ADMIN, USER};
use regain_sql::{Database, Location, PostgresSettings};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// A place of its own for a database, without people in it.
pub(crate) trait Place: Send + Sync + Sized + 'static {
    fn make() -> impl Future<Output = Self>;

    fn location(&self) -> Location;

    /// Runs a statement as an administrator of the database would.
    fn execute(&self, sql: &str) -> impl Future<Output = sqlx::Result<u64>>;

    /// A handle on the data, as if another process had opened it.
    async fn open(&self) -> Database {
        Database::open_at(&self.location()).await.expect("opens")
    }
}

/// A file in a folder of its own.
pub(crate) struct OnSqlite(TempDir);

impl OnSqlite {
    /// A connection past the adapters.
    pub(crate) async fn connect(&self) -> SqliteConnection {
        let url = format!("sqlite://{}", self.0.path().join("regain.db").display());
        SqliteConnection::connect(&url).await.expect("connects")
    }
}

impl Place for OnSqlite {
    async fn make() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn location(&self) -> Location {
        Location::File(self.0.path().join("regain.db"))
    }

    async fn execute(&self, sql: &str) -> sqlx::Result<u64> {
        let mut connection = self.connect().await;
        Ok(sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?.rows_affected())
    }
}

static SERVER: LazyLock<postgres::Postgres> = LazyLock::new(|| {
    let server = postgres::Postgres::start();
    server.execute("postgres", &format!("CREATE DATABASE {TEMPLATE} OWNER {USER}"));
    let settings = settings(&server.socket_url(USER, TEMPLATE));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("starts");
    runtime.block_on(async { Database::connect(&settings).await.expect("is made").close().await });
    server
});

/// The database that others are copies of, with the tables in it.
const TEMPLATE: &str = "regain_template";

static MADE: AtomicU32 = AtomicU32::new(0);

/// One copy is made at a time: nobody may use the template meanwhile.
static COPYING: Mutex<()> = Mutex::new(());

fn settings(url: &str) -> PostgresSettings {
    PostgresSettings::parse(&url.to_owned().into(), None, 8).expect("a URL")
}

/// Databases whose tests have ended.
static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Empties the tables, whose triggers would refuse it, after whoever still uses them is cut off.
const EMPTY: &str = "
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
SET session_replication_role = replica;
DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(tablename, ', ') FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT IN ('_sqlx_migrations', 'readiness')
); END $$";

/// A database on PostgreSQL.
pub(crate) struct OnPostgres {
    name: String,
    /// Its tables are as they were made, and another test can have it.
    is_whole: bool,
}

impl OnPostgres {
    /// One whose tables the test may change.
    pub(crate) async fn for_itself() -> Self {
        let name = format!("regain_{}", MADE.fetch_add(1, Ordering::Relaxed));
        let copy = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER {USER}");
        let made = tokio::task::spawn_blocking(move || {
            let server = &*SERVER;
            let _copying = COPYING.lock().unwrap_or_else(PoisonError::into_inner);
            server.execute("postgres", &copy);
        });
        made.await.expect("makes");
        Self { name, is_whole: false }
    }

    /// A connection past the adapters, as the user that owns the tables.
    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect(&SERVER.socket_url(USER, &self.name)).await.expect("connects")
    }
}

impl Place for OnPostgres {
    async fn make() -> Self {
        let free = FREE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(name) = free else {
            let mut place = Self::for_itself().await;
            place.is_whole = true;
            return place;
        };
        let place = Self { name, is_whole: true };
        place.execute(EMPTY).await.expect("empties");
        place
    }

    fn location(&self) -> Location {
        Location::Postgres(settings(&SERVER.socket_url(USER, &self.name)).into())
    }

    async fn execute(&self, sql: &str) -> sqlx::Result<u64> {
        let mut connection = PgConnection::connect(&SERVER.socket_url(ADMIN, &self.name)).await?;
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
        connection.close().await?;
        Ok(done.rows_affected())
    }
}

impl Drop for OnPostgres {
    fn drop(&mut self) {
        if self.is_whole {
            FREE.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut self.name));
        }
    }
}

/// Makes a test of each case, on both kinds of database.
macro_rules! on_both {
    ($($case:ident),* $(,)?) => {
        mod on_sqlite {
            $(
                #[tokio::test]
                async fn $case() {
                    super::$case::<$crate::places::OnSqlite>().await;
                }
            )*
        }

        mod on_postgres {
            $(
                #[tokio::test]
                async fn $case() {
                    super::$case::<$crate::places::OnPostgres>().await;
                }
            )*
        }
    };
}
pub(crate) use on_both;
