//! The last version's server goes on serving on this version's tables, as in a rolling upgrade (`docs/contributing/migrations.md`).
//! Its program is not at hand here, but all that it says to a database is: `former/statements.txt` has its statements, and what
//! its tables refused. `REGAIN_FORMER=write` writes that file by the present sources, once they are released.

use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::Path};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection};

use crate::places::{OnPostgres, OnSqlite, Place as _};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contract/former/statements.txt");

/// The first words of a statement.
const BEGINNINGS: [&str; 5] = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH "];

/// The words that SQLite's statements are without.
const LOCKING: [&str; 2] = [" FOR UPDATE SKIP LOCKED", " FOR UPDATE"];

/// The rules by which PostgreSQL refuses rows: keys, checks, unique indexes and triggers.
const RULES: &str = "
    SELECT conrelid::regclass || ': ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype IN ('c', 'f', 'p', 'u', 'x') AND connamespace = 'public'::regnamespace
    UNION SELECT tablename || ': ' || regexp_replace(indexdef, '^.* USING ', 'UNIQUE ') FROM pg_indexes
    WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE %'
    UNION SELECT tgrelid::regclass || ': ' || tgname FROM pg_trigger WHERE NOT tgisinternal
    ORDER BY 1";

/// All that a version says to a database, and is told by it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Version {
    on_sqlite: BTreeSet<String>,
    on_postgres: BTreeSet<String>,
    rules: BTreeSet<String>,
}

impl Version {
    /// The last version, as it was written down.
    fn last() -> Self {
        let mut version = Self::default();
        for line in fs::read_to_string(FILE).expect("the file").lines().filter(|line| !line.starts_with('#')) {
            let (kind, text) = line.split_once('\t').expect("a kind and a text");
            let text = text.to_owned();
            match kind {
                "both" => {
                    version.on_sqlite.insert(text.clone());
                    version.on_postgres.insert(text)
                }
                "sqlite" => version.on_sqlite.insert(text),
                "postgres" => version.on_postgres.insert(text),
                "rule" => version.rules.insert(text),
                other => panic!("an unknown kind: {other}"),
            };
        }
        version
    }

    /// This version: its statements by the sources, as far as a database takes them.
    async fn this(databases: &mut Databases) -> Self {
        let mut version = Self { rules: databases.rules().await, ..Self::default() };
        for statement in statements() {
            if databases.refused_by_sqlite(&statement).await.is_none() {
                version.on_sqlite.insert(statement.clone());
            }
            if databases.refused_by_postgres(&statement).await.is_none() {
                version.on_postgres.insert(statement);
            }
        }
        version
    }

    fn write(&self) {
        let mut text = "# The last version's statements and rules of its tables: see former.rs.\n".to_owned();
        for statement in self.on_sqlite.union(&self.on_postgres) {
            let kind = match (self.on_sqlite.contains(statement), self.on_postgres.contains(statement)) {
                (true, true) => "both",
                (true, false) => "sqlite",
                _ => "postgres",
            };
            writeln!(text, "{kind}\t{statement}").expect("writes");
        }
        for rule in &self.rules {
            writeln!(text, "rule\t{rule}").expect("writes");
        }
        fs::write(FILE, text).expect("writes");
    }

    /// The tables that it writes to, each with the columns of one statement.
    fn inserts(&self) -> Vec<(&str, Vec<&str>)> {
        self.on_postgres.iter().filter_map(|statement| columns(statement)).collect()
    }

    /// Everything of it that does not work any more.
    async fn faults(&self, databases: &mut Databases) -> Vec<String> {
        let mut faults = Vec::new();
        for statement in &self.on_sqlite {
            faults.extend(databases.refused_by_sqlite(statement).await);
        }
        for statement in &self.on_postgres {
            faults.extend(databases.refused_by_postgres(statement).await);
        }
        for (table, columns) in self.inserts() {
            for required in databases.required(table).await {
                if !columns.contains(&required.as_str()) {
                    faults.push(format!("{table}.{required} has no default, and is not written"));
                }
            }
        }
        let tables: BTreeSet<_> = self.rules.iter().filter_map(|rule| Some(rule.split_once(": ")?.0)).collect();
        for rule in databases.rules().await.difference(&self.rules) {
            if rule.split_once(": ").is_some_and(|(table, _)| tables.contains(table)) {
                faults.push(format!("a rule that it does not know: {rule}"));
            }
        }
        faults
    }
}

