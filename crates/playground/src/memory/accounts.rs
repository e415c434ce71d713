//! The [`Accounts`] in memory, which are committed along with the flows.

use async_trait::async_trait;
use jiff::Timestamp;
use regain_ports::{
    Abilities, AccountRefusal, AccountWrite, Accounts, DirectoryError, JoinedAccounts, PasswordChange, Person,
    SetPasswordError, SignIn, UnlockError, Unlocked,
};
use regain_protocol::Secret;
use regain_values::{AccountId, UserId};

use super::{shared::Memory, tables::AccountChange};

#[async_trait]
impl Accounts for Memory {
    fn abilities(&self) -> Abilities {
        Abilities::ALL
    }

    async fn find(&self, user_id: &UserId) -> Result<Option<Person>, DirectoryError> {
        let (now, key) = (self.clock.now(), user_id.folded());
        let tables = self.lock();
        let account = tables.accounts.iter().find(|account| account.person.user_id.folded() == key);
        Ok(account.map(|account| account.person(now)))
    }

    async fn sign_in(
        &self,
        user_id: &UserId,
        password: &Secret<String>,
        now: Timestamp,
    ) -> Result<SignIn<Person>, DirectoryError> {
        let key = user_id.folded();
        let mut tables = self.lock();
        let account = tables.accounts.iter_mut().find(|account| account.person.user_id.folded() == key);
        let accepted = account.and_then(|account| account.sign_in(password, now).then(|| account.person(now)));
        Ok(accepted.map_or(SignIn::Refused, SignIn::Accepted))
    }

    async fn set_password(&self, id: &AccountId, change: &PasswordChange) -> Result<(), SetPasswordError> {
        let write = self.password(id, change).await?;
        self.written(&write)?.map_err(|refusal| match refusal {
            AccountRefusal::WrongPassword => SetPasswordError::WrongPassword,
            _ => SetPasswordError::NoSuchAccount,
        })
    }

    async fn unlock(&self, id: &AccountId) -> Result<Unlocked, UnlockError> {
        for expected in [Unlocked::WasLocked, Unlocked::WasNotLocked] {
            match self.written(&self.unlocking(id, expected)?)? {
                Ok(()) => return Ok(expected),
                Err(AccountRefusal::NotLocked | AccountRefusal::Locked) => {}
                Err(_) => return Err(UnlockError::NoSuchAccount),
            }
        }
        Ok(Unlocked::WasNotLocked)
    }

    async fn remembers(&self, id: &AccountId, password: &Secret<String>) -> Result<bool, DirectoryError> {
        Ok(self.lock().account(id).is_some_and(|account| account.had(password)))
    }

    fn joined(&self) -> Option<&dyn JoinedAccounts> {
        Some(self)
    }

    async fn people(&self, ids: &[AccountId]) -> Result<Option<Vec<Person>>, DirectoryError> {
        let now = self.clock.now();
        let tables = self.lock();
        Ok(Some(ids.iter().filter_map(|id| tables.account(id)).map(|account| account.person(now)).collect()))
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        Ok(())
    }
}

#[async_trait]
impl JoinedAccounts for Memory {
    async fn password(&self, id: &AccountId, change: &PasswordChange) -> Result<AccountWrite, SetPasswordError> {
        let (id, change, remembered) = (id.clone(), change.clone(), self.remembered);
        Ok(AccountWrite::new(AccountChange::Password { id, change, remembered }))
    }

    fn unlocking(&self, id: &AccountId, expected: Unlocked) -> Result<AccountWrite, UnlockError> {
        Ok(AccountWrite::new(AccountChange::Unlocking { id: id.clone(), expected, now: self.clock.now() }))
    }
}

impl Memory {
    /// Writes a change by itself. A refused one has changed nothing.
    fn written(&self, write: &AccountWrite) -> Result<Result<(), AccountRefusal>, DirectoryError> {
        self.lock().write_account(write).map_err(DirectoryError::unavailable)
    }
}
