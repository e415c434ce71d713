//! What an account has registered to prove itself by: as a flow keeps it, and as its owner is shown it.

use jiff::Timestamp;
use regain_protocol::{AllowedMethod, FlowKind, MethodKind, RegisteredMethod, Role};
use serde::{Deserialize, Serialize};

use super::{
    Engine, Rules, mask,
    state::{KnownAccount, Subject},
    subject::Way,
};
use regain_ports::{Account, Registration};

/// What an account has registered to prove itself by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityInfo {
    /// Its mail addresses.
    pub mails: Vec<(Role, String)>,
    /// Its phones, in E.164 form.
    pub phones: Vec<(Role, String)>,
    /// How many security questions there are.
    pub questions: usize,
    /// How many of them are in the person's own words.
    pub own_questions: usize,
    /// Whether there is an authenticator app.
    pub authenticator: bool,
    /// When its owner last found it right.
    pub confirmed_at: Option<jiff::Timestamp>,
}

/// One entry of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) kind: MethodKind,
    pub(super) role: Option<Role>,
    pub(super) destination: Option<String>,
}

/// The entries that people can add by themselves.
const TO_ADD: [(MethodKind, Option<Role>); 7] = [
    (MethodKind::Email, Some(Role::Alternate)),
    (MethodKind::Email, Some(Role::Authentication)),
    (MethodKind::Sms, Some(Role::Mobile)),
    (MethodKind::Sms, Some(Role::Authentication)),
    (MethodKind::Call, Some(Role::Mobile)),
    (MethodKind::Call, Some(Role::Authentication)),
    (MethodKind::Authenticator, None),
];

impl SecurityInfo {
    pub(super) fn of(account: &Account) -> Self {
        Self {
            mails: account.mails.iter().map(|mail| (mail.role, mail.address.clone())).collect(),
            phones: account.phones.iter().map(|phone| (phone.role, phone.number.clone())).collect(),
            questions: account.questions.len(),
            own_questions: account.questions.iter().filter(|question| question.own.is_some()).count(),
            authenticator: account.authenticator,
            confirmed_at: account.security_info_confirmed_at,
        }
    }

    /// The addresses that confirmations go to.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &String> {
        self.mails.iter().map(|(_, address)| address)
    }

    /// Whether there is something of that kind and role.
    pub(super) fn has(&self, kind: MethodKind, role: Option<Role>) -> bool {
        match kind {
            MethodKind::Email => self.mails.iter().any(|(at, _)| Some(*at) == role),
            MethodKind::Sms | MethodKind::Call => self.phones.iter().any(|(at, _)| Some(*at) == role),
            MethodKind::Questions => self.questions > 0,
            MethodKind::Authenticator => self.authenticator,
            MethodKind::Unknown => false,
        }
    }

    /// Whether this address or number is registered already, in whatever role.
    pub(super) fn has_destination(&self, destination: &str) -> bool {
        let mut all = self.mails.iter().chain(&self.phones).map(|(_, destination)| destination.to_lowercase());
        let destination = destination.to_lowercase();
        all.any(|registered| registered == destination)
    }

    /// What it is after a change that the directory has made.
    pub(super) fn changed(&mut self, registration: &Registration) {
        match registration {
            Registration::Mail(mail) => put(&mut self.mails, mail.role, &mail.address),
            Registration::Phone(phone) => put(&mut self.phones, phone.role, &phone.number),
            Registration::Authenticator(_) => self.authenticator = true,
            Registration::Questions(questions) => {
                self.questions = questions.len();
                self.own_questions = questions.iter().filter(|new| new.question.own.is_some()).count();
            }
            Registration::RemoveMail(role) => self.mails.retain(|(at, _)| at != role),
            Registration::RemovePhone(role) => self.phones.retain(|(at, _)| at != role),
            Registration::RemoveAuthenticator => self.authenticator = false,
            Registration::RemoveQuestions => (self.questions, self.own_questions) = (0, 0),
            Registration::Confirm(at) => self.confirmed_at = Some(*at),
        }
    }

    /// Its entries as people look for them. A phone is one, however it is reached.
    pub(super) fn entries(&self, rules: &Rules) -> Vec<Entry> {
        let mails = self.mails.iter().map(|(role, address)| Entry {
            kind: MethodKind::Email,
            role: Some(*role),
            destination: Some(address.clone()),
        });
        let phones = self.phones.iter().map(|(role, number)| Entry {
            kind: if rules.methods.offers(MethodKind::Sms, Some(*role)) && *role != Role::Office {
                MethodKind::Sms
            } else {
                MethodKind::Call
            },
            role: Some(*role),
            destination: Some(number.clone()),
        });
        let alone = |kind| Entry { kind, role: None, destination: None };
        let questions = (self.questions > 0).then(|| alone(MethodKind::Questions));
        let authenticator = self.authenticator.then(|| alone(MethodKind::Authenticator));
        mails.chain(phones).chain(questions).chain(authenticator).collect()
    }

    /// Whether an entry can be used to prove who one is.
    fn counts(&self, entry: &Entry, rules: &Rules) -> bool {
        match (entry.kind, entry.role, &entry.destination) {
            (MethodKind::Email, Some(role), Some(address)) => Way::mail(role, address.clone()).is_on(rules),
            (MethodKind::Sms | MethodKind::Call, Some(role), Some(number)) => {
                Way::phone(role, number.clone()).any(|way| way.is_on(rules))
            }
            (MethodKind::Questions, ..) => {
                rules.methods.offers(MethodKind::Questions, None)
                    && self.questions >= usize::from(rules.questions.to_answer)
            }
            (kind, role, _) => rules.methods.offers(kind, role),
        }
    }

    /// How many more are asked for: of entries that count, or of kinds where several proofs are needed.
    pub(super) fn missing(&self, rules: &Rules, gates: u8) -> usize {
        let entries = self.entries(rules);
        let counting: Vec<_> = entries.iter().filter(|entry| self.counts(entry, rules)).collect();
        let mut kinds: Vec<MethodKind> = counting
            .iter()
            .flat_map(|entry| match (entry.kind, entry.role) {
                // A phone can be texted and called.
                (MethodKind::Sms, role) if rules.methods.offers(MethodKind::Call, role) => {
                    vec![MethodKind::Sms, MethodKind::Call]
                }
                (kind, _) => vec![kind],
            })
            .collect();
        kinds.sort_by_key(|kind| *kind as u8);
        kinds.dedup();
        let asked_for = usize::from(rules.security_info.required).saturating_sub(counting.len());
        let kinds_missing = usize::from(gates).saturating_sub(kinds.len());
        // Questions in one's own words are asked only after another proof: they are nothing to begin with.
        let questions_wait = self.questions - self.own_questions < usize::from(rules.questions.to_answer);
        let cannot_begin = !kinds.iter().any(|kind| *kind != MethodKind::Questions || !questions_wait);
        asked_for.max(kinds_missing).max(cannot_begin.into())
    }
}

