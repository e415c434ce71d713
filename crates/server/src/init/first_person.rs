//! A first person in the embedded directory: whoever tries a reset.

use regain_ports::{OsRng, random_id};
use regain_server::adapters::{MailRole, NewPerson, PersonMail, Upkeep};
use regain_values::{MailAddress, UserId};

/// Somebody with a mail address, and the part before its `@` as the user ID.
pub(crate) struct FirstPerson {
    pub(super) user_id: UserId,
    pub(super) mail: MailAddress,
}

impl FirstPerson {
    /// The person of an address; none where it is no address, or begins with what cannot be a user ID.
    pub(super) fn with(address: &str) -> Option<Self> {
        let mail = MailAddress::parse(address).ok()?;
        let (local, _) = mail.as_str().rsplit_once('@')?;
        Some(Self { user_id: UserId::parse(local).ok()?, mail })
    }

    /// The import of this person alone, with a password that nobody knows.
    pub(super) fn import(&self) -> Upkeep {
        let user_id = self.user_id.as_str().to_owned();
        let mail = PersonMail { role: MailRole::Alternate, address: self.mail.as_str().to_owned() };
        let person = NewPerson {
            name: user_id.clone(),
            password: Some(random_id(&OsRng).into()),
            mails: vec![mail],
            ..NewPerson::new(user_id)
        };
        Upkeep { people: vec![person].into(), ..Upkeep::default() }
    }
}
