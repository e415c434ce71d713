//! A list of people, and its reading from TOML.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use regain_protocol::{Role, Secret};
use serde::{Deserialize, de::IgnoredAny};

/// People to import, as a TOML file lists them under `[[people]]`, or a CSV file in rows.
#[derive(Default, Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// One entry each.
    #[serde(default)]
    pub people: Vec<NewPerson>,
    /// The entries as the file has them; none for people who come from no file.
    #[serde(skip)]
    pub(crate) entries: Vec<FileEntry>,
    /// The file.
    #[serde(skip)]
    pub(crate) file: String,
}

/// An entry as a file has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileEntry {
    /// The line where it begins, from 1.
    pub(crate) line: u64,
    /// The keys that it gives. Most entries of a file give the same ones.
    pub(crate) keys: Arc<BTreeSet<String>>,
}

/// One person to import.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// The user ID as the directory is to spell it.
    pub user_id: String,
    /// The person's name.
    #[serde(default)]
    pub name: String,
    /// The password; none for an account that never had one.
    pub password: Option<Secret<String>>,
    /// The hash of the password as another system stored it, in the place of the password.
    pub password_hash: Option<Secret<String>>,
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
    #[error("cannot read the list of people {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no list of people.
    #[error("line {line} of the list of people{}: {message}", in_file(.file))]
    Wrong {
        /// The file; empty where the list is in none.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The fault.
        message: String,
    },
}

impl NewPerson {
    /// A person with no more than a user ID.
    pub const fn new(user_id: String) -> Self {
        Self {
            user_id,
            name: String::new(),
            password: None,
            password_hash: None,
            enabled: true,
            locked: false,
            mails: Vec::new(),
            phones: Vec::new(),
            questions: Vec::new(),
            authenticator: None,
            recovery_codes: Vec::new(),
            groups: Vec::new(),
        }
    }
}

impl From<Vec<NewPerson>> for People {
    fn from(people: Vec<NewPerson>) -> Self {
        Self { people, ..Self::default() }
    }
}

impl People {
    /// Reads the list from a file: CSV where its name ends so, else TOML. `-` is the standard input, as CSV.
    pub fn load(path: &Path) -> Result<Self, PeopleError> {
        let is_input = path == Path::new("-");
        let text = if is_input { io::read_to_string(io::stdin()) } else { std::fs::read_to_string(path) };
        let text = text.map_err(|source| PeopleError::Unreadable { path: path.to_owned(), source })?;
        let is_csv = is_input || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let name = path.display().to_string();
        let read = if is_csv { Self::from_csv(&text) } else { Self::from_toml(&text) };
        match read {
            Ok(people) => Ok(Self { file: name, ..people }),
            Err(PeopleError::Wrong { line, message, .. }) => Err(PeopleError::Wrong { file: name, line, message }),
            Err(other) => Err(other),
        }
    }

    /// Reads the list from TOML.
    pub fn from_toml(text: &str) -> Result<Self, PeopleError> {
        let mut lines = Lines::of(text);
        let people: Self = toml::from_str(text).map_err(|error| PeopleError::Wrong {
            file: String::new(),
            line: error.span().map_or(1, |span| lines.at(span.start)),
            message: error.message().to_owned(),
        })?;
        // Once more for the places, which the types of the first reading do not have.
        let spans: Spans = toml::from_str(text).unwrap_or_default();
        let mut entries: Vec<FileEntry> = Vec::with_capacity(spans.people.len());
        for entry in spans.people {
            // An entry begins after the line break before it.
            let line = lines.at((entry.span().start + 1).min(text.len()));
            let entry = FileEntry::after(entries.last(), line, entry.into_inner().into_keys().collect());
            entries.push(entry);
        }
        Ok(Self { entries, ..people })
    }

    /// The place of an entry, for whoever looks for a fault in it.
    pub fn place(&self, index: usize) -> String {
        match (self.entries.get(index), self.file.as_str()) {
            (Some(entry), "") => format!("line {}", entry.line),
            (Some(entry), file) => format!("{file}:{}", entry.line),
            (None, _) => format!("person {} of the list", index + 1),
        }
    }

    /// Tells if an entry gives a key; people who come from no file give all of them.
    pub fn gives(&self, index: usize, key: &str) -> bool {
        self.entries.get(index).is_none_or(|entry| entry.keys.contains(key))
    }
}

impl FileEntry {
    /// An entry after another one of the file.
    pub(crate) fn after(former: Option<&Self>, line: u64, keys: BTreeSet<String>) -> Self {
        let same = former.map(|former| &former.keys).filter(|former| ***former == keys);
        Self { line, keys: same.map_or_else(|| Arc::new(keys), Arc::clone) }
    }
}

/// The lines of places in a text, which are asked for in the order of the text.
struct Lines<'t> {
    text: &'t str,
    /// The place up to which line breaks are counted, and their number.
    counted: (usize, u64),
}

impl<'t> Lines<'t> {
    const fn of(text: &'t str) -> Self {
        Self { text, counted: (0, 0) }
    }

    /// The line of a place, from 1: that of the text before it.
    fn at(&mut self, place: usize) -> u64 {
        let (from, breaks) = if place < self.counted.0 { (0, 0) } else { self.counted };
        let between = self.text.as_bytes().get(from..place).unwrap_or_default();
        let breaks = between.iter().fold(breaks, |breaks, byte| breaks + u64::from(*byte == b'\n'));
        self.counted = (place, breaks);
        let is_within = place.checked_sub(1).is_some_and(|last| self.text.as_bytes().get(last) != Some(&b'\n'));
        (breaks + u64::from(is_within)).max(1)
    }
}

/// The entries of a file with their places. Their values are not kept once more: passwords may be among them.
#[derive(Default, Deserialize)]
#[expect(clippy::zero_sized_map_values, reason = "a format's map is read as a map")]
struct Spans {
    #[serde(default)]
    people: Vec<toml::Spanned<BTreeMap<String, IgnoredAny>>>,
}

fn in_file(file: &str) -> String {
    if file.is_empty() { String::new() } else { format!(" {file}") }
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
    fn each_entry_has_its_line() {
        let text = "# people\r\n[[people]]\r\nuser_id = 'a'\nname = 'A'\n\n  [[people]] # b\nuser_id = 'b'\n[[people]]\nuser_id = 'c'";
        let list = People::from_toml(text).expect("reads");
        let lines: Vec<u64> = list.entries.iter().map(|entry| entry.line).collect();
        assert_eq!(lines, [2, 6, 8]);
        assert!(list.gives(0, "name") && !list.gives(1, "name") && list.gives(2, "user_id"));
        let mut lines = Lines::of(text);
        for place in (0..=text.len()).chain([3, 0]).filter(|place| text.is_char_boundary(*place)) {
            assert_eq!(lines.at(place), text[..place].lines().count().max(1) as u64, "at {place}");
        }
    }

    /// Counting the lines before each entry anew takes a minute for these.
    #[test]
    fn many_entries_are_read_in_proportion() {
        let entries = (0..10_000).map(|n| format!("[[people]]\nuser_id = 'p{n}'\nname = 'P'\n"));
        let text = entries.collect::<Vec<_>>().concat();
        let list = People::from_toml(&text).expect("reads");
        assert_eq!(list.entries.last().map(|entry| entry.line), Some(3 * 9_999 + 1));
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
