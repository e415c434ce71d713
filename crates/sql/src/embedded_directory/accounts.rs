//! The accounts and their passwords.

use async_trait::async_trait;
use jiff::Timestamp;
use regain_protocol::Secret;

use super::{
    EmbeddedDirectory,
    rows::{self, LOCKOUT},
    write::{AccountChange, Compared},
};
use crate::{
    DatabaseError, DatabaseResult,
    connection::Connection,
    database::{Ending, to_millis},
    hashing::salt,
    query::query,
    registrations::NOBODY,
};
use regain_ports::{
    Abilities, AccountId, AccountRefusal, AccountWrite, Accounts, DirectoryError, JoinedAccounts, PasswordChange,
    Person, SetPasswordError, SignIn, Standing, UnlockError, Unlocked,
};
use regain_values::UserId;

/// So many failed sign-ins in a row lock an account. Microsoft Entra smart lockout and OWASP's
/// Authentication Cheat Sheet both start at about ten.
const FAILURES_UNTIL_LOCKOUT: i64 = 10;

#[async_trait]
impl Accounts for EmbeddedDirectory {
    fn abilities(&self) -> Abilities {
        Abilities::ALL
    }

    async fn find(&self, user_id: &UserId) -> Result<Option<Person>, DirectoryError> {
        let now = self.clock.now();
        let row = self.read(&user_id.folded()).await.map_err(DirectoryError::unavailable)?;
        Ok(row.map(|row| Person { locked: row.is_locked(now), ..row.person }))
    }

    async fn sign_in(
        &self,
        user_id: &UserId,
        password: &Secret<String>,
        now: Timestamp,
    ) -> Result<SignIn<Person>, DirectoryError> {
        let found = self.read(&user_id.folded()).await.map_err(DirectoryError::unavailable)?;
        let compared = found.as_ref().and_then(|row| row.password_hash.as_deref()).unwrap_or(&self.dummy_hash);
        let right = self.hashing.verify(Standing::Stranger, password, compared).await?;
        let nobody = AccountId::from(NOBODY);
        let id = found.as_ref().map_or(&nobody, |row| &row.person.id);
        let accepted = self.note_sign_in(id, compared, right, now).await.map_err(DirectoryError::unavailable)?;
        Ok(match found {
            Some(found) if accepted => SignIn::Accepted(Person { locked: false, ..found.person }),
            _ => SignIn::Refused,
        })
    }

    async fn set_password(&self, id: &AccountId, change: &PasswordChange) -> Result<(), SetPasswordError> {
        let write = self.prepared_password(id, change).await?;
        match self.write_alone(write).await? {
            Ok(()) => Ok(()),
            Err(AccountRefusal::WrongPassword) => Err(SetPasswordError::WrongPassword),
            Err(_) => Err(SetPasswordError::NoSuchAccount),
        }
    }

    async fn unlock(&self, id: &AccountId) -> Result<Unlocked, UnlockError> {
        let now = self.clock.now();
        let mut expected = Unlocked::WasLocked;
        loop {
            let write = AccountChange::Unlocking { id: id.clone(), expected, now };
            expected = match self.write_alone(write).await? {
                Ok(()) => return Ok(expected),
                Err(AccountRefusal::NotLocked) => Unlocked::WasNotLocked,
                Err(AccountRefusal::Locked) => Unlocked::WasLocked,
                Err(_) => return Err(UnlockError::NoSuchAccount),
            };
        }
    }

    async fn remembers(&self, id: &AccountId, password: &Secret<String>) -> Result<bool, DirectoryError> {
        self.had(id, password).await
    }

    fn joined(&self) -> Option<&dyn JoinedAccounts> {
        Some(self)
    }

    async fn people(&self, ids: &[AccountId]) -> Result<Option<Vec<Person>>, DirectoryError> {
        self.by_ids(ids).await.map(Some).map_err(DirectoryError::unavailable)
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        self.database.check_read().await.map_err(DirectoryError::unavailable)
    }
}

