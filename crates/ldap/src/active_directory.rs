//! Active Directory, Microsoft's or Samba's. Its refusals are told by codes: texts differ from version to version.

mod account;
mod directory;
mod facts;
mod findings;
mod password;
mod sid;
mod sign_in;
mod windows;

use async_trait::async_trait;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use regain_ports::{
    Abilities, AccountId, Accounts, DirectoryError, Finding, PasswordChange, Person, SetPasswordError, SignIn,
    UnlockError, Unlocked,
};
use regain_protocol::Secret;
use regain_values::UserId;

pub use directory::ActiveDirectory;

use account::PEOPLE;

use crate::{
    core::Deadline,
    entry::{escaped_bytes, guid_of_id},
};

/// The most accounts that are asked for in one search.
const IDS_A_SEARCH: usize = 100;

#[async_trait]
impl Accounts for ActiveDirectory {
    fn abilities(&self) -> Abilities {
        self.core.mapping.abilities()
    }

    async fn find(&self, user_id: &UserId) -> Result<Option<Person>, DirectoryError> {
        Deadline::new().whole(async { Ok(self.account(user_id).await?.map(|account| account.person)) }).await
    }

    async fn sign_in(
        &self,
        user_id: &UserId,
        password: &Secret<String>,
        _now: Timestamp,
    ) -> Result<SignIn<Person>, DirectoryError> {
        Deadline::new().whole(self.signed_in(user_id, password)).await
    }

    async fn set_password(&self, id: &AccountId, change: &PasswordChange) -> Result<(), SetPasswordError> {
        self.write_password(id, change).await
    }

    async fn unlock(&self, id: &AccountId) -> Result<Unlocked, UnlockError> {
        self.clear_lockout(id).await
    }

    async fn people(&self, ids: &[AccountId]) -> Result<Option<Vec<Person>>, DirectoryError> {
        let attributes = self.core.mapping.attributes(&account::ATTRIBUTES);
        let mut people = Vec::new();
        let known: Vec<_> = ids.iter().filter_map(guid_of_id).collect();
        for some in known.chunks(IDS_A_SEARCH) {
            let tests: Vec<_> = some.iter().map(|guid| format!("(objectGUID={})", escaped_bytes(guid))).collect();
            let filter = format!("(&{PEOPLE}(|{}))", tests.concat());
            let found = self.core.below_base(&filter, &attributes, 0).await?;
            let completed = try_join_all(found.into_iter().map(|entry| self.completed(Some(entry)))).await?;
            people.extend(completed.into_iter().flatten().map(|account| account.person));
        }
        Ok(Some(people))
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        Deadline::new().whole(self.core.check_base()).await
    }

    async fn inspect(&self, wrong_passwords_per_account: u32) -> Result<Vec<Finding>, DirectoryError> {
        self.findings(wrong_passwords_per_account).await
    }

    async fn examine(&self, user_id: &UserId) -> Result<Vec<Finding>, DirectoryError> {
        self.findings_about(user_id).await
    }
}
