//! The people of the demonstration (`crates/demo/people.toml`), as the directory has them and as the page shows them.

use jiff::Timestamp;
use regain_ports::{AccountMail, AccountPhone, AccountQuestion, NewQuestion, Person as DirectoryPerson, Registration};
use regain_protocol::{Role, Secret};
use regain_server::{languages, totp};
use regain_values::UserId;
use serde::{Deserialize, Serialize};

use crate::memory::{Memory, StoredAccount};

const PEOPLE: &str = include_str!("../../demo/people.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    people: Vec<Person>,
}

/// A person who can be tried.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    user_id: String,
    name: String,
    password: Option<Secret<String>>,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    locked: bool,
    #[serde(default)]
    mails: Vec<Mail>,
    #[serde(default)]
    phones: Vec<Phone>,
    #[serde(default)]
    questions: Vec<Question>,
    authenticator: Option<Secret<String>>,
    #[serde(default)]
    recovery_codes: Vec<Secret<String>>,
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Mail {
    role: Role,
    address: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Phone {
    role: Role,
    number: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Question {
    id: Option<String>,
    own: Option<String>,
    answer: Secret<String>,
}

const fn yes() -> bool {
    true
}

/// All of them.
pub(crate) fn all() -> Vec<Person> {
    toml::from_str::<People>(PEOPLE).expect("the demonstration's people").people
}

impl Person {
    /// Puts the person into a directory.
    pub(crate) fn move_in(&self, memory: &Memory) {
        let phones = self
            .phones
            .iter()
            .map(|phone| AccountPhone { role: phone.role, number: phone.number.parse().expect("a number") });
        let (office, own): (Vec<_>, Vec<_>) = phones.partition(|phone| phone.role == Role::Office);
        let person = DirectoryPerson {
            // Nobody is made anew, so the user ID names the account for good.
            id: self.user_id.as_str().into(),
            user_id: UserId::of_directory(self.user_id.clone()),
            display_name: self.name.clone(),
            enabled: self.enabled,
            locked: self.locked,
            phones: office,
            groups: self.groups.clone(),
            ..DirectoryPerson::default()
        };
        let mail = |mail: &Mail| AccountMail { role: mail.role, address: mail.address.parse().expect("an address") };
        let mut registrations: Vec<_> = self.mails.iter().map(mail).map(Registration::Mail).collect();
        registrations.extend(own.into_iter().map(Registration::Phone));
        if !self.questions.is_empty() {
            let questions = self.questions.iter().enumerate().map(|(index, question)| NewQuestion {
                question: AccountQuestion {
                    id: question.id.clone().unwrap_or_else(|| format!("own-{index}")),
                    own: question.own.clone(),
                },
                answer: question.answer.clone(),
            });
            registrations.push(Registration::Questions(questions.collect()));
        }
        registrations.extend(self.authenticator_key().map(Registration::Authenticator));
        if !self.recovery_codes.is_empty() {
            registrations.push(Registration::RecoveryCodes(self.recovery_codes.clone()));
        }
        memory.add(StoredAccount::new(person, self.password.clone()), &registrations);
    }

    fn authenticator_key(&self) -> Option<Secret<Vec<u8>>> {
        self.authenticator.as_ref().and_then(totp::key_from_base32)
    }

    /// The person as the page shows them.
    pub(crate) fn card(&self, now: Timestamp) -> Card {
        let mut facts = Vec::new();
        let mut fact = |label: &str, value: &str| facts.push((label.to_owned(), value.to_owned()));
        for mail in &self.mails {
            fact(if mail.role == Role::Alternate { "Alternate email" } else { "Authentication email" }, &mail.address);
        }
        for phone in &self.phones {
            let label = match phone.role {
                Role::Mobile => "Mobile phone",
                Role::Office => "Office phone",
                _ => "Authentication phone",
            };
            fact(label, &phone.number);
        }
        for question in &self.questions {
            let predefined = question.id.as_deref().and_then(|id| languages::question(id, "en"));
            let words = predefined.or(question.own.as_deref()).or(question.id.as_deref());
            fact(words.unwrap_or_default(), question.answer.expose());
        }
        if let Some(key) = self.authenticator_key() {
            fact("Authenticator app, code now", totp::code(&key, totp::step_at(now)).expose());
        }
        for code in &self.recovery_codes {
            fact("Recovery code", code.expose());
        }
        if !self.groups.is_empty() {
            fact("Groups", &self.groups.join(", "));
        }
        let state = if !self.enabled {
            Some("disabled")
        } else if self.locked {
            Some("locked")
        } else {
            None
        };
        Card {
            user_id: self.user_id.clone(),
            name: self.name.clone(),
            password: self.password.as_ref().map(|password| password.expose().clone()),
            state,
            facts,
        }
    }
}

/// A person as the page shows them: everything, for nobody is real.
#[derive(Debug, Serialize)]
pub struct Card {
    user_id: String,
    name: String,
    /// The password at first.
    password: Option<String>,
    state: Option<&'static str>,
    /// Labels and values.
    facts: Vec<(String, String)>,
}
