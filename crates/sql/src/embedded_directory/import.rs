//! Bringing people into the embedded directory.

use regain_people::{Checked, ListError, PersonQuestion};
use regain_protocol::Role;

use super::EmbeddedDirectory;
use crate::{
    DatabaseError, DatabaseResult,
    connection::Connection,
    hashing::salt,
    query::query,
    registrations::{RegisteredQuestion, insert_questions, place, set_authenticator, set_recovery_codes},
};
use regain_ports::{AccountId, DirectoryError, random_id};
use regain_values::UserId;

/// Why people could not be imported. Nobody was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The list cannot be used.
    #[error(transparent)]
    List(#[from] ListError),
    /// An account was made, deleted or made anew while the list was worked through. Nothing was written.
    #[error("{0} was changed by somebody else meanwhile: nothing was written; try again")]
    Meanwhile(UserId),
    /// The directory does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl From<DatabaseError> for ImportError {
    fn from(error: DatabaseError) -> Self {
        Self::Directory(DirectoryError::unavailable(error))
    }
}

/// A new person ready to be written.
pub(super) struct Entry {
    pub(super) id: AccountId,
    pub(super) checked: Checked,
    password_hash: Option<String>,
    questions: Vec<RegisteredQuestion>,
    /// Sealed.
    authenticator: Option<String>,
}

impl EmbeddedDirectory {
    /// Writes a new person.
    pub(super) async fn add(&self, transaction: &mut Connection, entry: &Entry) -> DatabaseResult<()> {
        insert(transaction, entry).await?;
        let own = &self.registrations;
        let hashes = own.recovery_code_hashes(&entry.id, &entry.checked.person.recovery_codes);
        set_recovery_codes(transaction, &entry.id, &hashes).await?;
        place(transaction, &own.place_of(&entry.id)).await
    }

    /// Hashes what is kept as a hash, and seals what is kept sealed.
    pub(super) async fn entry(&self, checked: Checked) -> Result<Entry, DirectoryError> {
        let person = &checked.person;
        let password_hash = match (&person.password, &person.password_hash) {
            (Some(password), _) => Some(self.hashing.hash(password, salt(&*self.rng)).await?),
            (None, hash) => hash.as_ref().map(|hash| hash.expose().clone()),
        };
        let mut questions = Vec::with_capacity(person.questions.len());
        for PersonQuestion { id, own, answer } in &person.questions {
            questions.push(RegisteredQuestion {
                id: id.clone().unwrap_or_else(|| random_id(&*self.rng)),
                own: own.as_deref().map(str::trim).map(str::to_owned),
                answer_hash: self.registrations.hash_answer(answer).await?,
            });
        }
        let id = AccountId::from(random_id(&*self.rng));
        let authenticator = checked.authenticator.as_ref().map(|key| self.registrations.sealed_authenticator(&id, key));
        Ok(Entry { id, checked, password_hash, questions, authenticator })
    }
}

async fn insert(transaction: &mut Connection, entry: &Entry) -> DatabaseResult<()> {
    let Entry { id, checked, password_hash, questions, authenticator } = entry;
    let Checked { person, user_id, key, addresses, numbers, .. } = checked;
    query(
        "INSERT INTO accounts (id, user_key, user_id, display_name, enabled, locked, locked_until, failures,
         password_hash) VALUES ($1, $2, $3, $4, $5, $6, NULL, 0, $7)",
    )
    .bind(id.as_str())
    .bind(key)
    .bind(user_id.as_str())
    .bind(&person.name)
    .bind(person.enabled)
    .bind(person.locked)
    .bind(password_hash)
    .execute(transaction)
    .await?;
    for ((position, mail), address) in (0_i64..).zip(&person.mails).zip(addresses) {
        query("INSERT INTO account_mails (account_id, position, role, address) VALUES ($1, $2, $3, $4)")
            .bind(id.as_str())
            .bind(position)
            .bind(Role::from(mail.role).as_str())
            .bind(address.as_str())
            .execute(transaction)
            .await?;
    }
    for ((position, phone), number) in (0_i64..).zip(&person.phones).zip(numbers) {
        query("INSERT INTO account_phones (account_id, position, role, number) VALUES ($1, $2, $3, $4)")
            .bind(id.as_str())
            .bind(position)
            .bind(Role::from(phone.role).as_str())
            .bind(number.as_str())
            .execute(transaction)
            .await?;
    }
    insert_questions(transaction, id, questions).await?;
    set_authenticator(transaction, id, authenticator.as_deref()).await?;
    for (position, group) in (0_i64..).zip(&person.groups) {
        query("INSERT INTO account_groups (account_id, position, name) VALUES ($1, $2, $3)")
            .bind(id.as_str())
            .bind(position)
            .bind(group.trim())
            .execute(transaction)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
