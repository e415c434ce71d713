//! OpenLDAP and its kin: passwords in `userPassword`, states of accounts and rules by the password policy overlay
//! (draft-behera-ldap-password-policy).

mod account;
mod directory;
mod facts;
mod findings;
mod password;
mod policy_error;
mod sign_in;

use async_trait::async_trait;
use jiff::Timestamp;
use regain_ports::{
    Abilities, AccountId, Accounts, DirectoryError, Finding, PasswordChange, Person, SetPasswordError, SignIn,
    UnlockError, Unlocked,
};
use regain_protocol::Secret;
use regain_values::UserId;

pub use self::directory::LdapDirectory;
use crate::core::Deadline;

#[async_trait]
impl Accounts for LdapDirectory {
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
        self.by_ids(ids).await.map(Some)
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
