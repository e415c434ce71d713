//! Changes of accounts that are committed along with a flow.

use std::{any::Any, fmt, sync::Arc};

/// A change of an account, ready to be written by a commit of the store. Only the store over the same database as the
/// adapter that prepared it can write it; to everybody else it is opaque.
#[derive(Clone)]
pub struct AccountWrite(Arc<dyn Any + Send + Sync>);

impl AccountWrite {
    /// A change in the adapter's own terms.
    pub fn new(change: impl Any + Send + Sync) -> Self {
        Self(Arc::new(change))
    }

    /// The change, for the store that knows its type.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

/// The hash of a password may be in it.
impl fmt::Debug for AccountWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountWrite").finish_non_exhaustive()
    }
}

/// The reason for which an account does not take a change that was prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountRefusal {
    /// There is no such account, or it may not be used.
    NoSuchAccount,
    /// The current password is another one.
    WrongPassword,
    /// The account is not locked.
    NotLocked,
    /// The account is locked.
    Locked,
}
