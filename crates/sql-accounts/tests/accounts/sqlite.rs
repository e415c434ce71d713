//! SQLite: a file, with numbers as ids and times.

use regain_sql_accounts::Settings;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::table::{Database, statements};

pub(crate) struct Sqlite(TempDir);

const TABLES: &str = "
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT NOT NULL, name TEXT NOT NULL, password TEXT,
    is_active BOOLEAN NOT NULL, email TEXT, recovery_email TEXT, phone TEXT, office TEXT,
    failed INTEGER NOT NULL, failed_since INTEGER, locked BOOLEAN NOT NULL, locked_until INTEGER
);
CREATE TABLE user_groups (user_id INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE sessions (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL)";

/// Failures count for a quarter of an hour, and the tenth locks for as long.
const FAILED: &str = "
UPDATE users SET
    locked_until = CASE WHEN failed >= 9 AND :now - failed_since < 900 THEN :now + 900 END,
    failed_since = CASE
        WHEN failed_since IS NULL OR :now - failed_since >= 900 THEN :now
        WHEN failed >= 9 THEN NULL ELSE min(failed_since, :now) END,
    failed = CASE
        WHEN failed_since IS NULL OR :now - failed_since >= 900 THEN 1
        WHEN failed >= 9 THEN 0 ELSE failed + 1 END
WHERE id = :id";

/// A lockout that a clock set which has been set back since is over.
const LOCKED_UNTIL: &str = "CASE WHEN locked_until - :now <= 960 THEN locked_until END AS locked_until";

impl Sqlite {
    async fn connect(&self) -> SqliteConnection {
        SqliteConnection::connect(&self.url()).await.expect("connects")
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.0.path().join("app.db").display())
    }
}

impl Database for Sqlite {
    async fn make() -> Self {
        let made = Self(tempfile::tempdir().expect("a folder"));
        let mut connection = SqliteConnection::connect(&format!("{}?mode=rwc", made.url())).await.expect("connects");
        sqlx::raw_sql("PRAGMA journal_mode = wal").execute(&mut connection).await.expect("sets");
        sqlx::raw_sql(TABLES).execute(&mut connection).await.expect("makes");
        made
    }

    fn settings(&self) -> Settings {
        let common = statements();
        Settings {
            url: Some(self.url().into()),
            find: common.find.replace("LOCKED_UNTIL", LOCKED_UNTIL),
            by_id: common.by_id.replace("LOCKED_UNTIL", LOCKED_UNTIL),
            set_password: "UPDATE users SET password = :new_hash WHERE id = :id AND password IS :old_hash".into(),
            failed: Some(FAILED.into()),
            ..common
        }
    }

    async fn run(&self, sql: &str) -> u64 {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connect().await).await;
        done.expect("runs").rows_affected()
    }

    async fn read(&self, sql: &str) -> Option<String> {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.connect().await).await.expect("reads")
    }
}
