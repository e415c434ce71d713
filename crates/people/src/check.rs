//! The check of a list: what cannot be used is told at once, by person and key, never with the value.

use std::{collections::HashSet, mem};

use regain_password_hashes::StoredHash;
use regain_protocol::Secret;
use regain_values::{
    E164, MailAddress, UserId,
    questions::{self, CustomQuestion},
    recovery_code, totp,
    user_id::NotAUserId,
};

use crate::list::{NewPerson, People, PersonQuestion};

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
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
}

/// A person whose entry was checked.
#[derive(Debug)]
pub struct Checked {
    /// The entry.
    pub person: NewPerson,
    /// Its place in the list.
    pub index: usize,
    /// The user ID.
    pub user_id: UserId,
    /// The user ID's form in which it is compared.
    pub key: String,
    /// In the order of the entry's.
    pub addresses: Vec<MailAddress>,
    /// Likewise.
    pub numbers: Vec<E164>,
    /// The key, decoded.
    pub authenticator: Option<Secret<Vec<u8>>>,
}

impl People {
    /// Takes the people out, checked as a whole, so that one look at what is said is enough. The places of their entries stay.
    pub fn take_checked(&mut self, custom: &[CustomQuestion]) -> Result<Vec<Checked>, ListError> {
        let all = mem::take(&mut self.people);
        let people = &*self;
        let mut keys = HashSet::new();
        let mut checked = Vec::with_capacity(all.len());
        let mut faults = Vec::new();
        for (index, person) in all.into_iter().enumerate() {
            let place = people.place(index);
            let Ok(user_id) = UserId::parse(&person.user_id) else { return Err(ListError::NotAUserId { place }) };
            let key = user_id.folded();
            if !keys.insert(key.clone()) {
                return Err(ListError::Twice { user_id: person.user_id, place });
            }
            let mut fault = |key: &str, what: &dyn std::fmt::Display| {
                faults.push(format!("{place}: {}: {key}: {what}", person.user_id));
            };
            check_password(&person, &mut fault);
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
                    fault(
                        "authenticator",
                        &"must be a key of at least 16 bytes in base32, as authenticator apps take it",
                    );
                }
                key
            });
            check_recovery_codes(&person.recovery_codes, &mut fault);
            for (index, group) in person.groups.iter().enumerate() {
                if group.trim().is_empty() {
                    fault(&format!("groups[{index}]"), &"is empty");
                }
            }
            checked.push(Checked { person, index, user_id, key, addresses, numbers, authenticator });
        }
        if faults.is_empty() { Ok(checked) } else { Err(ListError::Faults(faults)) }
    }
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
