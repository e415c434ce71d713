//! Setting passwords and clearing lockouts.

use ldap3::controls::{Assertion, RawControl, RelaxRules};
use regain_ports::{AccountId, PasswordChange, SetPasswordError, UnlockError, Unlocked};
use regain_protocol::Violation;

use super::{
    account::{Account, LOCKED_BY_ADMINISTRATOR},
    directory::LdapDirectory,
    policy_error,
};
use crate::{
    connection::{Connection, Lost, PASSWORD_POLICY, Reply, add, code, delete, replace},
    core::{Deadline, refuse_empty, unexpected},
    rules::Refused,
    settings::PasswordWrite,
};

impl LdapDirectory {
    pub(super) async fn write_password(&self, id: &AccountId, change: &PasswordChange) -> Result<(), SetPasswordError> {
        let deadline = Deadline::new();
        let prepared = self.core.prepared(deadline, self.usable(id)).await?;
        let (account, connection) = prepared.ok_or(SetPasswordError::NoSuchAccount)?;
        refuse_empty(change, account.rules.directory.min_length)?;
        let sent = self.send_password(&connection, &account, change).await;
        // The time at which a password was set is kept to the second: the password itself tells more.
        let changed = self.is_right(&account.dn, &change.new);
        let Some(reply) = self.core.answer(deadline, &connection, sent, changed).await? else { return Ok(()) };
        // The server's rules of access refuse an account that an administrator has locked since it was looked at.
        if reply.code == code::INSUFFICIENT_ACCESS_RIGHTS && self.usable(id).await?.is_none() {
            return Err(SetPasswordError::NoSuchAccount);
        }
        self.set(&account, change, &reply)
    }

    async fn send_password(
        &self,
        connection: &Connection,
        account: &Account,
        change: &PasswordChange,
    ) -> Result<Reply, Lost> {
        if self.password_write == PasswordWrite::Exop {
            return connection.set_password(&account.dn, change.current.as_ref(), &change.new).await;
        }
        let new = change.new.expose().as_bytes();
        let changes = match &change.current {
            Some(current) => vec![delete(PASSWORD, current.expose().as_bytes()), add(PASSWORD, new)],
            None => vec![replace(PASSWORD, Some(new))],
        };
        let policy = RawControl { ctype: PASSWORD_POLICY.to_owned(), crit: false, val: None };
        connection.modify(&account.dn, changes, vec![policy, unless_locked_by_administrator()]).await
    }

    /// The meaning of the server's answer to a new password.
    fn set(&self, account: &Account, change: &PasswordChange, reply: &Reply) -> Result<(), SetPasswordError> {
        use SetPasswordError::{NoSuchAccount, NotAllowed, Refused as IsRefused, WrongPassword};
        let refused = Refused {
            rules: account.rules,
            person: &account.person,
            password: &change.new,
            is_change: change.current.is_some(),
            set_at: account.set_at,
            now: self.core.now(),
        };
        let by_text = |otherwise| {
            let broken = refused.by_text();
            IsRefused(if broken.is_empty() { vec![otherwise] } else { broken })
        };
        Err(match (reply.code, reply.policy) {
            (code::SUCCESS, _) => return Ok(()),
            (code::NO_SUCH_OBJECT | code::ASSERTION_FAILED, _) => NoSuchAccount,
            (_, Some(policy_error::IN_HISTORY)) => IsRefused(vec![Violation::Reused {}]),
            (_, Some(policy_error::TOO_YOUNG)) => {
                IsRefused(vec![refused.too_soon().unwrap_or(Violation::Directory {})])
            }
            (_, Some(policy_error::TOO_SHORT)) => {
                let min = account.rules.directory.min_length;
                by_text(if min > 0 { Violation::TooShort { min } } else { Violation::Directory {} })
            }
            (_, Some(policy_error::INSUFFICIENT_QUALITY)) => by_text(Violation::Directory {}),
            (_, Some(policy_error::MODIFICATION_NOT_ALLOWED)) | (code::INSUFFICIENT_ACCESS_RIGHTS, _) => NotAllowed,
            // The first where it is wrong, the others where a parallel change came first.
            (
                code::UNWILLING_TO_PERFORM
                | code::NO_SUCH_ATTRIBUTE
                | code::ATTRIBUTE_OR_VALUE_EXISTS
                | code::INVALID_CREDENTIALS,
                _,
            ) if change.current.is_some() => WrongPassword,
            (_, Some(policy_error::MUST_SUPPLY_OLD_PASSWORD)) => NotAllowed,
            (code::CONSTRAINT_VIOLATION, _) => IsRefused(refused.violations()),
            _ => unexpected("setting a password", reply).into(),
        })
    }

    pub(super) async fn clear_lockout(&self, id: &AccountId) -> Result<Unlocked, UnlockError> {
        let deadline = Deadline::new();
        let prepared = self.core.prepared(deadline, self.usable(id)).await?;
        let (account, connection) = prepared.ok_or(UnlockError::NoSuchAccount)?;
        let before = if account.person.locked { Unlocked::WasLocked } else { Unlocked::WasNotLocked };
        let sent = match connection.modify(&account.dn, unlocking(), unlocking_controls()).await {
            // Without those controls the failures are forgotten only with a lock, and only the lock goes that was there.
            Ok(reply) if reply.code == code::UNAVAILABLE_CRITICAL_EXTENSION => match &account.lock {
                Some(lock) => connection.modify(&account.dn, vec![delete(LOCKED, lock.as_bytes())], Vec::new()).await,
                None => return Ok(Unlocked::WasNotLocked),
            },
            other => other,
        };
        let is_unlocked = async { Ok(Box::pin(self.by_id(id)).await?.is_some_and(|now| !now.person.locked)) };
        let Some(reply) = self.core.answer(deadline, &connection, sent, is_unlocked).await? else { return Ok(before) };
        match reply.code {
            code::SUCCESS => Ok(before),
            code::NO_SUCH_OBJECT | code::ASSERTION_FAILED => Err(UnlockError::NoSuchAccount),
            // Another lock is there by now, or none.
            code::NO_SUCH_ATTRIBUTE => match self.usable(id).await? {
                None => Err(UnlockError::NoSuchAccount),
                Some(now) if now.person.locked => Err(unexpected("unlocking", &reply).into()),
                Some(_) => Ok(before),
            },
            code::INSUFFICIENT_ACCESS_RIGHTS => Err(UnlockError::NotAllowed),
            _ => Err(unexpected("unlocking", &reply).into()),
        }
    }
}

const PASSWORD: &str = "userPassword";
const LOCKED: &str = "pwdAccountLockedTime";

/// The removal of a lock and of the failures that led to it.
pub(super) fn unlocking() -> Vec<ldap3::Mod<Vec<u8>>> {
    vec![replace(LOCKED, None), replace("pwdFailureTime", None)]
}

/// Attributes that the server keeps may be written, and an administrator's lock stays.
fn unlocking_controls() -> Vec<RawControl> {
    let relax = RawControl { crit: true, ..RelaxRules.into() };
    vec![relax, unless_locked_by_administrator()]
}

/// The condition, checked with the change, that no administrator locked the account.
fn unless_locked_by_administrator() -> RawControl {
    RawControl { crit: true, ..Assertion::new(format!("(!({LOCKED}={LOCKED_BY_ADMINISTRATOR}))")) }
}
