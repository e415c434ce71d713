//! Unlocking.

use std::sync::atomic::{AtomicBool, Ordering};

use regain_ports::{AccountId, DirectoryError, UnlockError, Unlocked};

use crate::{
    database::Values,
    directory::SqlAccounts,
    failure::{ATTEMPTS, Failure},
};

impl SqlAccounts {
    pub(crate) async fn clear_lockout(&self, id: &AccountId) -> Result<Unlocked, UnlockError> {
        for _ in 0..ATTEMPTS {
            let is_committing = AtomicBool::new(false);
            match self.within(self.try_unlock(id, &is_committing)).await {
                Ok(ended) => return ended,
                Err(Failure::Conflict) => {}
                Err(Failure::Directory(error)) if is_committing.into_inner() => {
                    return Err(DirectoryError::Unanswered(error.to_string()).into());
                }
                Err(Failure::Directory(error)) => return Err(error.into()),
            }
        }
        Err(Failure::Conflict.into_error().into())
    }

    async fn try_unlock(
        &self,
        id: &AccountId,
        is_committing: &AtomicBool,
    ) -> Result<Result<Unlocked, UnlockError>, Failure> {
        let of_url = |error: sqlx::Error| Failure::of(self.url_key, &error);
        let Some(unlock) = &self.statements.unlock else {
            let text = "directory.sql.unlock is not set";
            return Err(DirectoryError::Misconfigured(text.into()).into());
        };
        let now = self.clock.now();
        let values = Values { id: Some(id), now, ..self.nobody() };
        let mut lease = self.lease().await?;
        lease.begin().await.map_err(of_url)?;
        let found = self.read_by_id(&mut lease, id, now).await?;
        let Some(found) = found.filter(|found| found.person.enabled) else {
            lease.rollback().await.map_err(of_url)?;
            return Ok(Err(UnlockError::NoSuchAccount));
        };
        self.write_one(&mut lease, unlock, &values).await?;
        let is_locked =
            found.person.locked && self.read_by_id(&mut lease, id, now).await?.is_none_or(|found| found.person.locked);
        if is_locked {
            lease.rollback().await.map_err(of_url)?;
            return Ok(Err(UnlockError::NotAllowed));
        }
        is_committing.store(true, Ordering::Relaxed);
        lease.commit().await.map_err(of_url)?;
        Ok(Ok(if found.person.locked { Unlocked::WasLocked } else { Unlocked::WasNotLocked }))
    }
}
