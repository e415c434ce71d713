//! The memory that the ports share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use regain_ports::{Clock, Directory, Registration};
use regain_server::keys::Keys;
use regain_values::AccountId;

use super::{stored_account::StoredAccount, tables::Tables};

/// A store and a directory in memory; cheap to clone, and each clone has the same.
#[derive(Clone)]
pub struct Memory {
    tables: Arc<Mutex<Tables>>,
    pub(super) clock: Arc<dyn Clock>,
    /// Say where on the ring an account is.
    pub(super) keys: Keys,
    /// The number of an account's last passwords that are remembered.
    pub(super) remembered: usize,
}

impl Memory {
    /// An empty one.
    pub fn new(clock: Arc<dyn Clock>, keys: Keys, remembered: u8) -> Self {
        Self { tables: Arc::default(), clock, keys, remembered: remembered.into() }
    }

    /// Adds an account, with what is registered for it.
    pub fn add(&self, account: StoredAccount, registrations: &[Registration]) {
        let mut tables = self.lock();
        let registered = tables.registered.entry(account.person.id.clone()).or_default();
        for registration in registrations {
            registered.change(registration);
        }
        tables.accounts.push(account);
    }

    /// Deletes an account, as an administrator of the directory would.
    pub fn delete(&self, id: &AccountId) {
        self.lock().accounts.retain(|account| account.person.id != *id);
    }

    /// The directory as the flows ask it.
    pub fn directory(&self) -> Directory {
        Directory { accounts: Arc::new(self.clone()), registrations: Arc::new(self.clone()) }
    }

    /// A change is in the tables whole or not at all, so a panic elsewhere leaves nothing to worry about.
    pub(super) fn lock(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
