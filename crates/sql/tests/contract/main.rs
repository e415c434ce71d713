//! The contracts of accounts, registrations and the store, run against the adapters over SQLite and PostgreSQL.

mod beside;
mod embedded;
mod former;
mod on_postgres;
mod places;
mod together;

use regain_keys::Keys;
use regain_ports::contract::store::StoreFixture;
use regain_protocol::Secret;
use regain_sql::SqlStore;

use places::{OnPostgres, OnSqlite, Place};

/// A store in a place of its own.
struct Stored<P>(P);

impl<P: Place> StoreFixture for Stored<P> {
    type Store = SqlStore;

    async fn new() -> Self {
        Self(P::make().await)
    }

    async fn open(&self) -> SqlStore {
        SqlStore::new(self.0.open().await, Keys::derive(&Secret::new(vec![7; 32])))
    }
}

mod sqlite {
    use super::{OnSqlite, Stored, beside::Beside, embedded::Embedded};

    mod store {
        regain_ports::store_contract!(super::Stored<super::OnSqlite>);
    }

    mod accounts {
        regain_ports::accounts_contract!(super::Embedded<super::OnSqlite>);
    }

    mod registrations {
        regain_ports::registrations_contract!(super::Embedded<super::OnSqlite>);
    }

    mod registrations_beside {
        regain_ports::registrations_contract!(super::Beside<super::OnSqlite>);
    }
}

mod postgres {
    use super::{OnPostgres, Stored, beside::Beside, embedded::Embedded};

    mod store {
        regain_ports::store_contract!(super::Stored<super::OnPostgres>);
    }

    mod accounts {
        regain_ports::accounts_contract!(super::Embedded<super::OnPostgres>);
    }

    mod registrations {
        regain_ports::registrations_contract!(super::Embedded<super::OnPostgres>);
    }

    mod registrations_beside {
        regain_ports::registrations_contract!(super::Beside<super::OnPostgres>);
    }
}
