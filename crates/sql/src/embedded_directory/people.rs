//! People to seed the directory with, from a TOML file.

use std::{
    io,
    path::{Path, PathBuf},
};

use regain_protocol::{Role, Secret};
use serde::Deserialize;

/// People to import, as a TOML file lists them under `[[people]]`.
#[derive(Default, Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// One entry each.
    #[serde(default)]
    pub people: Vec<NewPerson>,
}

/// One person to import.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// The user ID as the directory is to spell it.
    pub user_id: String,
    /// The person's name.
    pub name: String,
    /// The password; none for an account that never had one.
    pub password: Option<Secret<String>>,
    /// The account may be used.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// It is locked until somebody unlocks it or its password is reset.
    #[serde(default)]
    pub locked: bool,
    /// The addresses that count for recovery.
    #[serde(default)]
    pub mails: Vec<PersonMail>,
    /// The phones that count for recovery.
    #[serde(default)]
    pub phones: Vec<PersonPhone>,
    /// The security questions, with their answers.
    #[serde(default)]
    pub questions: Vec<PersonQuestion>,
    /// The key that the account shares with an authenticator app, in base32.
    pub authenticator: Option<Secret<String>>,
    /// The saved recovery codes that were not used yet.
    #[serde(default)]
    pub recovery_codes: Vec<Secret<String>>,
    /// The groups that the account is in.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A mail address of a person to import.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonMail {
    /// The role.
    pub role: MailRole,
    /// The address.
    pub address: String,
}

/// The roles that a mail address can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailRole {
    /// The alternate address.
    Alternate,
    /// The address registered for authentication.
    Authentication,
}

impl From<MailRole> for Role {
    fn from(role: MailRole) -> Self {
        match role {
            MailRole::Alternate => Self::Alternate,
            MailRole::Authentication => Self::Authentication,
        }
    }
}

/// A phone of a person to import.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonPhone {
    /// The role.
    pub role: PhoneRole,
    /// The number with its country code, as [`phone_number::parse`](regain_values::phone_number::parse) reads
    /// it; an extension is dropped.
    pub number: String,
}

/// The roles that a phone can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneRole {
    /// The mobile phone.
    Mobile,
    /// The phone registered for authentication.
    Authentication,
    /// The office phone.
    Office,
}

impl From<PhoneRole> for Role {
    fn from(role: PhoneRole) -> Self {
        match role {
            PhoneRole::Mobile => Self::Mobile,
            PhoneRole::Authentication => Self::Authentication,
            PhoneRole::Office => Self::Office,
        }
    }
}

/// A security question that a person to import has answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonQuestion {
    /// The id of a predefined question or of one of the organisation's; or else there is `own`.
    pub id: Option<String>,
    /// The person's own words, 3 to 200 characters.
    pub own: Option<String>,
    /// The answer, 3 to 40 characters; no two of a person's are the same.
    pub answer: Secret<String>,
}

/// Why a list of people cannot be read. It shows no line of the file, which may hold passwords.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The file cannot be read.
    #[error("demo.people: cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no list of people.
    #[error("line {line} of the list of people: {message}")]
    Wrong {
        /// The line, from 1.
        line: usize,
        /// The fault.
        message: String,
    },
}

impl People {
    /// Reads the list from a TOML file.
    pub fn load(path: &Path) -> Result<Self, PeopleError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| PeopleError::Unreadable { path: path.to_owned(), source })?;
        Self::from_toml(&text)
    }

    /// Reads the list from TOML.
    pub fn from_toml(text: &str) -> Result<Self, PeopleError> {
        toml::from_str(text).map_err(|error| PeopleError::Wrong {
            line: error.span().map_or(1, |span| text[..span.start].lines().count().max(1)),
            message: error.message().to_owned(),
        })
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_its_usual_value() {
        let list = People::from_toml("[[people]]\nuser_id = 'ada@example.com'\nname = 'Ada'\n").expect("reads");
        let person = &list.people[0];
        assert!(person.enabled && !person.locked && person.password.is_none() && person.mails.is_empty());
    }

    #[test]
    fn an_error_names_the_line_and_shows_no_password() {
        let text = "[[people]]\nuser_id = 'a'\nname = 'A'\npassword = 'hunter2' x\n";
        let error = People::from_toml(text).expect_err("must be refused").to_string();
        assert!(error.starts_with("line 4 ") && !error.contains("hunter2"), "{error}");

        let text = "[[people]]\nuser_id = 'a'\nname = 'A'\npasswort = 'hunter2'\n";
        let error = People::from_toml(text).expect_err("must be refused").to_string();
        assert!(error.contains("passwort") && !error.contains("hunter2"), "{error}");

        let text = "[[people]]\nuser_id = 'a'\nname = 'A'\nmails = [{ role = 'mobile', address = 'x' }]\n";
        let error = People::from_toml(text).expect_err("must be refused").to_string();
        assert!(error.contains("mobile"), "{error}");
    }
}
