//! Registrations of an account.

use jiff::Timestamp;
use regain_ports::{AccountMail, AccountPhone, AccountQuestion, GivenAnswer, Registered, Registration};
use regain_protocol::{Role, Secret};
use regain_values::{questions, recovery_code};

/// The registrations of an account, with what is compared.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    mails: Vec<AccountMail>,
    phones: Vec<AccountPhone>,
    questions: Vec<(AccountQuestion, Secret<String>)>,
    authenticator: Option<Secret<Vec<u8>>>,
    recovery_codes: Vec<RecoveryCode>,
    confirmed_at: Option<Timestamp>,
}

#[derive(Debug, Clone)]
struct RecoveryCode {
    folded: Secret<String>,
    is_used: bool,
}

impl Kept {
    /// The part that there is to see.
    pub(super) fn shown(&self) -> Registered {
        let left = self.recovery_codes.iter().filter(|code| !code.is_used).count();
        Registered {
            mails: self.mails.clone(),
            phones: self.phones.clone(),
            questions: self.questions.iter().map(|(question, _)| question.clone()).collect(),
            authenticator: self.authenticator.is_some(),
            recovery_codes: u8::try_from(left).ok().filter(|_| !self.recovery_codes.is_empty()),
            confirmed_at: self.confirmed_at,
        }
    }

    /// Tells if there is something to be recovered by.
    pub(super) fn can_recover(&self) -> bool {
        !self.mails.is_empty()
            || !self.phones.is_empty()
            || !self.questions.is_empty()
            || self.authenticator.is_some()
            || !self.recovery_codes.is_empty()
    }

    /// Tells if anything was registered.
    pub(super) fn is_any(&self) -> bool {
        self.can_recover() || self.confirmed_at.is_some()
    }

    /// Tells if all answers are right, each of another question.
    pub(super) fn are_right(&self, answers: &[GivenAnswer<'_>]) -> bool {
        let mut left: Vec<_> = self.questions.iter().collect();
        let is_right = |given: &GivenAnswer<'_>| {
            let at = left.iter().position(|(question, _)| question.id == given.question);
            at.is_some_and(|at| left.swap_remove(at).1 == questions::normalise(given.answer))
        };
        !answers.is_empty() && answers.iter().all(is_right)
    }

    /// The key of the authenticator app.
    pub(super) fn authenticator(&self) -> Option<Secret<Vec<u8>>> {
        self.authenticator.clone()
    }

    /// Uses up a recovery code; tells if there was one that was not used before.
    pub(super) fn use_recovery_code(&mut self, code: &Secret<String>) -> bool {
        let unused = self.recovery_codes.iter_mut().find(|kept| !kept.is_used && kept.folded == *code);
        unused.map(|kept| kept.is_used = true).is_some()
    }

    /// Makes a change that was [checked](Registration::check).
    pub(super) fn change(&mut self, registration: &Registration) {
        match registration {
            Registration::Mail(mail) => set(&mut self.mails, Some(mail), |mail| mail.role, mail.role),
            Registration::RemoveMail(role) => set(&mut self.mails, None, |mail| mail.role, *role),
            Registration::Phone(phone) => set(&mut self.phones, Some(phone), |phone| phone.role, phone.role),
            Registration::RemovePhone(role) => set(&mut self.phones, None, |phone| phone.role, *role),
            Registration::Authenticator(key) => self.authenticator = Some(key.clone()),
            Registration::RemoveAuthenticator => self.authenticator = None,
            Registration::RecoveryCodes(codes) => {
                let folded = codes.iter().filter_map(recovery_code::normalise);
                self.recovery_codes = folded.map(|folded| RecoveryCode { folded, is_used: false }).collect();
            }
            Registration::RemoveRecoveryCodes => self.recovery_codes.clear(),
            Registration::Questions(new) => {
                let kept = new.iter().map(|new| (new.question.clone(), questions::normalise(&new.answer)));
                self.questions = kept.collect();
            }
            Registration::RemoveQuestions => self.questions.clear(),
            Registration::Confirm(at) => self.confirmed_at = self.confirmed_at.max(Some(*at)),
        }
    }
}

/// Makes this the one entry of a role, in the place of the first that it had.
fn set<T: Clone>(entries: &mut Vec<T>, new: Option<&T>, role_of: impl Fn(&T) -> Role, role: Role) {
    let at = entries.iter().position(|entry| role_of(entry) == role).unwrap_or(entries.len());
    entries.retain(|entry| role_of(entry) != role);
    if let Some(new) = new {
        entries.insert(at.min(entries.len()), new.clone());
    }
}
