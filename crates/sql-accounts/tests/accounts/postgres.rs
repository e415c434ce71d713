//! PostgreSQL: UUIDs as ids, times with a time zone, names that ignore case, and a role with the rights that it needs.

use std::sync::{
    LazyLock,
    atomic::{AtomicU32, Ordering},
};

use regain_real_servers::postgres::{self, ADMIN, USER};
use regain_sql_accounts::Settings;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::table::{Database, statements};

/// One server for all tests; each has a schema of its own.
static SERVER: LazyLock<postgres::Postgres> = LazyLock::new(postgres::Postgres::start);

static MADE: AtomicU32 = AtomicU32::new(0);

const TABLES: &str = "
CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), username citext NOT NULL, name varchar(80) NOT NULL,
    password varchar(255), is_active boolean NOT NULL, email text, recovery_email text, phone text, office text,
    failed int NOT NULL, failed_since timestamptz, locked boolean NOT NULL, locked_until timestamptz
);
CREATE TABLE user_groups (user_id uuid NOT NULL, name text NOT NULL);
CREATE TABLE sessions (id int GENERATED ALWAYS AS IDENTITY, user_id uuid NOT NULL);
GRANT SELECT ON users, user_groups, sessions TO regain;
GRANT UPDATE (password, failed, failed_since, locked, locked_until) ON users TO regain;
GRANT DELETE ON sessions TO regain";

const FAILED: &str = "
UPDATE users SET
    locked_until = CASE WHEN failed >= 9 AND :now - failed_since < interval '15 min'
                   THEN :now::timestamptz + interval '15 min' END,
    failed_since = CASE
        WHEN failed_since IS NULL OR :now - failed_since >= interval '15 min' THEN :now
        WHEN failed >= 9 THEN NULL ELSE least(failed_since, :now) END,
    failed = CASE
        WHEN failed_since IS NULL OR :now - failed_since >= interval '15 min' THEN 1
        WHEN failed >= 9 THEN 0 ELSE failed + 1 END
WHERE id = :id";

const LOCKED_UNTIL: &str =
    "CASE WHEN locked_until <= :now::timestamptz + interval '16 min' THEN locked_until END AS locked_until";

pub(crate) struct Postgres(String);

impl Postgres {
    async fn connect(&self) -> PgConnection {
        PgConnection::connect(&url(&SERVER, ADMIN, &self.0)).await.expect("connects")
    }
}

/// Settings for a database of a server.
pub(crate) fn settings_for(url: String) -> Settings {
    let common = statements();
    let find = common.find.replace("LOCKED_UNTIL", LOCKED_UNTIL).replace("lower(username)", "username");
    Settings {
        url: Some(url.into()),
        find,
        by_id: common.by_id.replace("LOCKED_UNTIL", LOCKED_UNTIL),
        set_password:
            "UPDATE users SET password = :new_hash WHERE id = :id AND password IS NOT DISTINCT FROM :old_hash".into(),
        failed: Some(FAILED.into()),
        ..common
    }
}

fn make(server: &postgres::Postgres, schema: &str) {
    server.execute(
        "postgres",
        // Tests make theirs at the same time, and the extension is one for all of them.
        &format!(
            "BEGIN; SELECT pg_advisory_xact_lock(1); CREATE SCHEMA IF NOT EXISTS {schema}; SET search_path = {schema}, public; {TABLES};
             GRANT USAGE ON SCHEMA {schema} TO {USER}; COMMIT"
        ),
    );
}

/// The URL that leads to a schema.
fn url(server: &postgres::Postgres, user: &str, schema: &str) -> String {
    format!("{}?options[search_path]={schema},public", server.url(user, "postgres"))
}

/// Makes the tables in a server that a test has for itself.
pub(crate) fn prepare(server: &postgres::Postgres) -> Settings {
    make(server, "public");
    settings_for(server.url(USER, "postgres"))
}

impl Database for Postgres {
    async fn make() -> Self {
        let schema = format!("app_{}", MADE.fetch_add(1, Ordering::Relaxed));
        let making = schema.clone();
        tokio::task::spawn_blocking(move || make(&SERVER, &making)).await.expect("makes");
        Self(schema)
    }

    fn settings(&self) -> Settings {
        settings_for(url(&SERVER, USER, &self.0))
    }

    async fn run(&self, sql: &str) -> u64 {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connect().await).await;
        done.expect("runs").rows_affected()
    }

    async fn read(&self, sql: &str) -> Option<String> {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.connect().await).await.expect("reads")
    }
}
