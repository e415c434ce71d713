//! The registrations of a list of people, for directories that have the people already.

use regain_ports::{AccountMail, AccountPhone, AccountQuestion, NewQuestion, Registration, Rng, random_id};
use regain_protocol::Role;
use regain_values::{UserId, questions::CustomQuestion};

use crate::{
    check::{Checked, ListError},
    list::People,
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
    ) -> Result<Vec<ListedRegistrations>, ListError> {
        let listed = self.clone().take_checked(custom)?.into_iter().map(|one| ListedRegistrations {
            place: self.place(one.index),
            user_id: one.user_id.clone(),
            registrations: one.registrations(rng),
        });
        Ok(listed.collect())
    }
}

impl Checked {
    /// The phone that is the directory's to say.
    pub fn office(&self) -> Option<AccountPhone> {
        self.phones().find(|phone| phone.role == Role::Office)
    }

    fn phones(&self) -> impl Iterator<Item = AccountPhone> {
        let phones = self.person.phones.iter().zip(&self.numbers);
        phones.map(|(phone, number)| AccountPhone { role: phone.role.into(), number: number.clone() })
    }

    /// The registrations, as if the person had made them.
    pub fn registrations(&self, rng: &dyn Rng) -> Vec<Registration> {
        let Self { person, addresses, authenticator, .. } = self;
        let mut all = Vec::new();
        for (mail, address) in person.mails.iter().zip(addresses) {
            all.push(Registration::Mail(AccountMail { role: mail.role.into(), address: address.clone() }));
        }
        all.extend(self.phones().filter(|phone| phone.role != Role::Office).map(Registration::Phone));
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
        all.extend(authenticator.clone().map(Registration::Authenticator));
        if !person.recovery_codes.is_empty() {
            all.push(Registration::RecoveryCodes(person.recovery_codes.clone()));
        }
        all
    }
}
