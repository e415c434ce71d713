//! The security info of an account, as a flow keeps it.

use jiff::Timestamp;
use regain_ports::{Account, Registration};
use regain_protocol::Role;
use regain_values::{E164, MailAddress};
use serde::{Deserialize, Serialize};

/// The security info of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityInfo {
    /// The mail addresses.
    pub mails: Vec<(Role, MailAddress)>,
    /// The phones.
    pub phones: Vec<(Role, E164)>,
    /// The number of security questions.
    pub questions: usize,
    /// The number of them that are in the person's own words.
    pub own_questions: usize,
    /// There is an authenticator app.
    pub authenticator: bool,
    /// The number of recovery codes that are left; `None` where there never were any.
    #[serde(default)]
    pub recovery_codes: Option<u8>,
    /// The time at which its owner last found it right.
    pub confirmed_at: Option<Timestamp>,
}

impl SecurityInfo {
    /// The security info of an account of the directory.
    pub fn of(account: &Account) -> Self {
        Self {
            mails: account.mails.iter().map(|mail| (mail.role, mail.address.clone())).collect(),
            phones: account.phones.iter().map(|phone| (phone.role, phone.number.clone())).collect(),
            questions: account.questions.len(),
            own_questions: account.questions.iter().filter(|question| question.own.is_some()).count(),
            authenticator: account.authenticator,
            recovery_codes: account.recovery_codes,
            confirmed_at: account.security_info_confirmed_at,
        }
    }

    /// Tells if an account still has all of it.
    pub(crate) fn is_within(&self, account: &Account) -> bool {
        let now = Self::of(account);
        self.mails.iter().all(|mail| now.mails.contains(mail))
            && self.phones.iter().all(|phone| now.phones.contains(phone))
            && self.questions <= now.questions
            && (!self.authenticator || now.authenticator)
            && (self.recovery_codes.is_none() || now.recovery_codes.is_some())
    }

    /// Tells if this address or number is registered already, in whatever role.
    pub(crate) fn has_destination(&self, destination: &str) -> bool {
        self.mails.iter().any(|(_, address)| address.is_typed_as(destination))
            || self.phones.iter().any(|(_, number)| number.as_str() == destination)
    }

    /// Takes in a change that the registrations have made.
    pub(crate) fn change(&mut self, registration: &Registration) {
        match registration {
            Registration::Mail(mail) => put(&mut self.mails, mail.role, &mail.address),
            Registration::Phone(phone) => put(&mut self.phones, phone.role, &phone.number),
            Registration::Authenticator(_) => self.authenticator = true,
            Registration::RecoveryCodes(codes) => self.recovery_codes = u8::try_from(codes.len()).ok(),
            Registration::Questions(questions) => {
                self.questions = questions.len();
                self.own_questions = questions.iter().filter(|new| new.question.own.is_some()).count();
            }
            Registration::RemoveMail(role) => self.mails.retain(|(at, _)| at != role),
            Registration::RemovePhone(role) => self.phones.retain(|(at, _)| at != role),
            Registration::RemoveAuthenticator => self.authenticator = false,
            Registration::RemoveRecoveryCodes => self.recovery_codes = None,
            Registration::RemoveQuestions => (self.questions, self.own_questions) = (0, 0),
            Registration::Confirm(at) => self.confirmed_at = Some(*at),
        }
    }
}

/// Sets what is registered in a role.
fn put<T: Clone>(of: &mut Vec<(Role, T)>, role: Role, destination: &T) {
    let at = of.iter().position(|(at, _)| *at == role).unwrap_or(of.len());
    of.retain(|(at, _)| *at != role);
    of.insert(at.min(of.len()), (role, destination.clone()));
}
