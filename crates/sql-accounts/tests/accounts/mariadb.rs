//! MariaDB: large numbers as ids, times without a time zone, a collation that ignores case, accents and space at the end.

use std::sync::{
    LazyLock,
    atomic::{AtomicU32, Ordering},
};

use regain_real_servers::mariadb::{self, ADMIN, USER};
use regain_sql_accounts::Settings;
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection};

use crate::table::{Database, statements};

/// One server for all tests; each has a database of its own.
static SERVER: LazyLock<mariadb::MariaDb> = LazyLock::new(mariadb::MariaDb::start);

static MADE: AtomicU32 = AtomicU32::new(0);

const TABLES: &str = "
CREATE TABLE users (
    id bigint unsigned AUTO_INCREMENT PRIMARY KEY, username varchar(100) NOT NULL, name varchar(80) NOT NULL,
    password varchar(255), is_active tinyint(1) NOT NULL, email varchar(100), recovery_email varchar(100),
    phone varchar(40), office varchar(40),
    failed int NOT NULL, failed_since datetime, locked bit(1) NOT NULL, locked_until datetime
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci AUTO_INCREMENT = 9007199254740993;
CREATE TABLE user_groups (user_id bigint unsigned NOT NULL, name varchar(80) NOT NULL);
CREATE TABLE sessions (id int AUTO_INCREMENT PRIMARY KEY, user_id bigint unsigned NOT NULL);";

/// MariaDB assigns from left to right: what comes later sees what came before.
const FAILED: &str = "
UPDATE users SET
    locked_until = CASE WHEN failed >= 9 AND failed_since > FROM_UNIXTIME(:now) - INTERVAL 15 MINUTE
                   THEN FROM_UNIXTIME(:now) + INTERVAL 15 MINUTE END,
    failed = CASE
        WHEN failed_since IS NULL OR failed_since <= FROM_UNIXTIME(:now) - INTERVAL 15 MINUTE THEN 1
        WHEN failed >= 9 THEN 0 ELSE failed + 1 END,
    failed_since = CASE failed
        WHEN 0 THEN NULL WHEN 1 THEN FROM_UNIXTIME(:now) ELSE least(failed_since, FROM_UNIXTIME(:now)) END
WHERE id = :id";

const LOCKED_UNTIL: &str =
    "CASE WHEN locked_until <= FROM_UNIXTIME(:now) + INTERVAL 16 MINUTE THEN locked_until END AS locked_until";

pub(crate) struct MariaDb(String);

impl MariaDb {
    async fn connect(&self) -> MySqlConnection {
        MySqlConnection::connect(&SERVER.url(ADMIN, &self.0)).await.expect("connects")
    }
}

/// Settings for a database of a server.
pub(crate) fn settings_for(url: String) -> Settings {
    let common = statements();
    Settings {
        url: Some(url.into()),
        find: common.find.replace("LOCKED_UNTIL", LOCKED_UNTIL),
        by_id: common.by_id.replace("LOCKED_UNTIL", LOCKED_UNTIL),
        set_password: "UPDATE users SET password = :new_hash WHERE id = :id AND password <=> :old_hash".into(),
        failed: Some(FAILED.into()),
        ..common
    }
}

fn make(server: &mariadb::MariaDb, name: &str) {
    server.execute_as_root(&format!(
        "CREATE DATABASE {name}; USE {name}; {TABLES}
         GRANT SELECT ON {name}.* TO {USER}; GRANT DELETE ON {name}.sessions TO {USER};
         GRANT UPDATE (password, failed, failed_since, locked, locked_until) ON {name}.users TO {USER}"
    ));
}

/// Makes the tables in a server that a test has for itself.
pub(crate) fn prepare(server: &mariadb::MariaDb) -> Settings {
    make(server, "app");
    settings_for(server.url(USER, "app"))
}

impl Database for MariaDb {
    async fn make() -> Self {
        let name = format!("app_{}", MADE.fetch_add(1, Ordering::Relaxed));
        let making = name.clone();
        tokio::task::spawn_blocking(move || make(&SERVER, &making)).await.expect("makes");
        Self(name)
    }

    fn settings(&self) -> Settings {
        settings_for(SERVER.url(USER, &self.0))
    }

    async fn run(&self, sql: &str) -> u64 {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connect().await).await;
        done.expect("runs").rows_affected()
    }

    async fn read(&self, sql: &str) -> Option<String> {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.connect().await).await.expect("reads")
    }
}
