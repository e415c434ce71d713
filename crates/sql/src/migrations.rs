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
const MIGRATIONS: [(&str, &str); 9] = migrations![
    "0001_flows_and_accounts",
    "0002_security_info",
    "0003_audit_is_append_only",
    "0004_former_passwords",
    "0005_security_info_confirmed",
    "0006_sealed_authenticators",
    "0007_failures_since",
    "0008_recovery_codes",
    "0011_claims_and_leases",
];

/// Brings a database up to date.
pub(super) fn migrator() -> Migrator {
    let migrations = MIGRATIONS.into_iter().map(|(name, sql)| {
        let (version, words) = name.split_once('_').expect("a number and words");
        let version = version.parse().expect("a number");
        Migration::new(version, words.replace('_', " ").into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

#[cfg(test)]
mod tests {
    use super::{MIGRATIONS, migrator};

    #[test]
    fn the_list_is_the_folder() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let files = std::fs::read_dir(folder).expect("the folder").flatten().map(|file| file.path());
        let mut names: Vec<_> = files.map(|path| path.file_stem().expect("a name").to_owned()).collect();
        names.sort();
        assert_eq!(names, MIGRATIONS.map(|(name, _)| name));
    }

    #[test]
    fn versions_are_the_numbers_of_the_names() {
        for (migration, (name, _)) in migrator().iter().zip(MIGRATIONS) {
            assert_eq!(name.split_once('_').and_then(|(number, _)| number.parse().ok()), Some(migration.version));
        }
    }

    /// A database of an earlier version remembers these; another checksum would keep it from being opened.
    #[test]
    fn released_migrations_keep_their_checksums() {
        let sums: Vec<String> = migrator()
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
                "5622ffeebaf0",
            ]
        );
    }
}
