//! Bringing people into the embedded directory: what a list of them must be, and how they are written.

use std::collections::HashMap;

use regain_protocol::{Role, Secret};

use super::{
    EmbeddedDirectory,
    people::{NewPerson, People, PersonQuestion},
};
use crate::{
    DatabaseError, DatabaseResult,
    connection::Connection,
    hashing::salt,
    query::query,
    registrations::{RegisteredQuestion, insert_questions, place, set_authenticator, set_recovery_codes},
};
use regain_password_hashes::StoredHash;
use regain_ports::{AccountId, DirectoryError, random_id};
use regain_values::{
    E164, MailAddress, UserId,
    questions::{self, CustomQuestion},
    recovery_code, totp,
    user_id::NotAUserId,
};

/// Why people could not be imported. Nobody was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A user ID is empty, too long or has a control character.
    #[error("{place}: {NotAUserId}")]
    NotAUserId {
        /// Its place: the file and the line where there are any.
        place: String,
    },
    /// Two people of the list have the same user ID.
    #[error("{place}: the list has the user_id {user_id} twice")]
    Twice {
        /// The user ID.
        user_id: String,
        /// The place of the second one.
        place: String,
    },
    /// Entries that cannot be used: a line for each fault, with the person and the key,
    /// never with the value.
    #[error("nothing was written:\n{}", .0.join("\n"))]
    Faults(Vec<String>),
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

/// A person whose entry was checked.
pub(super) struct Checked {
    pub(super) person: NewPerson,
    /// Its place in the list.
    pub(super) index: usize,
    pub(super) user_id: UserId,
    /// The user ID's form in which it is compared.
    pub(super) key: String,
    /// In the order of the entry's.
    pub(super) addresses: Vec<MailAddress>,
    /// Likewise.
    pub(super) numbers: Vec<E164>,
    /// The key, decoded.
    pub(super) authenticator: Option<Secret<Vec<u8>>>,
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

/// Checks a whole list, so that one look at what is said is enough.
pub(super) fn check(people: &People, custom: &[CustomQuestion]) -> Result<Vec<Checked>, ImportError> {
    let mut keys = HashMap::new();
    let mut checked = Vec::with_capacity(people.people.len());
    let mut faults = Vec::new();
    for (index, person) in people.people.iter().enumerate() {
        let place = people.place(index);
        let Ok(user_id) = UserId::parse(&person.user_id) else { return Err(ImportError::NotAUserId { place }) };
        let key = user_id.folded();
        if keys.insert(key.clone(), index).is_some() {
            return Err(ImportError::Twice { user_id: person.user_id.clone(), place });
        }
        let mut fault = |key: &str, what: &dyn std::fmt::Display| {
            faults.push(format!("{place}: {}: {key}: {what}", person.user_id));
        };
        check_password(person, &mut fault);
        let mut numbers = Vec::with_capacity(person.phones.len());
        for (index, phone) in person.phones.iter().enumerate() {
            match E164::parse(&phone.number) {
                Ok(number) => numbers.push(number),
                Err(error) => fault(&format!("phones[{index}].number"), &error),
            }
        }
        let mut addresses = Vec::with_capacity(person.mails.len());
        for (index, mail) in person.mails.iter().enumerate() {
            match MailAddress::parse(&mail.address) {
                Ok(address) => addresses.push(address),
                Err(error) => fault(&format!("mails[{index}].address"), &error),
            }
        }
        check_questions(&person.questions, custom, &mut fault);
        let authenticator = person.authenticator.as_ref().and_then(|secret| {
            let key = totp::key_from_base32(secret);
            if key.is_none() {
                fault("authenticator", &"must be a key of at least 16 bytes in base32, as authenticator apps take it");
            }
            key
        });
        check_recovery_codes(&person.recovery_codes, &mut fault);
        for (index, group) in person.groups.iter().enumerate() {
            if group.trim().is_empty() {
                fault(&format!("groups[{index}]"), &"is empty");
            }
        }
        checked.push(Checked { person: person.clone(), index, user_id, key, addresses, numbers, authenticator });
    }
    if faults.is_empty() { Ok(checked) } else { Err(ImportError::Faults(faults)) }
}

fn check_password(person: &NewPerson, fault: &mut impl FnMut(&str, &dyn std::fmt::Display)) {
    let Some(hash) = &person.password_hash else { return };
    if person.password.is_some() {
        fault("password_hash", &"give either password or password_hash");
    }
    if let Err(error) = StoredHash::parse(hash.expose()) {
        fault("password_hash", &error);
    }
}

fn check_recovery_codes(codes: &[Secret<String>], fault: &mut impl FnMut(&str, &dyn std::fmt::Display)) {
    let mut read: Vec<Secret<String>> = Vec::with_capacity(codes.len());
    for (index, code) in codes.iter().enumerate() {
        let mut wrong = |what: &str| fault(&format!("recovery_codes[{index}]"), &what);
        match recovery_code::normalise(code) {
            None => wrong("must be 15 of the letters and digits of Crockford's base32, such as 7K3QX-9MBWD-2HZ4T"),
            Some(code) if read.contains(&code) => wrong("is there twice"),
            Some(code) => read.push(code),
        }
    }
}

fn check_questions(
    registered: &[PersonQuestion],
    custom: &[CustomQuestion],
    fault: &mut impl FnMut(&str, &dyn std::fmt::Display),
) {
    for (index, question) in registered.iter().enumerate() {
        let key = |member: &str| format!("questions[{index}].{member}");
        match (&question.id, &question.own) {
            (Some(id), None) => {
                let known = questions::PREDEFINED.contains(&id.as_str()) || custom.iter().any(|one| one.id == *id);
                if !known {
                    fault(&key("id"), &"is neither a predefined question nor one of the organisation's");
                }
                if registered[..index].iter().any(|earlier| earlier.id.as_ref() == Some(id)) {
                    fault(&key("id"), &"was answered before");
                }
            }
            (None, Some(own)) => {
                if !questions::QUESTION_CHARACTERS.contains(&own.trim().chars().count()) {
                    fault(&key("own"), &"a question has 3 to 200 characters");
                }
            }
            _ => fault(&format!("questions[{index}]"), &"must have either id or own"),
        }
    }
    if let Err((index, error)) = questions::check_answers(registered.iter().map(|question| &question.answer)) {
        fault(&format!("questions[{index}].answer"), &error);
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