#[async_trait]
impl JoinedAccounts for EmbeddedDirectory {
    async fn password(&self, id: &AccountId, change: &PasswordChange) -> Result<AccountWrite, SetPasswordError> {
        Ok(AccountWrite::new(self.prepared_password(id, change).await?))
    }

    fn unlocking(&self, id: &AccountId, expected: Unlocked) -> Result<AccountWrite, UnlockError> {
        Ok(AccountWrite::new(AccountChange::Unlocking { id: id.clone(), expected, now: self.clock.now() }))
    }
}

impl EmbeddedDirectory {
    /// A new password, hashed, and the current one, compared.
    async fn prepared_password(
        &self,
        id: &AccountId,
        change: &PasswordChange,
    ) -> Result<AccountChange, DirectoryError> {
        let hash = self.hashing.hash(&change.new, salt(&*self.rng)).await?;
        let mut compared = Compared::NotAsked;
        if let Some(current) = &change.current {
            let row = self.read_by_id(id).await.map_err(DirectoryError::unavailable)?;
            let stored = row.and_then(|row| row.password_hash);
            let right =
                self.hashing.verify(Standing::Proved, current, stored.as_deref().unwrap_or(&self.dummy_hash)).await?;
            compared = stored.filter(|_| right).map_or(Compared::Wrong, Compared::Right);
        }
        Ok(AccountChange::Password { id: id.clone(), hash, compared, remembered: self.remembered })
    }

    /// Writes a change in a transaction of its own.
    async fn write_alone(&self, write: AccountChange) -> Result<Result<(), AccountRefusal>, DirectoryError> {
        let written = self.database.decide(write, |transaction, write| {
            Box::pin(async move {
                let written = write.write(transaction).await?;
                Ok(if written.is_ok() { Ending::Commit(written) } else { Ending::Rollback(written) })
            })
        });
        written.await.map_err(DirectoryError::unavailable)
    }

    /// Counts a sign-in; tells if it is accepted. `compared` is the hash that the password was compared with.
    async fn note_sign_in(&self, id: &AccountId, compared: &str, right: bool, now: Timestamp) -> DatabaseResult<bool> {
        let input = (id.clone(), Some(compared.to_owned()).filter(|_| right), now);
        let noted = self.database.write(input, |transaction, (id, right_for, now)| {
            Box::pin(note_sign_in(transaction, id, right_for.as_deref(), *now))
        });
        noted.await
    }
}

/// Counts a sign-in; tells if it is accepted. `right_for` is the hash that the password was right for.
///
/// Decided on what the account is now: under any number of parallel tries, those that come after the lockout are
/// refused whatever they tried.
async fn note_sign_in(
    transaction: &mut Connection,
    id: &AccountId,
    right_for: Option<&str>,
    now: Timestamp,
) -> DatabaseResult<bool> {
    let row = rows::to_change(transaction, id).await?.ok_or_else(DatabaseError::not_found)?;
    let locked = row.is_locked(now);
    let accepted = row.person.enabled && !locked && right_for.is_some() && row.password_hash.as_deref() == right_for;
    let (failures, since) = row.failures(now);
    let (failures, since, locked_until) = if accepted {
        (0, None, None)
    } else if locked {
        // Tries during a lockout do not prolong it, or anyone could keep a person out for good.
        (failures, since, row.locked_until)
    } else if failures + 1 >= FAILURES_UNTIL_LOCKOUT {
        (0, None, Some(now + LOCKOUT))
    } else {
        (failures + 1, since.or(Some(now)), None)
    };
    query("UPDATE accounts SET failures = $2, failures_since = $3, locked_until = $4 WHERE id = $1")
        .bind(id.as_str())
        .bind(failures)
        .bind(since.map(to_millis))
        .bind(locked_until.map(to_millis))
        .execute(transaction)
        .await?;
    Ok(accepted)
}
