//! The state of an account.

use futures_util::future::{try_join, try_join_all};
use jiff::Timestamp;
use regain_ports::{AccountId, DirectoryError, Person};
use regain_values::UserId;

use super::{directory::LdapDirectory, facts::Group};
use crate::{
    entry::{Entry, is_uuid},
    rules::Rules,
};

/// The most accounts that are asked for in one search.
const IDS_A_SEARCH: usize = 100;

/// The attributes that its state is in.
const ATTRIBUTES: [&str; 9] = [
    "entryUUID",
    "pwdAccountLockedTime",
    "pwdChangedTime",
    "pwdPolicySubentry",
    "pwdStartTime",
    "pwdEndTime",
    // 389 Directory Server and FreeIPA, and eDirectory.
    "nsAccountLock",
    "loginDisabled",
    "createTimestamp",
];

/// The value of `pwdAccountLockedTime` by which an administrator locks an account for good.
pub(super) const LOCKED_BY_ADMINISTRATOR: &str = "000001010000Z";

/// An account with what changing it takes.
pub(super) struct Account {
    pub(super) dn: String,
    pub(super) person: Person,
    pub(super) rules: Rules,
    /// The lock as the server has it, also one whose time is over.
    pub(super) lock: Option<String>,
    /// The time at which its password was set; `None` where the server does not say.
    pub(super) set_at: Option<Timestamp>,
    /// Reasons for which it may not be used.
    pub(super) reasons: Vec<&'static str>,
}

impl LdapDirectory {
    /// The account of a user ID.
    pub(super) async fn account(&self, user_id: &UserId) -> Result<Option<Account>, DirectoryError> {
        let attributes = self.core.mapping.attributes(&ATTRIBUTES);
        let entry = self.core.one(user_id, "(objectClass=*)", &attributes).await?;
        self.completed(entry).await
    }

    /// The account of an id.
    pub(super) async fn by_id(&self, id: &AccountId) -> Result<Option<Account>, DirectoryError> {
        if !is_uuid(id) {
            return Ok(None);
        }
        let attributes = self.core.mapping.attributes(&ATTRIBUTES);
        let found = self.core.below_base(&format!("(entryUUID={id})"), &attributes, 2).await?;
        match <[_; 1]>::try_from(found) {
            Ok([entry]) => self.completed(Some(entry)).await,
            Err(_) => Ok(None),
        }
    }

    /// The same for one that may be used.
    pub(super) async fn usable(&self, id: &AccountId) -> Result<Option<Account>, DirectoryError> {
        // It is a part of what is handed on.
        Ok(Box::pin(self.by_id(id)).await?.filter(|account| account.person.enabled))
    }

    /// The accounts that have these ids.
    pub(super) async fn by_ids(&self, ids: &[AccountId]) -> Result<Vec<Person>, DirectoryError> {
        let attributes = self.core.mapping.attributes(&ATTRIBUTES);
        let mut people = Vec::new();
        let known: Vec<_> = ids.iter().filter(|id| is_uuid(id)).collect();
        for some in known.chunks(IDS_A_SEARCH) {
            let tests: Vec<_> = some.iter().map(|id| format!("(entryUUID={id})")).collect();
            let found = self.core.below_base(&format!("(|{})", tests.concat()), &attributes, 0).await?;
            let completed = try_join_all(found.into_iter().map(|entry| self.completed(Some(entry)))).await?;
            people.extend(completed.into_iter().flatten().map(|account| account.person));
        }
        Ok(people)
    }

