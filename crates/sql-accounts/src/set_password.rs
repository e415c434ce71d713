//! Setting a password: a compare-and-swap on its hash, with the unlocking and the end of the sessions, in one transaction.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use regain_ports::{AccountId, DirectoryError, PasswordChange, SetPasswordError, Standing};
use regain_protocol::{Secret, Violation};

use crate::{
    database::Values,
    directory::SqlAccounts,
    failure::{ATTEMPTS, Failure},
    people::Found,
};

/// The result of a write.
enum Written {
    Done,
    /// The hash is another one by now.
    OtherHash,
    NoSuchAccount,
    /// It is still locked: that is not for us to end.
    StillLocked,
}

impl SqlAccounts {
    pub(crate) async fn change_password(
        &self,
        id: &AccountId,
        change: &PasswordChange,
    ) -> Result<(), SetPasswordError> {
        let mut new_hash = None;
        for _ in 0..ATTEMPTS {
            let found = self.within(self.usable(id)).await?.ok_or(SetPasswordError::NoSuchAccount)?;
            if let Some(current) = &change.current
                && !self.is_of(Standing::Proved, current, found.hash()).await?
            {
                return Err(SetPasswordError::WrongPassword);
            }
            let new_hash = match &new_hash {
                Some(made) => made,
                None => new_hash.insert(self.make(&change.new).await?),
            };
            let is_committing = AtomicBool::new(false);
            match self.within(self.write(id, new_hash, found.stored.as_ref(), &is_committing)).await {
                Ok(Written::Done) => return Ok(()),
                Ok(Written::NoSuchAccount) => return Err(SetPasswordError::NoSuchAccount),
                Ok(Written::StillLocked) => return Err(SetPasswordError::NotAllowed),
                // The current password was right for a hash that is not the account's any more.
                Ok(Written::OtherHash) if change.current.is_some() => return Err(SetPasswordError::WrongPassword),
                Ok(Written::OtherHash) | Err(Failure::Conflict) => {}
                Err(Failure::Directory(error)) if is_committing.into_inner() => {
                    return self.find_out(id, new_hash, error).await;
                }
                Err(Failure::Directory(error)) => return Err(error.into()),
            }
        }
        Err(Failure::Conflict.into_error().into())
    }

    /// An account that may be used.
    async fn usable(&self, id: &AccountId) -> Result<Option<Found>, DirectoryError> {
        let mut lease = self.lease().await?;
        let found = self.read_by_id(&mut lease, id, self.clock.now()).await?;
        lease.end();
        Ok(found.filter(|found| found.person.enabled))
    }

    /// The hash of a new password.
    async fn make(&self, password: &Secret<String>) -> Result<Secret<String>, SetPasswordError> {
        if !self.scheme.takes(password) {
            return Err(SetPasswordError::Refused(vec![self.refusal(password)]));
        }
        let (scheme, costs, memory) = (self.scheme, self.costs, self.memory.clone());
        let (password, rng) = (password.clone(), Arc::clone(&self.rng));
        let made = self.lanes.run(Standing::Proved, move || scheme.hash(costs, &password, &*rng, &memory)).await?;
        let failed = || DirectoryError::Unavailable("directory.sql.hash: a hash cannot be made".into());
        Ok(made.ok_or_else(failed)?.into())
    }

    /// The rule that a password breaks which its hash would not be of all of.
    fn refusal(&self, password: &Secret<String>) -> Violation {
        let most = self.scheme.max_bytes().unwrap_or(usize::MAX);
        let ends = password.expose().char_indices().map(|(at, character)| at + character.len_utf8());
        let fitting = ends.take_while(|end| *end <= most).count();
        if password.expose().len() > most {
            Violation::TooLong { max: u32::try_from(fitting).unwrap_or(u32::MAX) }
        } else {
            Violation::Directory {}
        }
    }

    async fn write(
        &self,
        id: &AccountId,
        new_hash: &Secret<String>,
        old_hash: Option<&Secret<String>>,
        is_committing: &AtomicBool,
    ) -> Result<Written, Failure> {
        let of_url = |error: sqlx::Error| Failure::of(self.url_key, &error);
        let now = self.clock.now();
        let values = Values {
            id: Some(id),
            new_hash: new_hash.expose(),
            old_hash: old_hash.map(|hash| hash.expose().as_str()),
            now,
            ..self.nobody()
        };
        let mut lease = self.lease().await?;
        lease.begin().await.map_err(of_url)?;
        let found = self.read_by_id(&mut lease, id, now).await?;
        let Some(found) = found.filter(|found| found.person.enabled) else {
            lease.rollback().await.map_err(of_url)?;
            return Ok(Written::NoSuchAccount);
        };
        if self.write_one(&mut lease, &self.statements.set_password, &values).await? == 0 {
            lease.rollback().await.map_err(of_url)?;
            return Ok(Written::OtherHash);
        }
        if let Some(unlock) = &self.statements.unlock {
            self.write_one(&mut lease, unlock, &values).await?;
            let is_locked = found.person.locked
                && self.read_by_id(&mut lease, id, now).await?.is_none_or(|found| found.person.locked);
            if is_locked {
                lease.rollback().await.map_err(of_url)?;
                return Ok(Written::StillLocked);
            }
        }
        if let Some(end_sessions) = &self.statements.end_sessions {
            lease.execute(end_sessions, &values).await.map_err(|error| Failure::of(end_sessions.key, &error))?;
        }
        is_committing.store(true, Ordering::Relaxed);
        lease.commit().await.map_err(of_url)?;
        Ok(Written::Done)
    }

    /// Finds out how a commit ended whose answer is missing. No other one sets the same hash.
    async fn find_out(
        &self,
        id: &AccountId,
        new_hash: &Secret<String>,
        error: DirectoryError,
    ) -> Result<(), SetPasswordError> {
        let stored = self.within(async {
            let mut lease = self.lease().await?;
            let stored = self.stored(&mut lease, Some(id)).await?;
            lease.end();
            Ok::<_, DirectoryError>(stored)
        });
        match stored.await {
            Ok(Some(stored)) if stored.expose().trim_end() == new_hash.expose() => {
                tracing::warn!(%error, "the database did not answer, and had set the password");
                Ok(())
            }
            // It may be on its way still.
            _ => Err(DirectoryError::Unanswered(error.to_string()).into()),
        }
    }
}
