//! The schema's migrations, as a list: the library's macro for this folder needs a second SQLite at compile time.

use sqlx::{
    SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

/// Names the files of `migrations/`, in order.
macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../migrations/", $name, ".sql")))),*]
    };
}

/// Name and text of each migration. One that was released never changes: databases remember its checksum.
const MIGRATIONS: [(&str, &str); 19] = migrations![
    "0001_flows_and_accounts",
    "0002_security_info",
    "0003_audit_is_append_only",
    "0004_former_passwords",
    "0005_security_info_confirmed",
    "0006_sealed_authenticators",
    "0007_failures_since",
    "0008_recovery_codes",
    "0009_storage",
    "0010_audit_chain",
    "0011_claims_and_leases",
    "0012_counters",
    "0013_channels",
    "0014_ring",
    "0015_voided_flows",
    "0016_folded_user_ids",
    "0017_registrations_beside",
    "0018_provider_faults",
    "0019_fewer_pages",
];

/// Those that PostgreSQL has in words of its own.
const ON_POSTGRES: [(&str, &str); 6] = migrations![
    "postgres/0003_audit_is_append_only",
    "postgres/0009_storage",
    "postgres/0010_audit_chain",
    "postgres/0012_counters",
    "postgres/0016_folded_user_ids",
    "postgres/0019_fewer_pages",
];

/// Brings a SQLite file up to date.
pub(super) fn for_sqlite() -> Migrator {
    migrator(MIGRATIONS)
}

/// Brings a database on PostgreSQL up to date.
pub(super) fn for_postgres() -> Migrator {
    migrator(MIGRATIONS.map(|(name, sql)| {
        let own = ON_POSTGRES.iter().find(|(own, _)| own.strip_prefix("postgres/") == Some(name));
        (name, own.map_or(sql, |(_, own)| own))
    }))
}

