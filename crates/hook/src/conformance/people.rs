//! The test accounts of a hook, as a TOML file lists them.

use std::{
    io,
    path::{Path, PathBuf},
};

use regain_protocol::Secret;
use serde::Deserialize;

/// The test accounts of a hook, by the part that each plays. Only `person` is required.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestPeople {
    /// The number of failed sign-ins after which the hook locks an account; left out where it locks none.
    pub failures_until_lockout: Option<usize>,
    /// Somebody with a password, in no group.
    pub person: TestPerson,
    /// Somebody who never had a password.
    pub without_password: Option<TestPerson>,
    /// Somebody whose account may not be used, with a password.
    pub disabled: Option<TestPerson>,
    /// Somebody whose account is locked, with a password.
    pub locked: Option<TestPerson>,
    /// Somebody with a password, an office phone and groups.
    pub detailed: Option<TestPerson>,
}

/// A test account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestPerson {
    /// The user ID as the hook spells it.
    pub user_id: String,
    /// The display name.
    pub name: String,
    /// The password.
    pub password: Option<Secret<String>>,
    /// The office phone.
    pub office: Option<String>,
    /// The groups.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// Why a file of test accounts cannot be used. It shows no line of the file, which holds passwords.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// It cannot be read.
    #[error("people: cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// It is no list of test accounts.
    #[error("people: line {line} of {path}: {message}")]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The fault.
        message: String,
    },
    /// Somebody lacks a password.
    #[error("people: {0} needs a password")]
    NoPassword(&'static str),
}

impl TestPeople {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, PeopleError> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|source| PeopleError::Unreadable { path: path.to_owned(), source })?;
        let people: Self = toml::from_str(&text).map_err(|error| PeopleError::Wrong {
            path: path.to_owned(),
            line: error.span().map_or(1, |span| text[..span.start].lines().count().max(1)),
            message: error.message().to_owned(),
        })?;
        let Self { person, disabled, locked, detailed, .. } = &people;
        let all = [("disabled", disabled), ("locked", locked), ("detailed", detailed)];
        let others = all.into_iter().filter_map(|(name, person)| Some((name, person.as_ref()?)));
        for (name, person) in [("person", person)].into_iter().chain(others) {
            if person.password.is_none() {
                return Err(PeopleError::NoPassword(name));
            }
        }
        Ok(people)
    }
}
