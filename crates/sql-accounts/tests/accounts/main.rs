//! The contract of accounts, the traps and the faults, over tables in PostgreSQL, MariaDB and SQLite.

/// Makes a test of each function for each database.
macro_rules! on_each_database {
    ($($case:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case::<crate::sqlite::Sqlite>().await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case::<crate::postgres::Postgres>().await;
            })*
        }
        mod on_mariadb {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case::<crate::mariadb::MariaDb>().await;
            })*
        }
    };
}

mod faults;
mod findings;
mod mariadb;
mod postgres;
mod sqlite;
mod table;
mod traps;

mod contract_on_sqlite {
    regain_ports::accounts_contract!(crate::table::Table<crate::sqlite::Sqlite>);
}

mod contract_on_postgres {
    regain_ports::accounts_contract!(crate::table::Table<crate::postgres::Postgres>);
}

mod contract_on_mariadb {
    regain_ports::accounts_contract!(crate::table::Table<crate::mariadb::MariaDb>);
}
