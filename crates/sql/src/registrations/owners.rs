//! Owners of rows: each is an account of the directory whose registrations these are.

use std::{fmt, sync::Arc};

use regain_keys::Keys;
use regain_ports::{AccountId, Rng};

use crate::{database::Database, hashing::Hashing};

/// The owner that stands in for accounts that do not exist, so that whatever is done for them reads and writes the same.
/// Its row in the embedded directory is disabled, and its key is no normalised user ID, so nobody can name it.
pub(crate) const NOBODY: &str = "NOBODY";

/// The embedded directory's name in `account_ring`.
pub(super) const EMBEDDED: &str = "embedded";

/// The registrations of one directory's accounts; cheap to clone.
#[derive(Clone)]
pub struct OwnRegistrations {
    pub(super) database: Database,
    pub(super) rng: Arc<dyn Rng>,
    /// Seal the keys of authenticator apps, which must be read back.
    pub(super) keys: Keys,
    pub(crate) hashing: Hashing,
    /// The directory's name; [`EMBEDDED`] for the one in the same database.
    pub(super) directory: Arc<str>,
    /// The hash that an answer or a password is compared with where there is none.
    pub(crate) dummy_hash: String,
}

impl fmt::Debug for OwnRegistrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnRegistrations").field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl OwnRegistrations {
    /// Tells if the accounts are in the same database.
    pub(super) fn is_embedded(&self) -> bool {
        &*self.directory == EMBEDDED
    }

    /// The owner of an account's rows.
    pub(crate) fn owner(&self, id: &AccountId) -> AccountId {
        if self.is_embedded() { id.clone() } else { format!("{}:{id}", self.directory).into() }
    }

    /// The account of an owner of this directory.
    pub(super) fn id_of(&self, owner: String) -> AccountId {
        self.own_id(owner).unwrap_or_default()
    }

    /// The account of an owner, where it is one of this directory.
    pub(super) fn own_id(&self, owner: String) -> Option<AccountId> {
        if self.is_embedded() {
            // Ids of embedded accounts are made here, and have no colon.
            return (!owner.contains(':')).then(|| owner.into());
        }
        owner.strip_prefix(&*self.directory)?.strip_prefix(':').map(AccountId::from)
    }

    /// The owner of the rows of an account, or of nobody's.
    pub(super) fn owner_or_nobody(&self, id: Option<&AccountId>) -> AccountId {
        id.map_or_else(|| NOBODY.into(), |id| self.owner(id))
    }
}
