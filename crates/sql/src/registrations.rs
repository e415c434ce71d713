//! Registrations of our own: what people prove themselves by, in Regain's own database, whatever directory has the
//! accounts.
//!
//! A row belongs to an *owner*: the account's id where the embedded directory has it, and otherwise the directory's name
//! with the id, so that nobody inherits from an account of another directory that happens to have the same id.

mod owners;
mod recovery_codes;
mod registered;
mod reseal;
mod ring;
mod write;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use regain_keys::Keys;
use regain_ports::{
    AccountId, AccountWrite, DirectoryError, GivenAnswer, RegisterError, Registered, Registration, Registrations,
    RingPoint, Rng, Standing, random_token,
};
use regain_protocol::Secret;
use regain_values::questions;

use crate::{
    DatabaseResult,
    columns::all,
    connection::Connection,
    database::{Database, Ending},
    hashing::{HashCost, Hashing, salt},
    query::{query, query_scalar},
};
use owners::EMBEDDED;
pub(crate) use owners::NOBODY;
pub use owners::OwnRegistrations;
pub(crate) use recovery_codes::set as set_recovery_codes;
pub(crate) use ring::place;
pub(crate) use write::{
    RegisteredQuestion, RegistrationChange, insert_questions, set_authenticator, set_mail, set_phone,
};

/// Removes all that is registered for an account.
const FORGET: [&str; 6] = [
    "DELETE FROM account_mails WHERE account_id = $1",
    "DELETE FROM account_phones WHERE account_id = $1 AND role <> 'office'",
    "DELETE FROM account_questions WHERE account_id = $1",
    "DELETE FROM account_authenticators WHERE account_id = $1",
    "DELETE FROM account_recovery_codes WHERE account_id = $1",
    "DELETE FROM account_confirmations WHERE account_id = $1",
];

/// The owners for whom anything is registered, in any order.
const OWNERS: &str = "
SELECT account_id FROM account_mails UNION SELECT account_id FROM account_phones WHERE role <> 'office'
UNION SELECT account_id FROM account_questions UNION SELECT account_id FROM account_authenticators
UNION SELECT account_id FROM account_recovery_codes UNION SELECT account_id FROM account_confirmations";

impl OwnRegistrations {
    /// The registrations of the accounts of a directory elsewhere. `directory` names it and stays the same for as long as
    /// its ids mean the same accounts.
    pub async fn open(
        database: Database,
        rng: Arc<dyn Rng>,
        keys: Keys,
        directory: &str,
    ) -> Result<Self, DirectoryError> {
        Self::open_with(database, rng, keys, HashCost::OWASP, directory).await
    }

    /// [`OwnRegistrations::open`] with another cost for new hashes.
    pub async fn open_with(
        database: Database,
        rng: Arc<dyn Rng>,
        keys: Keys,
        cost: HashCost,
        directory: &str,
    ) -> Result<Self, DirectoryError> {
        let hashing = Hashing::new(cost);
        let dummy_hash = hashing.hash(&random_token(&*rng), salt(&*rng)).await?;
        let opened = Self { database, rng, keys, hashing, directory: directory.into(), dummy_hash };
        let placed = opened.database.write(opened.clone(), |transaction, own| Box::pin(own.place_all(transaction)));
        placed.await.map_err(DirectoryError::unavailable)?;
        opened.reseal().await.map_err(DirectoryError::unavailable)?;
        Ok(opened)
    }

    /// The registrations of the accounts in the same database.
    pub(crate) async fn beside_embedded(
        database: Database,
        rng: Arc<dyn Rng>,
        keys: Keys,
        cost: HashCost,
    ) -> Result<Self, DirectoryError> {
        Self::open_with(database, rng, keys, cost, EMBEDDED).await
    }
}

#[async_trait]
impl Registrations for OwnRegistrations {
    async fn of(&self, id: Option<&AccountId>) -> Result<Registered, DirectoryError> {
        let registered = self
            .database
            .read_inline(self.owner_or_nobody(id), |connection, owner| Box::pin(registered::of(connection, owner)));
        registered.await.map_err(DirectoryError::unavailable)
    }

    async fn neighbours(&self, near: RingPoint) -> Result<Vec<(AccountId, Registered)>, DirectoryError> {
        self.after(near).await.map_err(DirectoryError::unavailable)
    }

