//! The registrations of the accounts in the same database.

use async_trait::async_trait;
use jiff::Timestamp;
use regain_protocol::{Role, Secret};
use sqlx::Row as _;

use super::{
    EmbeddedDirectory, NOBODY, register, ring,
    rows::{destination_from, role_from_text, time_from},
};
use regain_ports::{
    AccountId, AccountMail, AccountQuestion, AccountWrite, DirectoryError, GivenAnswer, RegisterError, Registered,
    Registration, Registrations, RingPoint, Standing,
};
use regain_values::questions;

/// Removes all that is registered for an account.
const FORGET: [&str; 6] = [
    "DELETE FROM account_mails WHERE account_id = $1",
    "DELETE FROM account_phones WHERE account_id = $1 AND role <> 'office'",
    "DELETE FROM account_questions WHERE account_id = $1",
    "DELETE FROM account_authenticators WHERE account_id = $1",
    "DELETE FROM account_recovery_codes WHERE account_id = $1",
    "UPDATE accounts SET security_info_confirmed_at = NULL WHERE id = $1",
];

#[async_trait]
impl Registrations for EmbeddedDirectory {
    async fn of(&self, id: Option<&AccountId>) -> Result<Registered, DirectoryError> {
        self.registered(id.unwrap_or(&NOBODY.into())).await.map_err(DirectoryError::unavailable)
    }

    async fn neighbours(&self, near: RingPoint) -> Result<Vec<(AccountId, Registered)>, DirectoryError> {
        self.after(near).await.map_err(DirectoryError::unavailable)
    }

    async fn check_answers(
        &self,
        id: Option<&AccountId>,
        standing: Standing,
        answers: &[GivenAnswer<'_>],
    ) -> Result<bool, DirectoryError> {
        let registered = "SELECT question, answer_hash FROM account_questions WHERE account_id = $1";
        let registered = self
            .all(id.unwrap_or(&NOBODY.into()), registered, |row| {
                Ok((row.try_get::<String, _>("question")?, row.try_get::<String, _>("answer_hash")?))
            })
            .await;
        let mut hashes = registered.map_err(DirectoryError::unavailable)?;
        // No answers prove nothing.
        let mut all_right = !answers.is_empty();
        for given in answers {
            // Each question counts once: what was answered is gone.
            let at = hashes.iter().position(|(question, _)| question == given.question);
            let hash = at.map(|at| hashes.swap_remove(at).1);
            let compared = hash.as_deref().unwrap_or(&self.dummy_hash);
            // Compared in any case and to the end, so that it takes as long whatever is wrong.
            let mut right = self.hashing.verify(standing, &questions::normalise(given.answer), compared).await?;
            // One that was registered with a former version is hashed in that one's form.
            if let Some(former) = questions::former_normalise(given.answer) {
                right |= self.hashing.verify(standing, &former, compared).await?;
            }
            all_right &= right && hash.is_some();
        }
        Ok(all_right)
    }

    async fn authenticator_key(&self, id: Option<&AccountId>) -> Result<Option<Secret<Vec<u8>>>, DirectoryError> {
        let nobody = NOBODY.into();
        let id = id.unwrap_or(&nobody);
        let sealed = "SELECT secret FROM account_authenticators WHERE account_id = $1";
        let sealed = self.all(id, sealed, |row| row.try_get::<String, _>("secret")).await;
        let Some(sealed) = sealed.map_err(DirectoryError::unavailable)?.pop() else { return Ok(None) };
        let key = self.keys.open(&register::authenticator_context(id), &sealed);
        key.map(Some).map_err(|error| DirectoryError::Unreadable(format!("the key of an authenticator app: {error}")))
    }

    async fn use_recovery_code(
        &self,
        id: Option<&AccountId>,
        code: &Secret<String>,
        now: Timestamp,
    ) -> Result<bool, DirectoryError> {
        self.mark_used(id.unwrap_or(&NOBODY.into()), code, now).await.map_err(DirectoryError::unavailable)
    }

    async fn register(&self, id: &AccountId, registration: &Registration) -> Result<(), RegisterError> {
        let write = self.prepared(id, registration).await?;
        // Of a registration nothing but the account itself is refused here.
        self.write_alone(&write).await?.map_err(|_| RegisterError::NoSuchAccount)
    }

    async fn prepare(&self, id: &AccountId, registration: &Registration) -> Result<AccountWrite, RegisterError> {
        Ok(AccountWrite::new(self.prepared(id, registration).await?))
    }

    async fn forget(&self, id: &AccountId) -> Result<(), DirectoryError> {
        let mut transaction = self.database.begin_write().await.map_err(DirectoryError::unavailable)?;
        for removal in FORGET {
            let removed = sqlx::query(removal).bind(id.as_str()).execute(&mut *transaction).await;
            removed.map_err(DirectoryError::unavailable)?;
        }
        ring::place(&mut transaction, id, self.place_of(id)).await.map_err(DirectoryError::unavailable)?;
        transaction.commit().await.map_err(DirectoryError::unavailable)
    }
}

impl EmbeddedDirectory {
    async fn registered(&self, id: &AccountId) -> sqlx::Result<Registered> {
        let mails = "SELECT role, address FROM account_mails WHERE account_id = $1 ORDER BY position";
        let mails = self.all(id, mails, |row| {
            let role = role_from_text(row.try_get("role")?)?;
            Ok(destination_from(row, "address", id)?.map(|address| AccountMail { role, address }))
        });
        let mails = mails.await?.into_iter().flatten().collect();
        let phones = self.phones(id).await?.into_iter().filter(|phone| phone.role != Role::Office).collect();
        let questions = "SELECT question, own FROM account_questions WHERE account_id = $1 ORDER BY position";
        let questions = self
            .all(id, questions, |row| Ok(AccountQuestion { id: row.try_get("question")?, own: row.try_get("own")? }));
        let questions = questions.await?;
        let authenticators =
            self.all(id, "SELECT 1 FROM account_authenticators WHERE account_id = $1", |_| Ok(())).await?;
        let codes = "SELECT used_at IS NULL AS is_left FROM account_recovery_codes WHERE account_id = $1";
        let codes = self.all(id, codes, |row| row.try_get::<bool, _>("is_left")).await?;
        let left = codes.iter().filter(|is_left| **is_left).count();
        let confirmed_at = "SELECT security_info_confirmed_at FROM accounts WHERE id = $1";
        let confirmed_at = self.all(id, confirmed_at, |row| time_from(row, "security_info_confirmed_at")).await?;
        Ok(Registered {
            mails,
            phones,
            questions,
            authenticator: !authenticators.is_empty(),
            recovery_codes: u8::try_from(left).ok().filter(|_| !codes.is_empty()),
            confirmed_at: confirmed_at.into_iter().flatten().next(),
        })
    }
}
