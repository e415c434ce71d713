//! The [`Registrations`] in memory.

use async_trait::async_trait;
use jiff::Timestamp;
use regain_ports::{
    AccountWrite, DirectoryError, GivenAnswer, NEIGHBOURS, RegisterError, Registered, Registration, Registrations,
    RingPoint, Standing,
};
use regain_protocol::Secret;
use regain_values::AccountId;

use super::{registered::Kept, shared::Memory, tables::AccountChange};

#[async_trait]
impl Registrations for Memory {
    async fn of(&self, id: Option<&AccountId>) -> Result<Registered, DirectoryError> {
        Ok(self.kept(id).shown())
    }

    async fn neighbours(&self, near: RingPoint) -> Result<Vec<(AccountId, Registered)>, DirectoryError> {
        let tables = self.lock();
        let is_usable = |id: &AccountId| tables.account(id).is_some_and(|account| account.person.enabled);
        let able = tables.registered.iter().filter(|(id, kept)| kept.can_recover() && is_usable(id));
        let mut ring: Vec<_> = able.map(|(id, kept)| (self.keys.account_place(id.as_str()), id, kept)).collect();
        ring.sort_by_key(|(place, id, _)| (*place < near, *place, *id));
        Ok(ring.into_iter().take(NEIGHBOURS).map(|(_, id, kept)| (id.clone(), kept.shown())).collect())
    }

    async fn check_answers(
        &self,
        id: Option<&AccountId>,
        _: Standing,
        answers: &[GivenAnswer<'_>],
    ) -> Result<bool, DirectoryError> {
        Ok(self.kept(id).are_right(answers))
    }

    async fn authenticator_key(&self, id: Option<&AccountId>) -> Result<Option<Secret<Vec<u8>>>, DirectoryError> {
        Ok(self.kept(id).authenticator())
    }

    async fn use_recovery_code(
        &self,
        id: Option<&AccountId>,
        code: &Secret<String>,
        _: Timestamp,
    ) -> Result<bool, DirectoryError> {
        let mut tables = self.lock();
        let kept = id.and_then(|id| tables.registered.get_mut(id));
        Ok(kept.is_some_and(|kept| kept.use_recovery_code(code)))
    }

    async fn register(&self, id: &AccountId, registration: &Registration) -> Result<(), RegisterError> {
        let write = self.prepare(id, registration).await?;
        let written = self.lock().write_account(&write).map_err(DirectoryError::unavailable)?;
        // Of a registration nothing but the account itself is refused here.
        written.map_err(|_| RegisterError::NoSuchAccount)
    }

    async fn prepare(&self, id: &AccountId, registration: &Registration) -> Result<AccountWrite, RegisterError> {
        registration.check()?;
        let (id, registration) = (id.clone(), registration.clone());
        Ok(AccountWrite::new(AccountChange::Registration { id, registration }))
    }

    async fn accounts(&self) -> Result<Vec<AccountId>, DirectoryError> {
        let tables = self.lock();
        Ok(tables.registered.iter().filter(|(_, kept)| kept.is_any()).map(|(id, _)| id.clone()).collect())
    }

    async fn forget(&self, id: &AccountId) -> Result<(), DirectoryError> {
        self.lock().registered.remove(id);
        Ok(())
    }
}

impl Memory {
    /// Registrations of an account; none for nobody.
    fn kept(&self, id: Option<&AccountId>) -> Kept {
        id.and_then(|id| self.lock().registered.get(id).cloned()).unwrap_or_default()
    }
}
