//! The port.

use async_trait::async_trait;
use jiff::Timestamp;
use regain_ports::{
    Abilities, AccountId, Accounts, DirectoryError, Finding, PasswordChange, Person, SetPasswordError, SignIn,
    UnlockError, Unlocked,
};
use regain_protocol::Secret;
use regain_values::UserId;

use crate::{database, directory::SqlAccounts};

#[async_trait]
impl Accounts for SqlAccounts {
    fn abilities(&self) -> Abilities {
        self.abilities_by_statements()
    }

    async fn find(&self, user_id: &UserId) -> Result<Option<Person>, DirectoryError> {
        let found = self.within(self.read_alone(user_id, self.clock.now())).await?;
        Ok(found.map(|found| found.person))
    }

    async fn sign_in(
        &self,
        user_id: &UserId,
        password: &Secret<String>,
        now: Timestamp,
    ) -> Result<SignIn<Person>, DirectoryError> {
        self.check_password(user_id, password, now).await
    }

    async fn set_password(&self, id: &AccountId, change: &PasswordChange) -> Result<(), SetPasswordError> {
        self.change_password(id, change).await
    }

    async fn unlock(&self, id: &AccountId) -> Result<Unlocked, UnlockError> {
        self.clear_lockout(id).await
    }

    async fn people(&self, ids: &[AccountId]) -> Result<Option<Vec<Person>>, DirectoryError> {
        let now = self.clock.now();
        let mut people = Vec::new();
        let mut lease = self.lease().await?;
        for id in ids {
            people.extend(self.within(self.read_by_id(&mut lease, id, now)).await?.map(|found| found.person));
        }
        lease.end();
        Ok(Some(people))
    }

    /// Asks for nobody, by the primary key.
    async fn check(&self) -> Result<(), DirectoryError> {
        let by_id = &self.statements.by_id;
        let asked = self.within(async {
            let mut lease = self.lease().await?;
            lease.fetch(by_id, &self.nobody()).await.map_err(|error| database::failed(by_id.key, &error))?;
            lease.end();
            Ok(())
        });
        asked.await
    }

    async fn inspect(&self, wrong_passwords_per_account: u32) -> Result<Vec<Finding>, DirectoryError> {
        self.findings(wrong_passwords_per_account).await
    }

    async fn examine(&self, user_id: &UserId) -> Result<Vec<Finding>, DirectoryError> {
        self.findings_about(user_id).await
    }
}
