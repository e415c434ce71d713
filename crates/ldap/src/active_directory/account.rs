//! The state of an account.

use futures_util::future::try_join_all;
use jiff::Timestamp;
use regain_ports::{AccountId, DirectoryError, Person};
use regain_values::UserId;

use super::{directory::ActiveDirectory, facts::DomainFacts, sid};
use crate::{
    entry::{Entry, escaped_bytes, guid_of_id, id_of_guid},
    rules::Rules,
};

/// People: computers are users too.
const PEOPLE: &str = "(objectCategory=person)(objectClass=user)";

/// The most accounts that are asked for in one search.
const IDS_A_SEARCH: usize = 100;

/// The attributes that its state is in.
const ATTRIBUTES: [&str; 10] = [
    "objectGUID",
    "objectSid",
    "userAccountControl",
    "msDS-User-Account-Control-Computed",
    "lockoutTime",
    "pwdLastSet",
    "accountExpires",
    "adminCount",
    "msDS-ResultantPSO",
    "logonCount",
];

/// Bits of `userAccountControl` (Microsoft, MS-ADTS 2.2.16).
mod control {
    pub(super) const ACCOUNT_DISABLE: i64 = 0x2;
    pub(super) const LOCKOUT: i64 = 0x10;
    pub(super) const PASSWORD_NOT_REQUIRED: i64 = 0x20;
    pub(super) const NORMAL_ACCOUNT: i64 = 0x200;
}

/// Seconds between 1601, at which Active Directory begins to count, and 1970.
const EPOCH: i64 = 11_644_473_600;

/// Intervals of 100 nanoseconds in a second.
const TICKS: i64 = 10_000_000;

/// An account with what changing it takes.
pub(super) struct Account {
    /// The distinguished name, for signing in.
    pub(super) dn: String,
    pub(super) person: Person,
    /// The rules for its password; `None` where they cannot be read.
    pub(super) rules: Option<Rules>,
    /// `pwdLastSet`: the time at which its password was set, 0 where it has to be changed.
    pub(super) password_set: i64,
    /// Reasons for which it may not be used.
    pub(super) reasons: Vec<&'static str>,
}

impl Account {
    /// The name for changes: it stays when the account is renamed or moved.
    pub(super) fn target(&self) -> String {
        format!("<GUID={}>", self.person.id)
    }

    /// The time at which its password was set; `None` where it has to be changed.
    pub(super) fn set_at(&self) -> Option<Timestamp> {
        time(self.password_set)
    }
}

impl ActiveDirectory {
    /// The account of a user ID.
    pub(super) async fn account(&self, user_id: &UserId) -> Result<Option<Account>, DirectoryError> {
        let attributes = self.core.mapping.attributes(&ATTRIBUTES);
        let entry = self.core.one(user_id, PEOPLE, &attributes).await?;
        self.completed(entry).await
    }

    /// The account of an id, where it still is below the base.
    pub(super) async fn by_id(&self, id: &AccountId) -> Result<Option<Account>, DirectoryError> {
        let Some(guid) = guid_of_id(id) else { return Ok(None) };
        let attributes = self.core.mapping.attributes(&ATTRIBUTES);
        let filter = format!("(&{PEOPLE}(objectGUID={}))", escaped_bytes(&guid));
        let found = self.core.below_base(&filter, &attributes, 2).await?;
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
        let known: Vec<_> = ids.iter().filter_map(guid_of_id).collect();
        for some in known.chunks(IDS_A_SEARCH) {
            let tests: Vec<_> = some.iter().map(|guid| format!("(objectGUID={})", escaped_bytes(guid))).collect();
            let filter = format!("(&{PEOPLE}(|{}))", tests.concat());
            let found = self.core.below_base(&filter, &attributes, 0).await?;
            let completed = try_join_all(found.into_iter().map(|entry| self.completed(Some(entry)))).await?;
            people.extend(completed.into_iter().flatten().map(|account| account.person));
        }
        Ok(people)
    }

