//! The adapter: its parts, and what each operation needs of the database.

use std::{fmt, sync::Arc, time::Duration};

use regain_password_hashes::{Costs, Lanes, Memory, Scheme, StoredHash};
use regain_ports::{Abilities, Clock, DirectoryError, Rng};

use crate::{
    database::{self, Lease, Pool, Statement, Values},
    failure::Failure,
    fields::{self, Field},
};

/// An application's table of users.
pub struct SqlAccounts {
    pub(crate) pool: Box<dyn Pool>,
    pub(crate) statements: Statements,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) lanes: Lanes,
    pub(crate) memory: Memory,
    /// The format of new hashes.
    pub(crate) scheme: Scheme,
    pub(crate) costs: Costs,
    /// The hash that a password is compared with where there is none.
    pub(crate) dummy: StoredHash,
    /// The time that a read or a write may take.
    pub(crate) timeout: Duration,
    /// The key that has the URL.
    pub(crate) url_key: &'static str,
}

/// The statements of the configuration.
pub(crate) struct Statements {
    pub(crate) find: Statement,
    pub(crate) by_id: Statement,
    pub(crate) password: Statement,
    pub(crate) set_password: Statement,
    pub(crate) groups: Option<Statement>,
    pub(crate) unlock: Option<Statement>,
    pub(crate) failed: Option<Statement>,
    pub(crate) succeeded: Option<Statement>,
    pub(crate) end_sessions: Option<Statement>,
}

impl Statements {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Statement> {
        let Self { find, by_id, password, set_password, groups, unlock, failed, succeeded, end_sessions } = self;
        let optional = [groups, unlock, failed, succeeded, end_sessions];
        [find, by_id, password, set_password].into_iter().chain(optional.into_iter().flatten())
    }
}

impl fmt::Debug for SqlAccounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlAccounts").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

impl SqlAccounts {
    /// Its abilities, by its statements.
    pub(crate) fn abilities_by_statements(&self) -> Abilities {
        let reads = |field| fields::reads(&self.statements.find, field);
        Abilities {
            sign_in: true,
            unlock: self.statements.unlock.is_some(),
            remembers: false,
            owns_alternate: reads(Field::AlternateMail),
            owns_mobile: reads(Field::Mobile),
        }
    }

    /// Values of a call for nobody. The others say what is different.
    pub(crate) fn nobody(&self) -> Values<'static> {
        Values {
            user_id: "",
            id: None,
            has_numbers: fields::has_numbers(&self.statements.find),
            new_hash: "",
            old_hash: None,
            now: self.clock.now(),
        }
    }

    /// Runs a statement that may change one account's row.
    pub(crate) async fn write_one(
        &self,
        lease: &mut Lease,
        statement: &Statement,
        values: &Values<'_>,
    ) -> Result<u64, Failure> {
        let changed = lease.execute(statement, values).await.map_err(|error| Failure::of(statement.key, &error))?;
        if changed > 1 {
            let text = format!("{}: it would change {changed} rows; nothing was changed", statement.key);
            tracing::error!("{text}");
            return Err(DirectoryError::Misconfigured(text).into());
        }
        Ok(changed)
    }

    /// A connection of the pool.
    pub(crate) async fn lease(&self) -> Result<Lease, DirectoryError> {
        Lease::of(&*self.pool).await.map_err(|error| database::failed(self.url_key, &error))
    }

    /// Gives a read or a write up where it takes too long.
    pub(crate) async fn within<T, E: From<DirectoryError>>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let late = || DirectoryError::Unavailable(format!("{}: the database takes too long", self.url_key));
        tokio::time::timeout(self.timeout, work).await.unwrap_or_else(|_| Err(late().into()))
    }
}
