//! Signing in, with what a bind alone does not tell: a former password that is still taken for an hour.

use jiff::SignedDuration;
use regain_ports::{DirectoryError, Person, SignIn};
use regain_protocol::Secret;
use regain_values::UserId;

use super::{
    account::Account,
    directory::ActiveDirectory,
    windows::{self, unicode_password},
};
use crate::{
    connection::{add, code, delete},
    core::unexpected,
};

/// The time for which a domain controller goes on taking a former password (60 minutes), with some for clocks that differ.
const FORMER_COUNTS_FOR: SignedDuration = SignedDuration::from_mins(65);

impl ActiveDirectory {
    pub(super) async fn signed_in(
        &self,
        user_id: &UserId,
        password: &Secret<String>,
    ) -> Result<SignIn<Person>, DirectoryError> {
        let account = self.account(user_id).await?.filter(|account| account.person.enabled);
        if password.expose().is_empty() {
            return Ok(SignIn::Refused);
        }
        let dn = account.as_ref().map_or_else(|| self.core.nobody("CN"), |account| account.dn.clone());
        let is_right = self.is_right(&dn, password).await?;
        let Some(account) = account.filter(|_| is_right) else { return Ok(SignIn::Refused) };
        if self.may_be_former(&account) && !self.is_current(&account, password).await? {
            return Ok(SignIn::Refused);
        }
        Ok(SignIn::Accepted(Person { locked: false, ..account.person }))
    }

    /// Tells if a password is right: current, or a former one that is still taken.
    pub(super) async fn is_right(&self, dn: &str, password: &Secret<String>) -> Result<bool, DirectoryError> {
        let reply = self.core.bind(dn, password).await?;
        match (reply.code, reply.bind) {
            (code::SUCCESS, _) | (code::INVALID_CREDENTIALS, Some(windows::EXPIRED | windows::MUST_CHANGE)) => Ok(true),
            (code::INVALID_CREDENTIALS, _) => Ok(false),
            _ => Err(unexpected("signing in", &reply)),
        }
    }

    /// Tells if a controller may still take the password before this one. Without a history it knows none.
    fn may_be_former(&self, account: &Account) -> bool {
        let has_history = account.rules.is_none_or(|rules| rules.history > 0);
        // With 0 the password has to be changed, and the time at which it was set is not known.
        let is_recent = account.set_at().is_none_or(|at| at + FORMER_COUNTS_FOR > self.core.now());
        has_history && is_recent
    }

    /// Tells the current password from the former one. A change looks at the given password before it looks at the new
    /// one: a wrong one is refused as such, and a right one because the history has it. Either way nothing is changed.
    async fn is_current(&self, account: &Account, password: &Secret<String>) -> Result<bool, DirectoryError> {
        let value = unicode_password(password);
        let changes = vec![delete("unicodePwd", value.expose()), add("unicodePwd", value.expose())];
        let connection = self.core.client.service().await?;
        let reply = match connection.modify(&account.target(), changes, Vec::new()).await {
            Ok(reply) => reply,
            Err(lost) => {
                self.core.client.drop_after(&connection, &lost).await;
                return Err(lost.into());
            }
        };
        match (reply.code, reply.windows) {
            (code::SUCCESS, _)
            | (code::CONSTRAINT_VIOLATION | code::UNWILLING_TO_PERFORM, Some(windows::RESTRICTION)) => Ok(true),
            (
                code::CONSTRAINT_VIOLATION | code::UNWILLING_TO_PERFORM,
                Some(windows::WRONG_CURRENT | windows::LOCKED),
            ) => Ok(false),
            _ => Err(unexpected("telling a current password from a former one", &reply)),
        }
    }
}
