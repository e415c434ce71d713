//! The registrations of a list of people, for directories that have the people already.

use regain_ports::{AccountMail, AccountPhone, AccountQuestion, NewQuestion, Registration, Rng, random_id};
use regain_values::{UserId, questions::CustomQuestion};

use super::{
    import::{Checked, ImportError, check},
    people::{People, PhoneRole},
};

/// Registrations of a person of a list.
#[derive(Debug)]
pub struct ListedRegistrations {
    /// The place in the list: the file and the line where there are any.
    pub place: String,
    /// The person.
    pub user_id: UserId,
    /// Registrations to add.
    pub registrations: Vec<Registration>,
}

impl People {
    /// Each person's registrations. The rest of an entry (name, password, office phone, groups and whether the account may
    /// be used) is the directory's to say, and left out.
    pub fn registrations(
        &self,
        custom: &[CustomQuestion],
        rng: &dyn Rng,
    ) -> Result<Vec<ListedRegistrations>, ImportError> {
        let listed = check(self, custom)?.into_iter().map(|one| ListedRegistrations {
            place: self.place(one.index),
            user_id: one.user_id.clone(),
            registrations: registrations(one, rng),
        });
        Ok(listed.collect())
    }
}

fn registrations(checked: Checked, rng: &dyn Rng) -> Vec<Registration> {
    let Checked { person, addresses, numbers, authenticator, .. } = checked;
    let mut all = Vec::new();
    for (mail, address) in person.mails.iter().zip(addresses) {
        all.push(Registration::Mail(AccountMail { role: mail.role.into(), address }));
    }
    for (phone, number) in person.phones.iter().zip(numbers).filter(|(phone, _)| phone.role != PhoneRole::Office) {
        all.push(Registration::Phone(AccountPhone { role: phone.role.into(), number }));
    }
    if !person.questions.is_empty() {
        let questions = person.questions.iter().map(|question| NewQuestion {
            question: AccountQuestion {
                id: question.id.clone().unwrap_or_else(|| random_id(rng)),
                own: question.own.as_deref().map(str::trim).map(str::to_owned),
            },
            answer: question.answer.clone(),
        });
        all.push(Registration::Questions(questions.collect()));
    }
    all.extend(authenticator.map(Registration::Authenticator));
    if !person.recovery_codes.is_empty() {
        all.push(Registration::RecoveryCodes(person.recovery_codes.clone()));
    }
    all
}