/// Why the owner of an account is to look at their security info.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InfoDue {
    /// So many more ways to prove who one is are asked for.
    Missing(usize),
    /// The last look was too long ago.
    Stale,
}

impl Rules {
    /// Why the owner of an account should look at their security info, where they can; for pages on which
    /// somebody is signed in.
    pub fn info_due(&self, account: &Account, now: Timestamp) -> Option<InfoDue> {
        let info = SecurityInfo::of(account);
        let missing = info.missing(self, self.gates.for_groups(&account.groups));
        let is_stale = self.security_info.is_stale(info.confirmed_at, now);
        let due = if missing > 0 { Some(InfoDue::Missing(missing)) } else { is_stale.then_some(InfoDue::Stale) };
        due.filter(|_| self.kinds.contains(&FlowKind::Register))
    }
}

/// Sets what is registered in a role.
fn put(of: &mut Vec<(Role, String)>, role: Role, destination: &str) {
    let at = of.iter().position(|(at, _)| *at == role).unwrap_or(of.len());
    of.retain(|(at, _)| *at != role);
    of.insert(at.min(of.len()), (role, destination.to_owned()));
}

impl Engine {
    /// The name of an entry: the same as long as it is there.
    pub(super) fn entry_id(&self, subject: &Subject, entry: &Entry) -> String {
        let what = format!("{:?} {:?} {}", entry.kind, entry.role, entry.destination.as_deref().unwrap_or_default());
        self.keys.entry_id(&subject.account_key, &what)
    }

    /// What its owner is shown of it.
    pub(super) fn shown_entries(&self, subject: &Subject, account: &KnownAccount) -> Vec<RegisteredMethod> {
        let rules = self.rules();
        let shown = account.info.entries(rules).into_iter().map(|entry| RegisteredMethod {
            id: self.entry_id(subject, &entry),
            kind: entry.kind,
            role: entry.role,
            masked: entry.destination.as_deref().map(|destination| masked(rules, entry.kind, destination)),
            registered: entry.role != Some(Role::Office),
            verified: account.info.counts(&entry, rules),
        });
        shown.collect()
    }
}

/// An address or number with most of it hidden.
pub(super) fn masked(rules: &Rules, kind: MethodKind, destination: &str) -> String {
    match kind {
        MethodKind::Email => mask::mail(destination),
        _ => mask::phone(destination, &rules.countries),
    }
}

/// What can be added.
pub(super) fn allowed(rules: &Rules) -> Vec<AllowedMethod> {
    let on = TO_ADD.into_iter().filter(|(kind, role)| rules.methods.offers(*kind, *role));
    on.map(|(kind, role)| AllowedMethod { kind, role }).collect()
}