fn migrator(migrations: impl IntoIterator<Item = (&'static str, &'static str)>) -> Migrator {
    let migrations = migrations.into_iter().map(|(name, sql)| {
        let (version, words) = name.split_once('_').expect("a number and words");
        let version = version.parse().expect("a number");
        Migration::new(version, words.replace('_', " ").into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// Tells if a statement, as the database keeps it, is one of the migrations'.
pub(super) fn have(statement: &str) -> bool {
    MIGRATIONS.iter().any(|(_, sql)| sql.contains(statement))
}

/// The definition of a trigger or the body of a function on PostgreSQL is one of the migrations'. PostgreSQL writes the same
/// with other brackets, quotation marks and line ends.
pub(super) fn have_on_postgres(definition: &str) -> bool {
    let plain = |text: &str| {
        let kept = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '(' | ')'));
        kept.flat_map(char::to_lowercase).collect::<String>()
    };
    let definition = plain(definition);
    ON_POSTGRES.iter().any(|(_, sql)| plain(sql).contains(&definition))
}

/// The number of the newest migration.
pub(super) fn latest() -> i64 {
    for_sqlite().iter().map(|migration| migration.version).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use regain_keys::Keys;
    use regain_ports::{Charge, Charged, Clock as _, Store as _, SystemClock};
    use regain_protocol::Secret;
    use sqlx::{ConnectOptions as _, Connection as _, migrate::Migrator, sqlite::SqliteConnectOptions};

    use super::{MIGRATIONS, ON_POSTGRES, for_sqlite};
    use crate::{
        Database, SqlStore,
        database::{from_millis, to_millis},
    };

    #[test]
    fn the_list_is_the_folder() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let names = |folder: &std::path::Path| {
            let files = std::fs::read_dir(folder).expect("the folder").flatten().map(|file| file.path());
            let files = files.filter(|path| path.is_file());
            let mut names: Vec<_> = files.map(|path| path.file_stem().expect("a name").to_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&folder), MIGRATIONS.map(|(name, _)| name));
        let on_postgres = ON_POSTGRES.map(|(name, _)| name.trim_start_matches("postgres/"));
        assert_eq!(names(&folder.join("postgres")), on_postgres);
        assert!(on_postgres.iter().all(|name| MIGRATIONS.iter().any(|(one, _)| one == name)));
    }

    /// Charges from before the totals were kept count on.
    #[tokio::test]
    async fn charges_of_a_former_version_go_on_counting() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("regain.db");
        let now = SystemClock.now();
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut connection = options.connect().await.expect("opens");
        let former = for_sqlite().iter().filter(|migration| migration.version < 12).cloned().collect();
        Migrator::with_migrations(former).run_direct(None, &mut connection, false).await.expect("migrates");
        let hour = SignedDuration::from_hours(1);
        for (bucket, ago) in [("b", 10), ("b", 20), ("b", 70), ("c", 70)] {
            let at = to_millis(now - SignedDuration::from_mins(ago));
            sqlx::query("INSERT INTO charges (bucket, at, cost, expires_at) VALUES ($1, $2, 1, $3)")
                .bind(bucket)
                .bind(at)
                .bind(at + 3_600_000)
                .execute(&mut connection)
                .await
                .expect("inserts");
        }
        connection.close().await.expect("closes");

        let store = SqlStore::new(Database::open(&path).await.expect("opens"), Keys::derive(&Secret::new(vec![7; 32])));
        let charge = |bucket: &str| [Charge { bucket: bucket.into(), window: hour, limit: 3, cost: 1 }];
        assert_eq!(store.charge(&charge("b"), now).await.expect("answers"), Charged::Done);
        let full = store.charge(&charge("b"), now).await.expect("answers");
        let retry_at = from_millis(to_millis(now - SignedDuration::from_mins(20) + hour)).expect("a time");
        assert_eq!(full, Charged::OverLimit { bucket: "b".into(), retry_at });
        for _ in 0..3 {
            assert_eq!(store.charge(&charge("c"), now).await.expect("answers"), Charged::Done);
        }
    }

    #[tokio::test]
    async fn a4_user_ids_of_a_former_version_are_compared_without_what_is_invisible() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("regain.db");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut connection = options.connect().await.expect("opens");
        let former = for_sqlite().iter().filter(|migration| migration.version < 16).cloned().collect();
        Migrator::with_migrations(former).run_direct(None, &mut connection, false).await.expect("migrates");
        for (id, key) in
            [("1", "ada\u{200b}"), ("2", "\u{202a}grace\u{202c}"), ("3", "bob"), ("4", "bo\u{ad}b"), ("5", "zo\u{eb}")]
        {
            let insert = "INSERT INTO accounts (id, user_key, user_id, display_name, enabled, locked, failures)
                          VALUES ($1, $2, $2, '', TRUE, FALSE, 0)";
            sqlx::query(insert).bind(id).bind(key).execute(&mut connection).await.expect("inserts");
        }
        for_sqlite().run_direct(None, &mut connection, false).await.expect("migrates");
        let keys = sqlx::query_scalar::<_, String>("SELECT user_key FROM accounts ORDER BY id");
        let keys = keys.fetch_all(&mut connection).await.expect("reads");
        assert_eq!(keys, ["ada", "grace", "bob", "bo\u{ad}b", "zo\u{eb}"]);
    }

    #[test]
    fn versions_are_the_numbers_of_the_names() {
        for (migration, (name, _)) in for_sqlite().iter().zip(MIGRATIONS) {
            assert_eq!(name.split_once('_').and_then(|(number, _)| number.parse().ok()), Some(migration.version));
        }
    }

    /// A database of an earlier version remembers these; another checksum would keep it from being opened.
    #[test]
    fn released_migrations_keep_their_checksums() {
        let sums: Vec<String> = for_sqlite()
            .iter()
            .map(|migration| {
                migration.checksum.iter().take(6).fold(String::new(), |sum, byte| format!("{sum}{byte:02x}"))
            })
            .collect();
        assert_eq!(
            sums,
            [
                "92fd2829c489",
                "686f9ed15b12",
                "85901f7a69ef",
                "b98808debcfe",
                "3484b58ae2c7",
                "0e6397895195",
                "46beaafda096",
                "a11f9107addc",
                "17ffb2700749",
                "9cd29b46775a",
                "afb53a4d34d8",
                "50203fde2fcd",
                "c3083435dc4e",
                "e9bd67ac6a50",
                "0861d58a3aec",
                "252642104a4e",
                "1c372b90dfa5",
                "48f822566f81",
                "4edfd1a89037",
            ]
        );
    }
}