/// The table and the columns of an `INSERT INTO table (columns)`.
fn columns(statement: &str) -> Option<(&str, Vec<&str>)> {
    let (_, insert) = statement.split_once("INSERT INTO ")?;
    let (table, rest) = insert.split_once(" (")?;
    let (columns, _) = rest.split_once(')')?;
    Some((table, columns.split(',').map(str::trim).collect()))
}

/// The statements in the sources of this crate, each in one line. Those that are put together are not among them.
fn statements() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("reads").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let text = fs::read_to_string(entry.path()).expect("reads");
            let code = text.split("#[cfg(test)]").next().expect("something");
            let texts = code.split('"').map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
            let is_statement =
                |text: &String| BEGINNINGS.iter().any(|words| text.starts_with(words)) && !text.contains('{');
            found.extend(texts.filter(is_statement));
        }
    }
    assert!(found.len() > 100, "the sources are read otherwise: {}", found.len());
    found
}

/// A database of each kind with the tables of this version.
struct Databases {
    sqlite: SqliteConnection,
    postgres: PgConnection,
    _places: (OnSqlite, OnPostgres),
}

impl Databases {
    async fn make() -> Self {
        let places = (OnSqlite::make().await, OnPostgres::for_itself().await);
        places.0.open().await.close().await;
        let (sqlite, postgres) = (places.0.connect().await, places.1.connect().await);
        Self { sqlite, postgres, _places: places }
    }

    async fn refused_by_sqlite(&mut self, statement: &str) -> Option<String> {
        let plain = LOCKING.iter().fold(statement.to_owned(), |text, words| text.replace(words, ""));
        let prepared = (&mut self.sqlite).prepare(AssertSqlSafe(plain).into_sql_str()).await;
        prepared.err().map(|error| format!("SQLite, {statement}: {error}"))
    }

    async fn refused_by_postgres(&mut self, statement: &str) -> Option<String> {
        let prepared = (&mut self.postgres).prepare(AssertSqlSafe(statement.to_owned()).into_sql_str()).await;
        prepared.err().map(|error| format!("PostgreSQL, {statement}: {error}"))
    }

    /// The columns of a table that a row must have a value for.
    async fn required(&mut self, table: &str) -> Vec<String> {
        let columns = sqlx::query_scalar(
            "SELECT column_name::text FROM information_schema.columns
             WHERE table_name = $1 AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'",
        );
        let mut required: Vec<String> = columns.bind(table).fetch_all(&mut self.postgres).await.expect("answers");
        let columns = sqlx::query_scalar(
            "SELECT name FROM pragma_table_info($1) WHERE \"notnull\" AND dflt_value IS NULL AND pk = 0",
        );
        required.extend(columns.bind(table).fetch_all(&mut self.sqlite).await.expect("answers") as Vec<String>);
        required
    }

    async fn rules(&mut self) -> BTreeSet<String> {
        let rules: Vec<String> = sqlx::query_scalar(RULES).fetch_all(&mut self.postgres).await.expect("answers");
        rules.into_iter().collect()
    }
}

#[tokio::test]
async fn the_last_version_goes_on_serving_on_the_tables_of_this_one() {
    let mut databases = Databases::make().await;
    if env::var_os("REGAIN_FORMER").is_some_and(|word| word == "write") {
        Version::this(&mut databases).await.write();
    }
    assert_eq!(Version::last().faults(&mut databases).await, [""; 0]);
}

/// Each of these would end the servers of the last version in a rolling upgrade.
#[tokio::test]
async fn tables_that_contract_at_once_are_noticed() {
    let last = Version::last();
    for (change, fault) in [
        ("ALTER TABLE messages DROP COLUMN voidable", "column \"voidable\""),
        ("ALTER TABLE replays RENAME TO answers", "relation \"replays\" does not exist"),
        ("ALTER TABLE flows ADD COLUMN owner TEXT NOT NULL", "flows.owner has no default"),
        ("ALTER TABLE messages ALTER COLUMN leased_until SET NOT NULL", "messages.leased_until has no default"),
        ("CREATE UNIQUE INDEX one_each ON messages (flow_id)", "messages: UNIQUE btree (flow_id)"),
        ("ALTER TABLE charges ADD CHECK (cost < 2)", "charges: CHECK ((cost < 2))"),
    ] {
        let mut databases = Databases::make().await;
        sqlx::raw_sql(change).execute(&mut databases.postgres).await.expect(change);
        let faults = last.faults(&mut databases).await;
        assert!(faults.iter().any(|found| found.contains(fault)), "{change}: {faults:?}");
        databases.postgres.close().await.expect("closes");
    }
}
