//! Signing in.

use regain_ports::{DirectoryError, Person, SignIn};
use regain_protocol::Secret;
use regain_values::UserId;

use super::{directory::LdapDirectory, policy_error};
use crate::{connection::code, core::unexpected};

impl LdapDirectory {
    pub(super) async fn signed_in(
        &self,
        user_id: &UserId,
        password: &Secret<String>,
    ) -> Result<SignIn<Person>, DirectoryError> {
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
    }

    /// Tells if a password is right.
    pub(super) async fn is_right(&self, dn: &str, password: &Secret<String>) -> Result<bool, DirectoryError> {
        let reply = self.core.bind(dn, password).await?;
        match reply.code {
            code::SUCCESS => Ok(true),
            // Only the right password is told that it ran out.
            code::INVALID_CREDENTIALS => Ok(reply.policy == Some(policy_error::EXPIRED)),
            // Others say so of an account that is locked or switched off.
            code::CONSTRAINT_VIOLATION | code::UNWILLING_TO_PERFORM => Ok(false),
            _ => Err(unexpected("signing in", &reply)),
        }
    }
}
