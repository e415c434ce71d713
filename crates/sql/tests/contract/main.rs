//! The contracts of accounts, registrations and the store, run against the adapters over SQLite.

mod beside;
mod embedded;
mod together;

use regain_keys::Keys;
use regain_ports::contract::store::StoreFixture;
use regain_protocol::Secret;
use regain_sql::{Database, SqliteStore};
use tempfile::TempDir;

/// A store in a folder of its own.
struct Sqlite(TempDir);

impl StoreFixture for Sqlite {
    type Store = SqliteStore;

    async fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    async fn open(&self) -> SqliteStore {
        SqliteStore::new(
            Database::open(&self.0.path().join("regain.db")).await.expect("opens"),
            Keys::derive(&Secret::new(vec![7; 32])),
        )
    }
}

mod store {
    regain_ports::store_contract!(super::Sqlite);
}

mod accounts {
    regain_ports::accounts_contract!(super::embedded::Embedded);
}

mod registrations {
    regain_ports::registrations_contract!(super::embedded::Embedded);
}

mod registrations_beside {
    regain_ports::registrations_contract!(super::beside::Beside);
}
