//! The security info of an account, as its owner is shown it and asked for more.

use jiff::Timestamp;
use regain_ports::Account;
use regain_protocol::{AllowedMethod, FlowKind, MethodKind, RegisteredMethod, Role};

use crate::{
    Engine, Rules, mask,
    methods::{self, Entry},
    state::{ProvedPerson, SecurityInfo},
};

impl SecurityInfo {
    /// The entries as people look for them.
    pub(crate) fn entries(&self, rules: &Rules) -> Vec<Entry> {
        let phones = |entry: &Entry| matches!(entry.kind, MethodKind::Sms | MethodKind::Call);
        let mut entries: Vec<Entry> = Vec::new();
        for kind in methods::ALL {
            // Phones stay in the order in which they were registered, whatever reaches them.
            if kind.kind() == MethodKind::Sms {
                entries.extend(methods::phone_entries(self, rules));
            } else {
                entries.extend(kind.entries(self, rules).into_iter().filter(|entry| !phones(entry)));
            }
        }
        entries
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
