//! The security info of an account, as a flow keeps it and as its owner is shown it.

use jiff::Timestamp;
use regain_ports::{Account, Registration};
use regain_protocol::{AllowedMethod, FlowKind, MethodKind, RegisteredMethod, Role};
use regain_values::{E164, MailAddress};
use serde::{Deserialize, Serialize};

use crate::{Engine, Rules, mask, methods, subject::ProvedPerson};

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

/// One entry of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: MethodKind,
    pub(crate) role: Option<Role>,
    pub(crate) destination: Option<String>,
    /// The kinds of proof that can be given with it.
    pub(crate) proves: Vec<MethodKind>,
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

    /// The entries as people look for them.
    pub(crate) fn entries(&self, rules: &Rules) -> Vec<Entry> {
        let phones = |entry: &Entry| matches!(entry.kind, MethodKind::Sms | MethodKind::Call);
        let mut entries: Vec<Entry> = Vec::new();
        for kind in methods::ALL {
            // Phones stay in the order in which they were registered, whatever reaches them.
            if kind.kind() == MethodKind::Sms {
                entries.extend(self.phone_entries(rules));
            } else {
                entries.extend(kind.entries(self, rules).into_iter().filter(|entry| !phones(entry)));
            }
        }
        entries
    }

    /// The entries of phones. A phone is one, however it is reached.
    pub(crate) fn phone_entries(&self, rules: &Rules) -> Vec<Entry> {
        let entries = self.phones.iter().map(|(role, number)| {
            let can_be = |kind| methods::reaches(rules, kind, *role, number);
            let is_texted = rules.methods.sms && *role != Role::Office;
            Entry {
                kind: if is_texted { MethodKind::Sms } else { MethodKind::Call },
                role: Some(*role),
                destination: Some(number.to_string()),
                proves: [MethodKind::Sms, MethodKind::Call].into_iter().filter(|kind| can_be(*kind)).collect(),
            }
        });
        entries.collect()
    }

    /// The number that is still asked for: of entries that count, or of kinds where several proofs are needed.
    pub(crate) fn missing(&self, rules: &Rules, gates: u8) -> usize {
        let entries = self.entries(rules);
        let counting = entries.iter().filter(|entry| !entry.proves.is_empty()).count();
        let mut kinds: Vec<MethodKind> = entries.into_iter().flat_map(|entry| entry.proves).collect();
        kinds.sort_by_key(|kind| *kind as u8);
        kinds.dedup();
        let asked_for = usize::from(rules.security_info.required).saturating_sub(counting);
        let kinds_missing = usize::from(gates).saturating_sub(kinds.len());
        // Questions in one's own words are asked only after another proof: they are nothing to begin with.
        let questions_wait = self.questions - self.own_questions < usize::from(rules.questions.to_answer);
        let cannot_begin = !kinds.iter().any(|kind| *kind != MethodKind::Questions || !questions_wait);
        asked_for.max(kinds_missing).max(cannot_begin.into())
    }
}

/// A reason for the owner of an account to look at their security info.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InfoDue {
    /// So many more methods are asked for.
    Missing(usize),
    /// The last look was too long ago.
    Stale,
}

impl Rules {
    /// The reason for the owner of an account to look at their security info, where they can; for pages on which
    /// somebody is signed in.
    pub fn info_due(&self, account: &Account, now: Timestamp) -> Option<InfoDue> {
        let info = SecurityInfo::of(account);
        let missing = info.missing(self, self.gates.for_groups(&account.groups));
        let is_stale = self.security_info.is_stale(info.confirmed_at, now);
        let due = if missing > 0 { Some(InfoDue::Missing(missing)) } else { is_stale.then_some(InfoDue::Stale) };
        due.filter(|_| self.kinds.contains(&FlowKind::Register))
    }

    /// The methods that people can add by themselves.
    pub(crate) fn allowed(&self) -> Vec<AllowedMethod> {
        let all = methods::ALL.into_iter().flat_map(|kind| kind.addable().iter().map(move |role| (kind, *role)));
        let on = all.filter(|(kind, role)| kind.is_on(self, *role) && !self.is_owned(kind.kind(), *role));
        on.map(|(kind, role)| AllowedMethod { kind: kind.kind(), role }).collect()
    }

    /// Tells if the directory says what is in a role: people cannot add or remove it.
    pub(crate) const fn is_owned(&self, kind: MethodKind, role: Option<Role>) -> bool {
        match role {
            Some(role) => self.abilities.owns(kind, role),
            None => false,
        }
    }
}

/// Sets what is registered in a role.
fn put<T: Clone>(of: &mut Vec<(Role, T)>, role: Role, destination: &T) {
    let at = of.iter().position(|(at, _)| *at == role).unwrap_or(of.len());
    of.retain(|(at, _)| *at != role);
    of.insert(at.min(of.len()), (role, destination.clone()));
}

impl Engine {
    /// The public id of an entry: the same as long as it is there.
    pub(crate) fn entry_id(&self, person: &ProvedPerson, entry: &Entry) -> String {
        let what = format!("{:?} {:?} {}", entry.kind, entry.role, entry.destination.as_deref().unwrap_or_default());
        self.keys.entry_id(&person.account_key, &what)
    }

    /// The entries as their owner is shown them.
    pub(crate) fn shown_entries(&self, person: &ProvedPerson) -> Vec<RegisteredMethod> {
        let (rules, info) = (self.rules(), &person.account.info);
        let shown = info.entries(rules).into_iter().map(|entry| RegisteredMethod {
            id: self.entry_id(person, &entry),
            kind: entry.kind,
            role: entry.role,
            masked: entry.destination.as_deref().map(|destination| mask::destination(rules, entry.kind, destination)),
            registered: !rules.is_owned(entry.kind, entry.role),
            verified: !entry.proves.is_empty(),
            left: info.recovery_codes.filter(|_| entry.kind == MethodKind::RecoveryCodes),
        });
        shown.collect()
    }
}
