//! OpenLDAP and its kin: passwords in `userPassword`, states of accounts and rules by the password policy overlay
//! (draft-behera-ldap-password-policy).

mod account;
mod facts;
mod findings;
mod password;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use regain_ports::{
    Abilities, AccountId, Accounts, Clock, DirectoryError, Finding, PasswordChange, Person, SetPasswordError, SignIn,
    UnlockError, Unlocked,
};
use regain_protocol::Secret;
use regain_values::UserId;

use self::{account::Account, facts::LdapFacts};
use crate::{
    connection::code,
    core::{Core, Deadline, Facts, OpenError, unexpected},
    entry::is_uuid,
    settings::{PasswordWrite, Settings},
};

/// The most accounts that are asked for in one search.
const IDS_A_SEARCH: usize = 100;

/// The directory of kind `ldap`.
pub struct LdapDirectory {
    core: Core,
    facts: Facts<LdapFacts>,
    password_write: PasswordWrite,
    /// The distinguished name of the password policy that counts where a person has none.
    password_policy: Option<String>,
}

impl LdapDirectory {
    /// The directory of checked settings. No server is asked yet.
    pub fn open(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let core = Core::new(settings, clock)?;
        let (password_write, password_policy) = (settings.password_write, settings.password_policy.clone());
        Ok(Self { core, facts: Facts::default(), password_write, password_policy })
    }

    async fn account(&self, user_id: &UserId) -> Result<Option<Account>, DirectoryError> {
        let attributes = self.core.mapping.attributes(&account::ATTRIBUTES);
        let entry = self.core.one(user_id, "(objectClass=*)", &attributes).await?;
        self.completed(entry).await
    }

    /// The account of an id.
    async fn by_id(&self, id: &AccountId) -> Result<Option<Account>, DirectoryError> {
        if !is_uuid(id) {
            return Ok(None);
        }
        let attributes = self.core.mapping.attributes(&account::ATTRIBUTES);
        let found = self.core.below_base(&format!("(entryUUID={id})"), &attributes, 2).await?;
        match <[_; 1]>::try_from(found) {
            Ok([entry]) => self.completed(Some(entry)).await,
            Err(_) => Ok(None),
        }
    }

    /// Tells if a password is right.
    async fn is_right(&self, dn: &str, password: &Secret<String>) -> Result<bool, DirectoryError> {
        let reply = self.core.bind(dn, password).await?;
        match reply.code {
            code::SUCCESS => Ok(true),
            // Only the right password is told that it ran out.
            code::INVALID_CREDENTIALS => Ok(reply.policy == Some(password::error::EXPIRED)),
            // Others say so of an account that is locked or switched off.
            code::CONSTRAINT_VIOLATION | code::UNWILLING_TO_PERFORM => Ok(false),
            _ => Err(unexpected("signing in", &reply)),
        }
    }

    /// The same as [`LdapDirectory::by_id`] for one that may be used.
    async fn usable(&self, id: &AccountId) -> Result<Option<Account>, DirectoryError> {
        Ok(self.by_id(id).await?.filter(|account| account.person.enabled))
    }
}

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
