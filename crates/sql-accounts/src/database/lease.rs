//! Pools, and connections that are used again only where they are sound.

use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use super::{
    mysql::MySql,
    postgres::Postgres,
    session::{Pool, Session},
    sqlite::Sqlite,
};
use crate::settings::{Address, Settings};

/// Opens a pool. It connects when it is first asked.
pub(crate) fn open(settings: &Settings, address: Address) -> Box<dyn Pool> {
    let (connections, timeout) = (settings.connections, Duration::from_millis(settings.timeout_ms.into()));
    match address {
        Address::Postgres(options) => Box::new(Postgres::open(*options, connections, timeout)),
        Address::MySql(options) => Box::new(MySql::open(*options, connections, timeout)),
        Address::Sqlite(options) => Box::new(Sqlite::open(*options, connections, timeout)),
    }
}

/// A connection in use. It is used again only where [`Lease::end`] says that it is sound: after an error, or a caller
/// that stopped waiting half way, nobody knows what state it is in.
pub(crate) struct Lease {
    session: Box<dyn Session>,
    is_sound: bool,
}

impl Lease {
    pub(crate) async fn of(pool: &dyn Pool) -> sqlx::Result<Self> {
        Ok(Self { session: pool.session().await?, is_sound: false })
    }

    /// Gives it back.
    pub(crate) fn end(mut self) {
        self.is_sound = true;
    }

    /// Keeps what was written, and gives it back.
    pub(crate) async fn commit(mut self) -> sqlx::Result<()> {
        self.session.run("COMMIT").await?;
        self.end();
        Ok(())
    }

    /// Drops what was written, and gives it back.
    pub(crate) async fn rollback(mut self) -> sqlx::Result<()> {
        self.session.run("ROLLBACK").await?;
        self.end();
        Ok(())
    }
}

impl Deref for Lease {
    type Target = dyn Session;

    fn deref(&self) -> &Self::Target {
        &*self.session
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut *self.session
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.is_sound {
            self.session.spoil();
        }
    }
}