    /// The account of an entry, after as many questions as nobody's takes.
    async fn completed(&self, entry: Option<Entry>) -> Result<Option<Account>, DirectoryError> {
        let facts = self.known().await?;
        let dn = entry.as_ref().map_or(self.core.base.as_str(), |entry| entry.dn.as_str());
        // Of the groups that it is in directly and by others, with the primary one; only a look at one entry has it.
        let token = self.core.client.entry(dn, &["tokenGroups"]).await?;
        let Some(entry) = entry else { return Ok(None) };
        let groups = token.as_ref().map_or(&[][..], |token| token.all("tokenGroups"));
        if groups.is_empty() {
            // Everybody is in a primary group.
            let text = "directory.ldap.bind_dn: cannot read the groups of a person (tokenGroups)";
            return Err(DirectoryError::Misconfigured(text.to_owned()));
        }
        let id = entry.all("objectGUID").first().and_then(|guid| id_of_guid(guid));
        let control = entry.number("userAccountControl");
        let (Some(id), Some(control)) = (id, control) else {
            let text = "directory.ldap.bind_dn: cannot read objectGUID and userAccountControl of a person";
            return Err(DirectoryError::Misconfigured(text.to_owned()));
        };
        Ok(Some(self.read(&entry, groups, &facts, id, control)))
    }

    fn read(&self, entry: &Entry, token: &[Vec<u8>], facts: &DomainFacts, id: AccountId, control: i64) -> Account {
        let rules = facts.rules_of(entry.text("msDS-ResultantPSO"));
        let reasons = reasons(entry, token, facts, control, self.core.now());
        let password_set = entry.number("pwdLastSet").unwrap_or_default();
        let computed = entry.number("msDS-User-Account-Control-Computed");
        let lockout_time = entry.number("lockoutTime").unwrap_or_default();
        // An account whose password has to be changed has one all the same.
        let never_had_one = password_set == 0
            && control & control::PASSWORD_NOT_REQUIRED != 0
            && entry.number("logonCount").unwrap_or_default() == 0;
        let groups = facts.groups.iter().filter(|(_, sid)| token.contains(sid)).map(|(name, _)| name.clone());
        let person = Person {
            id,
            enabled: reasons.is_empty(),
            locked: computed.map_or(lockout_time != 0, |computed| computed & control::LOCKOUT != 0),
            has_password: !never_had_one,
            groups: groups.collect(),
            password_rules: rules.map(|rules| rules.directory).unwrap_or_default(),
            ..self.core.mapping.person(entry)
        };
        Account { dn: entry.dn.clone(), person, rules, password_set, reasons }
    }
}

/// Reasons for which an account may not be used.
fn reasons(entry: &Entry, token: &[Vec<u8>], facts: &DomainFacts, control: i64, now: Timestamp) -> Vec<&'static str> {
    let own = entry.all("objectSid").first().map_or(&[][..], Vec::as_slice);
    let expires = entry.number("accountExpires").filter(|expires| !matches!(*expires, 0 | i64::MAX));
    let is_over = expires.and_then(time).is_some_and(|expires| expires <= now);
    let dn = entry.dn.to_lowercase();
    let is_never = facts.never.iter().any(|never| {
        let is_named = dn == never.dn || dn.ends_with(&format!(",{}", never.dn));
        is_named || never.sid.as_deref().is_some_and(|sid| sid == own || token.iter().any(|group| group == sid))
    });
    let reasons = [
        (control & control::ACCOUNT_DISABLE != 0, "it is disabled"),
        (control & control::NORMAL_ACCOUNT == 0, "it is no account of a person"),
        (is_over, "it expired (accountExpires)"),
        (entry.number("adminCount").unwrap_or_default() > 0, "it is protected (adminCount)"),
        (
            sid::is_privileged_account(own) || token.iter().any(|group| sid::is_privileged_group(group)),
            "it is an administrator's: in Administrators, Domain Admins, or another group that protects its members",
        ),
        (is_never, "directory.ldap.never names it, or a group or folder that it is in"),
    ];
    reasons.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
}

/// A time as Active Directory counts it; `None` for 0.
pub(super) fn time(ticks: i64) -> Option<Timestamp> {
    let nanoseconds = i32::try_from(ticks % TICKS * 100).ok()?;
    Timestamp::new(ticks / TICKS - EPOCH, nanoseconds).ok().filter(|_| ticks > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_from_1601() {
        assert_eq!(time(132_600_000_000_000_000), "2021-03-12T05:20:00Z".parse().ok());
        assert_eq!(time(0), None);
        assert_eq!(time(i64::MAX), None);
    }
}
