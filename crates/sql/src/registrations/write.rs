//! Registrations that people make by themselves: their addresses, phones, questions and authenticator app.

use regain_protocol::{Role, Secret};

use super::{
    OwnRegistrations, recovery_codes,
    ring::{self, Place},
};
use crate::{
    DatabaseResult,
    connection::Connection,
    database::to_millis,
    hashing::salt,
    query::{query, query_scalar},
};
use regain_ports::{AccountId, AccountRefusal, DirectoryError, NewQuestion, RegisterError, Registration};
use regain_values::questions;

/// A question ready to be written.
pub(crate) struct RegisteredQuestion {
    pub(crate) id: String,
    pub(crate) own: Option<String>,
    pub(crate) answer_hash: String,
}

/// A registration ready to be written.
pub(crate) struct RegistrationChange {
    owner: AccountId,
    /// The account is in this database, where it has to be one that may be used.
    is_ours: bool,
    registration: Registration,
    stored: StoredParts,
    place: Place,
}

/// Parts of a registration in their stored form.
#[derive(Default)]
struct StoredParts {
    /// The questions, with the hashes of their answers.
    questions: Vec<RegisteredQuestion>,
    /// The sealed key of an authenticator app.
    authenticator: Option<String>,
    /// The hashes of recovery codes.
    recovery_codes: Vec<String>,
}

impl RegistrationChange {
    /// Writes it. A refused one is to be rolled back with everything else.
    pub(crate) async fn write(&self, transaction: &mut Connection) -> DatabaseResult<Result<(), AccountRefusal>> {
        transaction.lock([lock_name(&self.owner)]).await?;
        if self.is_ours {
            let enabled =
                query_scalar("SELECT enabled FROM accounts WHERE id = $1 FOR UPDATE").bind(self.owner.as_str());
            let enabled: Option<bool> = enabled.fetch_optional(transaction).await?;
            if enabled != Some(true) {
                return Ok(Err(AccountRefusal::NoSuchAccount));
            }
        }
        write(transaction, &self.owner, &self.registration, &self.stored).await?;
        ring::place(transaction, &self.place).await?;
        Ok(Ok(()))
    }
}

/// The name of the lock of whoever changes what is registered for an owner.
pub(super) fn lock_name(owner: &AccountId) -> String {
    format!("owner:{owner}")
}

/// One of the two tables in which a role has a destination. The statements are whole texts, so that nothing
/// is ever pasted into one.
struct Destinations {
    first_of_role: &'static str,
    last: &'static str,
    delete: &'static str,
    insert: &'static str,
}

const MAILS: Destinations = Destinations {
    first_of_role: "SELECT MIN(position) FROM account_mails WHERE account_id = $1 AND role = $2",
    last: "SELECT MAX(position) FROM account_mails WHERE account_id = $1",
    delete: "DELETE FROM account_mails WHERE account_id = $1 AND role = $2",
    insert: "INSERT INTO account_mails (account_id, position, role, address) VALUES ($1, $2, $3, $4)",
};

const PHONES: Destinations = Destinations {
    first_of_role: "SELECT MIN(position) FROM account_phones WHERE account_id = $1 AND role = $2",
    last: "SELECT MAX(position) FROM account_phones WHERE account_id = $1",
    delete: "DELETE FROM account_phones WHERE account_id = $1 AND role = $2",
    insert: "INSERT INTO account_phones (account_id, position, role, number) VALUES ($1, $2, $3, $4)",
};

impl OwnRegistrations {
    /// The key of an account's authenticator app, as it is stored.
    pub(crate) fn sealed_authenticator(&self, owner: &AccountId, key: &Secret<Vec<u8>>) -> String {
        self.keys.seal(&*self.rng, &authenticator_context(owner), key)
    }

    /// A registration, ready to be written. Hashing takes long, and whoever writes keeps others from writing.
    pub(super) async fn prepared(
        &self,
        id: &AccountId,
        registration: &Registration,
    ) -> Result<RegistrationChange, RegisterError> {
        registration.check()?;
        let owner = self.owner(id);
        let mut stored = StoredParts::default();
        match registration {
            Registration::Questions(questions) => {
                for NewQuestion { question, answer } in questions {
                    let answer_hash = self.hash_answer(answer).await?;
                    let (id, own) = (question.id.clone(), question.own.clone());
                    stored.questions.push(RegisteredQuestion { id, own, answer_hash });
                }
            }
            Registration::Authenticator(key) => stored.authenticator = Some(self.sealed_authenticator(&owner, key)),
            Registration::RecoveryCodes(codes) => stored.recovery_codes = self.recovery_code_hashes(&owner, codes),
            _ => {}
        }
        let place = self.place_of(&owner);
        let is_ours = self.is_embedded();
        Ok(RegistrationChange { owner, is_ours, registration: registration.clone(), stored, place })
    }