    /// The account of an entry, after as many questions as nobody's takes.
    async fn completed(&self, entry: Option<Entry>) -> Result<Option<Account>, DirectoryError> {
        let facts = self.known().await?;
        let dn = entry.as_ref().map_or(self.core.base.as_str(), |entry| entry.dn.as_str());
        let user_id = entry.as_ref().map(|entry| self.core.mapping.person(entry).user_id).unwrap_or_default();
        let has_password = self.core.client.entry_where(dn, "(userPassword=*)", &["1.1"]);
        let groups = try_join_all(facts.groups.iter().map(|group| self.is_in(group, dn, user_id.as_str())));
        let never = try_join_all(facts.never.iter().map(|never| self.is_never(never, dn, user_id.as_str())));
        let (has_password, (groups, never)) = try_join(has_password, try_join(groups, never)).await?;
        let Some(entry) = entry else { return Ok(None) };
        let Some(id) = entry.text("entryUUID").map(|id| AccountId::from(id.to_ascii_lowercase())) else {
            return Err(DirectoryError::Misconfigured("directory.ldap.bind_dn: cannot read entryUUID".to_owned()));
        };
        let rules = facts.rules_of(entry.text("pwdPolicySubentry"));
        let now = self.core.now();
        let reasons = reasons(&entry, never.contains(&true), now);
        let set_at = entry.time("pwdChangedTime");
        let lock = entry.text("pwdAccountLockedTime").map(str::to_owned);
        let person = Person {
            id,
            enabled: reasons.is_empty(),
            locked: is_locked(&entry, &rules, now),
            has_password: has_password.is_some() || set_at.is_some(),
            groups: facts
                .groups
                .iter()
                .zip(groups)
                .filter(|(_, is_in)| *is_in)
                .map(|(group, _)| group.name.clone())
                .collect(),
            password_rules: rules.directory,
            ..self.core.mapping.person(&entry)
        };
        Ok(Some(Account { dn: entry.dn, person, rules, lock, set_at, reasons }))
    }

    /// Tells if an entry is a member of a group.
    async fn is_in(&self, group: &Group, dn: &str, user_id: &str) -> Result<bool, DirectoryError> {
        let (dn, user_id) = (ldap3::ldap_escape(dn), ldap3::ldap_escape(user_id));
        let by_name = if user_id.is_empty() { String::new() } else { format!("(memberUid={user_id})") };
        let filter = format!("(|(member={dn})(uniqueMember={dn}){by_name})");
        Ok(self.core.client.entry_where(&group.dn, &filter, &["1.1"]).await?.is_some())
    }

    /// Tells if nothing is done for an entry: it is named, below a folder that is, or in a group that is.
    async fn is_never(&self, never: &Group, dn: &str, user_id: &str) -> Result<bool, DirectoryError> {
        let (named, dn_lower) = (never.dn.to_lowercase(), dn.to_lowercase());
        let is_named = dn_lower == named || dn_lower.ends_with(&format!(",{named}"));
        Ok(self.is_in(never, dn, user_id).await? || is_named)
    }
}

/// Reasons for which an account may not be used.
fn reasons(entry: &Entry, is_never: bool, now: Timestamp) -> Vec<&'static str> {
    let ahead = |name: &str| entry.time(name).is_some_and(|time| time > now);
    let over = |name: &str| entry.time(name).is_some_and(|time| time <= now);
    let reasons = [
        (entry.text("pwdAccountLockedTime") == Some(LOCKED_BY_ADMINISTRATOR), "an administrator locked it"),
        (ahead("pwdStartTime"), "it may be used later only (pwdStartTime)"),
        (over("pwdEndTime"), "its time is over (pwdEndTime)"),
        (entry.is_true("nsAccountLock"), "it is switched off (nsAccountLock)"),
        (entry.is_true("loginDisabled"), "it is switched off (loginDisabled)"),
        (is_never, "directory.ldap.never names it, or a group or folder that it is in"),
    ];
    reasons.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
}

/// Tells if failures lock an account: the server leaves the time in place when the lockout is over.
fn is_locked(entry: &Entry, rules: &Rules, now: Timestamp) -> bool {
    let Some(text) = entry.text("pwdAccountLockedTime") else { return false };
    let Some(since) = crate::entry::generalized_time(text) else { return true };
    rules.lockout.is_zero() || since.checked_add(rules.lockout).is_ok_and(|until| until > now)
}