    async fn check_answers(
        &self,
        id: Option<&AccountId>,
        standing: Standing,
        answers: &[GivenAnswer<'_>],
    ) -> Result<bool, DirectoryError> {
        let registered = self.database.read_inline(self.owner_or_nobody(id), |connection, owner| {
            let registered = "SELECT question, answer_hash FROM account_questions WHERE account_id = $1";
            Box::pin(all(connection, owner, registered, |row| {
                Ok((row.get::<String>("question")?, row.get::<String>("answer_hash")?))
            }))
        });
        let mut hashes = registered.await.map_err(DirectoryError::unavailable)?;
        // No answers prove nothing.
        let mut all_right = !answers.is_empty();
        for given in answers {
            // Each question counts once: what was answered is gone.
            let at = hashes.iter().position(|(question, _)| question == given.question);
            let hash = at.map(|at| hashes.swap_remove(at).1);
            let compared = hash.as_deref().unwrap_or(&self.dummy_hash);
            // Compared in any case and to the end, so that it takes as long whatever is wrong.
            let mut right = self.hashing.verify(standing, &questions::normalise(given.answer), compared).await?;
            // One that was registered with a former version is hashed in that one's form.
            if let Some(former) = questions::former_normalise(given.answer) {
                right |= self.hashing.verify(standing, &former, compared).await?;
            }
            all_right &= right && hash.is_some();
        }
        Ok(all_right)
    }

    async fn authenticator_key(&self, id: Option<&AccountId>) -> Result<Option<Secret<Vec<u8>>>, DirectoryError> {
        let owner = self.owner_or_nobody(id);
        let sealed = self.database.read_inline(owner.clone(), |connection, owner| {
            let sealed = "SELECT secret FROM account_authenticators WHERE account_id = $1";
            Box::pin(all(connection, owner, sealed, |row| row.get::<String>("secret")))
        });
        let Some(sealed) = sealed.await.map_err(DirectoryError::unavailable)?.pop() else { return Ok(None) };
        let key = self.keys.open(&write::authenticator_context(&owner), &sealed);
        key.map(Some).map_err(|error| DirectoryError::Unreadable(format!("the key of an authenticator app: {error}")))
    }

    async fn use_recovery_code(
        &self,
        id: Option<&AccountId>,
        code: &Secret<String>,
        now: Timestamp,
    ) -> Result<bool, DirectoryError> {
        self.mark_used(&self.owner_or_nobody(id), code, now).await.map_err(DirectoryError::unavailable)
    }

    async fn register(&self, id: &AccountId, registration: &Registration) -> Result<(), RegisterError> {
        let change = self.prepared(id, registration).await?;
        let written = self.database.decide(change, |transaction, change| {
            Box::pin(async move {
                let written = change.write(transaction).await?;
                Ok(if written.is_ok() { Ending::Commit(written) } else { Ending::Rollback(written) })
            })
        });
        // Of a registration nothing but the account itself is refused here.
        written.await.map_err(DirectoryError::unavailable)?.map_err(|_| RegisterError::NoSuchAccount)
    }

    async fn prepare(&self, id: &AccountId, registration: &Registration) -> Result<AccountWrite, RegisterError> {
        Ok(AccountWrite::new(self.prepared(id, registration).await?))
    }

    async fn accounts(&self) -> Result<Vec<AccountId>, DirectoryError> {
        let owners =
            self.database.read((), |connection, ()| Box::pin(query_scalar(OWNERS).fetch_all::<String>(connection)));
        let owners = owners.await.map_err(DirectoryError::unavailable)?;
        Ok(owners.into_iter().filter_map(|owner| self.own_id(owner)).collect())
    }

    async fn forget(&self, id: &AccountId) -> Result<(), DirectoryError> {
        let input = (self.clone(), self.owner(id));
        let forgotten = self.database.write(input, |transaction, (own, owner)| {
            Box::pin(async move {
                transaction.lock([write::lock_name(owner)]).await?;
                own.forget_in(transaction, owner).await
            })
        });
        forgotten.await.map_err(DirectoryError::unavailable)
    }
}

impl OwnRegistrations {
    /// Removes all that is registered for an owner.
    pub(crate) async fn forget_in(&self, transaction: &mut Connection, owner: &AccountId) -> DatabaseResult<()> {
        for removal in FORGET {
            query(removal).bind(owner.as_str()).execute(transaction).await?;
        }
        ring::place(transaction, &self.place_of(owner)).await
    }
}
