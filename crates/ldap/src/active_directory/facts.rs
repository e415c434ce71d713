//! Facts about the domain: its rules, those of its fine-grained policies, and the groups that the configuration names.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use ldap3::Scope;
use regain_ports::{DirectoryError, DirectoryRules};

use crate::{
    connection::{Search, code},
    core::Core,
    entry::Entry,
    rules::Rules,
};

/// The classes of characters that a complex password has, of the four.
const COMPLEX: u8 = 3;

/// The bit of `pwdProperties` for complex passwords.
const IS_COMPLEX: i64 = 1;

/// Facts about the domain.
pub(super) struct DomainFacts {
    /// The domain's rules.
    pub(super) rules: Rules,
    /// Those of fine-grained policies that can be read, by distinguished name in lower case.
    pub(super) policies: BTreeMap<String, Rules>,
    /// Identifiers of groups, by the names that the configuration gives them.
    pub(super) groups: Vec<(String, Vec<u8>)>,
    pub(super) never: Vec<Never>,
}

/// An entry that nothing is done for.
pub(super) struct Never {
    /// The distinguished name in lower case: of an account, or of a folder.
    pub(super) dn: String,
    /// The identifier, where it is a group's or an account's.
    pub(super) sid: Option<Vec<u8>>,
}

impl DomainFacts {
    /// The rules for an account; `None` where they are a policy's that cannot be read.
    pub(super) fn rules_of(&self, policy: Option<&str>) -> Option<Rules> {
        policy.map_or(Some(self.rules), |dn| self.policies.get(&dn.to_lowercase()).copied())
    }
}

/// Reads them.
pub(super) async fn read(core: &Core) -> Result<DomainFacts, DirectoryError> {
    let client = &core.client;
    let root = client.entry("", &["defaultNamingContext"]).await?.unwrap_or_default();
    let domain = root.text("defaultNamingContext").ok_or_else(|| {
        DirectoryError::Misconfigured(
            "directory.kind: the server is no domain controller of Active Directory".to_owned(),
        )
    })?;
    let attributes =
        ["minPwdLength", "pwdProperties", "pwdHistoryLength", "minPwdAge", "lockoutThreshold", "lockoutDuration"];
    let rules = client.entry(domain, &attributes).await?.as_ref().map(domain_rules).unwrap_or_default();
    let policies = policies(core, domain).await?;
    let mut groups = Vec::new();
    for (name, dn) in &core.mapping.groups {
        let (_, sid) = named(core, "directory.ldap.groups", dn).await?;
        let no_group = || DirectoryError::Misconfigured("directory.ldap.groups: an entry is no group".to_owned());
        groups.push((name.clone(), sid.ok_or_else(no_group)?));
    }
    let mut never = Vec::new();
    for dn in &core.mapping.never {
        let (dn, sid) = named(core, "directory.ldap.never", dn).await?;
        never.push(Never { dn: dn.to_lowercase(), sid });
    }
    Ok(DomainFacts { rules, policies, groups, never })
}

/// The distinguished name as the server writes it, and the identifier, of an entry that the configuration names.
/// Membership that cannot be asked for is never none.
async fn named(core: &Core, key: &str, dn: &str) -> Result<(String, Option<Vec<u8>>), DirectoryError> {
    let entry = core.client.entry(dn, &["objectSid"]).await?;
    let entry = entry.ok_or_else(|| DirectoryError::Misconfigured(format!("{key}: an entry is not there")))?;
    let sid = entry.all("objectSid").first().cloned();
    Ok((entry.dn, sid))
}

/// The fine-grained policies that can be read: by default administrators alone may.
async fn policies(core: &Core, domain: &str) -> Result<BTreeMap<String, Rules>, DirectoryError> {
    let base = format!("CN=Password Settings Container,CN=System,{domain}");
    let attributes = [
        "msDS-MinimumPasswordLength",
        "msDS-PasswordComplexityEnabled",
        "msDS-PasswordHistoryLength",
        "msDS-MinimumPasswordAge",
        "msDS-LockoutThreshold",
        "msDS-LockoutDuration",
    ];
    let filter = "(objectClass=msDS-PasswordSettings)";
    let search = Search { base: &base, scope: Scope::OneLevel, filter, attributes: &attributes, limit: 0 };
    let (reply, found) = core.client.search(search).await?;
    if reply.code != code::SUCCESS {
        return Ok(BTreeMap::new());
    }
    let read = found.iter().filter(|entry| entry.number("msDS-MinimumPasswordLength").is_some());
    Ok(read.map(|entry| (entry.dn.to_lowercase(), policy_rules(entry))).collect())
}

fn domain_rules(entry: &Entry) -> Rules {
    let is_complex = entry.number("pwdProperties").unwrap_or_default() & IS_COMPLEX != 0;
    Rules {
        directory: directory_rules(count(entry, "minPwdLength"), is_complex),
        min_age: interval(entry, "minPwdAge"),
        history: count(entry, "pwdHistoryLength"),
        lockout_threshold: count(entry, "lockoutThreshold"),
        lockout: interval(entry, "lockoutDuration"),
    }
}

fn policy_rules(entry: &Entry) -> Rules {
    let is_complex = entry.is_true("msDS-PasswordComplexityEnabled");
    Rules {
        directory: directory_rules(count(entry, "msDS-MinimumPasswordLength"), is_complex),
        min_age: interval(entry, "msDS-MinimumPasswordAge"),
        history: count(entry, "msDS-PasswordHistoryLength"),
        lockout_threshold: count(entry, "msDS-LockoutThreshold"),
        lockout: interval(entry, "msDS-LockoutDuration"),
    }
}

fn directory_rules(min_length: u32, is_complex: bool) -> DirectoryRules {
    DirectoryRules { min_length, min_classes: if is_complex { COMPLEX } else { 0 }, forbid_names: is_complex }
}

fn count(entry: &Entry, name: &str) -> u32 {
    entry.number(name).and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
}

/// An interval as Active Directory has them: negative, in 100 nanoseconds; the least number is for ever, here 0.
fn interval(entry: &Entry, name: &str) -> SignedDuration {
    let ticks = entry.number(name).filter(|ticks| *ticks != i64::MIN).unwrap_or_default();
    SignedDuration::from_secs(ticks.unsigned_abs().cast_signed() / 10_000_000)
}
