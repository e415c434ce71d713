//! Setting passwords and clearing lockouts.

use regain_ports::{AccountId, DirectoryError, PasswordChange, SetPasswordError, UnlockError, Unlocked};
use regain_protocol::Secret;

use super::{
    account::Account,
    directory::ActiveDirectory,
    windows::{self, LOCKOUT_TIME, PASSWORD, unicode_password},
};
use crate::{
    connection::{Reply, add, code, delete, replace},
    core::{Deadline, refuse_empty, unexpected},
    rules::Refused,
};

impl ActiveDirectory {
    pub(super) async fn write_password(&self, id: &AccountId, change: &PasswordChange) -> Result<(), SetPasswordError> {
        let deadline = Deadline::new();
        let prepared = self.core.prepared(deadline, self.usable(id)).await?;
        let (account, connection) = prepared.ok_or(SetPasswordError::NoSuchAccount)?;
        refuse_empty(change, account.person.password_rules.min_length)?;
        let new = unicode_password(&change.new);
        let mut changes = match change.current.as_ref().map(unicode_password) {
            Some(current) => vec![delete(PASSWORD, current.expose()), add(PASSWORD, new.expose())],
            None => vec![replace(PASSWORD, Some(new.expose()))],
        };
        // In the same operation: a lock that came about meanwhile goes too, and a refused password unlocks nothing.
        changes.push(replace(LOCKOUT_TIME, Some(b"0")));
        let sent = connection.modify(&account.target(), changes, Vec::new()).await;
        let changed = self.has_changed(&account, &change.new);
        match self.core.answer(deadline, &connection, sent, changed).await? {
            Some(reply) => self.set(&account, change, &reply),
            None => Ok(()),
        }
    }

    /// Tells if a change of which no answer came was carried out: a password was set, and it is this one.
    async fn has_changed(&self, before: &Account, new: &Secret<String>) -> Result<bool, DirectoryError> {
        let Some(now) = Box::pin(self.by_id(&before.person.id)).await? else { return Ok(false) };
        Ok(now.password_set != before.password_set && self.is_right(&now.dn, new).await?)
    }

    /// The meaning of the server's answer to a new password.
    fn set(&self, account: &Account, change: &PasswordChange, reply: &Reply) -> Result<(), SetPasswordError> {
        let is_change = change.current.is_some();
        Err(match (reply.code, reply.windows) {
            (code::SUCCESS, _) => return Ok(()),
            (code::NO_SUCH_OBJECT, _) => SetPasswordError::NoSuchAccount,
            (code::INSUFFICIENT_ACCESS_RIGHTS, _) => SetPasswordError::NotAllowed,
            (
                code::CONSTRAINT_VIOLATION | code::UNWILLING_TO_PERFORM,
                Some(windows::WRONG_CURRENT | windows::LOCKED),
            ) if is_change => SetPasswordError::WrongPassword,
            (code::CONSTRAINT_VIOLATION, _) | (code::UNWILLING_TO_PERFORM, Some(windows::RESTRICTION)) => {
                let refused = Refused {
                    rules: account.rules.unwrap_or_default(),
                    person: &account.person,
                    password: &change.new,
                    is_change,
                    set_at: account.set_at(),
                    now: self.core.now(),
                };
                SetPasswordError::Refused(refused.violations())
            }
            _ => unexpected("setting a password", reply).into(),
        })
    }

    pub(super) async fn clear_lockout(&self, id: &AccountId) -> Result<Unlocked, UnlockError> {
        let deadline = Deadline::new();
        let prepared = self.core.prepared(deadline, self.usable(id)).await?;
        let (account, connection) = prepared.ok_or(UnlockError::NoSuchAccount)?;
        let before = if account.person.locked { Unlocked::WasLocked } else { Unlocked::WasNotLocked };
        // Of an account that is not locked it forgets the failures.
        let changes = vec![replace(LOCKOUT_TIME, Some(b"0"))];
        let sent = connection.modify(&account.target(), changes, Vec::new()).await;
        let is_unlocked = async { Ok(Box::pin(self.by_id(id)).await?.is_some_and(|now| !now.person.locked)) };
        let Some(reply) = self.core.answer(deadline, &connection, sent, is_unlocked).await? else { return Ok(before) };
        match reply.code {
            code::SUCCESS => Ok(before),
            code::NO_SUCH_OBJECT => Err(UnlockError::NoSuchAccount),
            code::INSUFFICIENT_ACCESS_RIGHTS => Err(UnlockError::NotAllowed),
            _ => Err(unexpected("unlocking", &reply).into()),
        }
    }
}