    /// The hash that is kept of an answer.
    pub(crate) async fn hash_answer(&self, answer: &Secret<String>) -> Result<String, DirectoryError> {
        self.hashing.hash(&questions::normalise(answer), salt(&*self.rng)).await
    }
}

impl Destinations {
    /// Makes this the one destination of a role, in the place of the first that it had; `None` for none.
    async fn set(
        &self,
        transaction: &mut Connection,
        id: &AccountId,
        role: Role,
        destination: Option<&str>,
    ) -> DatabaseResult<()> {
        let role = role.as_str();
        let former: Option<i64> =
            query_scalar(self.first_of_role).bind(id.as_str()).bind(role).fetch_one(transaction).await?;
        let last: Option<i64> = query_scalar(self.last).bind(id.as_str()).fetch_one(transaction).await?;
        query(self.delete).bind(id.as_str()).bind(role).execute(transaction).await?;
        if let Some(destination) = destination {
            query(self.insert)
                .bind(id.as_str())
                .bind(former.unwrap_or_else(|| last.map_or(0, |last| last + 1)))
                .bind(role)
                .bind(destination)
                .execute(transaction)
                .await?;
        }
        Ok(())
    }
}

/// Makes this the one mail address in a role; `None` for none.
pub(crate) async fn set_mail(
    transaction: &mut Connection,
    id: &AccountId,
    role: Role,
    address: Option<&str>,
) -> DatabaseResult<()> {
    MAILS.set(transaction, id, role, address).await
}

/// Makes this the one phone in a role; `None` for none.
pub(crate) async fn set_phone(
    transaction: &mut Connection,
    id: &AccountId,
    role: Role,
    number: Option<&str>,
) -> DatabaseResult<()> {
    PHONES.set(transaction, id, role, number).await
}

/// Writes a registration.
async fn write(
    to: &mut Connection,
    id: &AccountId,
    registration: &Registration,
    stored: &StoredParts,
) -> DatabaseResult<()> {
    match registration {
        Registration::Mail(mail) => MAILS.set(to, id, mail.role, Some(mail.address.as_str())).await,
        Registration::RemoveMail(role) => MAILS.set(to, id, *role, None).await,
        Registration::Phone(phone) => PHONES.set(to, id, phone.role, Some(phone.number.as_str())).await,
        Registration::RemovePhone(role) => PHONES.set(to, id, *role, None).await,
        Registration::Authenticator(_) | Registration::RemoveAuthenticator => {
            set_authenticator(to, id, stored.authenticator.as_deref()).await
        }
        Registration::RecoveryCodes(_) | Registration::RemoveRecoveryCodes => {
            recovery_codes::set(to, id, &stored.recovery_codes).await
        }
        Registration::Questions(_) | Registration::RemoveQuestions => {
            query("DELETE FROM account_questions WHERE account_id = $1").bind(id.as_str()).execute(to).await?;
            insert_questions(to, id, &stored.questions).await
        }
        Registration::Confirm(at) => {
            // Of two looks at once the later one counts, whichever is written last.
            query(
                "INSERT INTO account_confirmations (account_id, at) VALUES ($1, $2)
                 ON CONFLICT (account_id) DO UPDATE SET at = $2 WHERE account_confirmations.at < $2",
            )
            .bind(id.as_str())
            .bind(to_millis(*at))
            .execute(to)
            .await
            .map(drop)
        }
    }
}

/// The context that the key of an account's authenticator app is sealed for: it opens for no other account.
pub(super) fn authenticator_context(owner: &AccountId) -> String {
    format!("authenticator:{owner}")
}

/// Writes the sealed key of an account's authenticator app; `None` for no app.
pub(crate) async fn set_authenticator(
    transaction: &mut Connection,
    id: &AccountId,
    sealed: Option<&str>,
) -> DatabaseResult<()> {
    query("DELETE FROM account_authenticators WHERE account_id = $1").bind(id.as_str()).execute(transaction).await?;
    if let Some(sealed) = sealed {
        query("INSERT INTO account_authenticators (account_id, secret) VALUES ($1, $2)")
            .bind(id.as_str())
            .bind(sealed)
            .execute(transaction)
            .await?;
    }
    Ok(())
}

/// Writes the questions of an account that has none.
pub(crate) async fn insert_questions(
    transaction: &mut Connection,
    id: &AccountId,
    questions: &[RegisteredQuestion],
) -> DatabaseResult<()> {
    for (position, question) in (0_i64..).zip(questions) {
        query(
            "INSERT INTO account_questions (account_id, position, question, own, answer_hash)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id.as_str())
        .bind(position)
        .bind(&question.id)
        .bind(&question.own)
        .bind(&question.answer_hash)
        .execute(transaction)
        .await?;
    }
    Ok(())
}
