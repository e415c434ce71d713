//! OpenLDAP and its kin: passwords in `userPassword`, states of accounts and rules by the password policy overlay
//! (draft-behera-ldap-password-policy).

mod account;
mod directory;
mod error;
mod facts;
mod findings;
mod password;

use async_trait::async_trait;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use regain_ports::{
    Abilities, AccountId, Accounts, DirectoryError, Finding, PasswordChange, Person, SetPasswordError, SignIn,
    UnlockError, Unlocked,
};
use regain_protocol::Secret;
use regain_values::UserId;

pub use directory::LdapDirectory;

use crate::{core::Deadline, entry::is_uuid};

/// The most accounts that are asked for in one search.
const IDS_A_SEARCH: usize = 100;

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
        let work = async {
            let account = self.account(user_id).await?.filter(|account| account.person.enabled);
            if password.expose().is_empty() {
                return Ok(SignIn::Refused);
            }
            let dn = account.as_ref().map_or_else(|| self.core.nobody("uid"), |account| account.dn.clone());
            let is_right = self.is_right(&dn, password).await?;
            Ok(match account {
                Some(account) if is_right => SignIn::Accepted(Person { locked: false, ..account.person }),
                _ => SignIn::Refused,
            })
        };
        Deadline::new().whole(work).await
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
        let known: Vec<_> = ids.iter().filter(|id| is_uuid(id)).collect();
        for some in known.chunks(IDS_A_SEARCH) {
            let tests: Vec<_> = some.iter().map(|id| format!("(entryUUID={id})")).collect();
            let found = self.core.below_base(&format!("(|{})", tests.concat()), &attributes, 0).await?;
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
