//! The people of the demonstration (`crates/demo/people.toml`), as the directory has them and as the page shows them.

use jiff::Timestamp;
use regain_people::{Checked, MailRole, People, PhoneRole};
use regain_ports::{OsRng, Person as DirectoryPerson};
use regain_server::{languages, totp};
use serde::Serialize;

use crate::memory::{Memory, StoredAccount};

const PEOPLE: &str = include_str!("../../demo/people.toml");

/// A person who can be tried.
pub(crate) struct Person(Checked);

/// All of them.
pub(crate) fn all() -> Vec<Person> {
    let mut listed = People::from_toml(PEOPLE).expect("the demonstration's people");
    listed.take_checked(&[]).expect("people without a fault").into_iter().map(Person).collect()
}

impl Person {
    /// Puts the person into a directory.
    pub(crate) fn move_in(&self, memory: &Memory) {
        let Checked { person: listed, user_id, .. } = &self.0;
        let person = DirectoryPerson {
            // Nobody is made anew, so the user ID names the account for good.
            id: user_id.as_str().into(),
            user_id: user_id.clone(),
            display_name: listed.name.clone(),
            enabled: listed.enabled,
            locked: listed.locked,
            phones: self.0.office().into_iter().collect(),
            groups: listed.groups.clone(),
            ..DirectoryPerson::default()
        };
        memory.add(StoredAccount::new(person, listed.password.clone()), &self.0.registrations(&OsRng));
    }

    /// The person as the page shows them.
    pub(crate) fn card(&self, now: Timestamp) -> Card {
        let Checked { person: listed, authenticator, .. } = &self.0;
        let mut facts = Vec::new();
        let mut fact = |label: &str, value: &str| facts.push((label.to_owned(), value.to_owned()));
        for mail in &listed.mails {
            let label = match mail.role {
                MailRole::Alternate => "Alternate email",
                MailRole::Authentication => "Authentication email",
            };
            fact(label, &mail.address);
        }
        for phone in &listed.phones {
            let label = match phone.role {
                PhoneRole::Mobile => "Mobile phone",
                PhoneRole::Office => "Office phone",
                PhoneRole::Authentication => "Authentication phone",
            };
            fact(label, &phone.number);
        }
        for question in &listed.questions {
            let predefined = question.id.as_deref().and_then(|id| languages::question(id, "en"));
            let words = predefined.or(question.own.as_deref()).or(question.id.as_deref());
            fact(words.unwrap_or_default(), question.answer.expose());
        }
        if let Some(key) = authenticator {
            fact("Authenticator app, code now", totp::code(key, totp::step_at(now)).expose());
        }
        for code in &listed.recovery_codes {
            fact("Recovery code", code.expose());
        }
        if !listed.groups.is_empty() {
            fact("Groups", &listed.groups.join(", "));
        }
        let state = if !listed.enabled {
            Some("disabled")
        } else if listed.locked {
            Some("locked")
        } else {
            None
        };
        Card {
            user_id: listed.user_id.clone(),
            name: listed.name.clone(),
            password: listed.password.as_ref().map(|password| password.expose().clone()),
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
