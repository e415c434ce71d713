//! Facts about the directory: its password policies, and the groups that the configuration names.

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

/// Classes of groups, in lower case.
const GROUPS: [&str; 5] = ["groupofnames", "groupofuniquenames", "posixgroup", "groupofmembers", "groupofentries"];

/// Facts about the directory.
pub(super) struct LdapFacts {
    pub(super) is_openldap: bool,
    /// The controls that the server knows.
    pub(super) controls: Vec<String>,
    /// The policies, by distinguished name in lower case.
    pub(super) policies: BTreeMap<String, Policy>,
    /// The one that counts for people who have none of their own.
    pub(super) default_policy: Option<String>,
    pub(super) groups: Vec<Group>,
    pub(super) never: Vec<Group>,
}

/// A group that the configuration names, or an entry or folder of `never`.
pub(super) struct Group {
    /// The configuration's name for it.
    pub(super) name: String,
    /// The distinguished name as the server writes it.
    pub(super) dn: String,
}

/// A password policy.
pub(super) struct Policy {
    pub(super) rules: Rules,
    /// Passwords can be changed only by who knows the current one.
    pub(super) is_safe_modify: bool,
}

impl LdapFacts {
    pub(super) fn rules_of(&self, own: Option<&str>) -> Rules {
        let own = own.map(str::to_lowercase);
        let name = own.as_ref().or(self.default_policy.as_ref());
        name.and_then(|name| self.policies.get(name)).map(|policy| policy.rules).unwrap_or_default()
    }
}

/// Reads them, with the default policy where the configuration names it.
pub(super) async fn read(core: &Core, password_policy: Option<&str>) -> Result<LdapFacts, DirectoryError> {
    let root = core.client.entry("", &["objectClass", "namingContexts", "supportedControl"]).await?.unwrap_or_default();
    let policies = policies(core, &root).await?;
    let default_policy = match password_policy {
        Some(dn) => Some(dn.to_lowercase()),
        None if policies.len() == 1 => policies.keys().next().cloned(),
        None => None,
    };
    let mut groups = Vec::new();
    for (name, dn) in &core.mapping.groups {
        groups.push(group(core, name, dn, "directory.ldap.groups").await?);
    }
    let mut never = Vec::new();
    for dn in &core.mapping.never {
        never.push(group(core, "", dn, "directory.ldap.never").await?);
    }
    let controls = root.texts("supportedControl").map(str::to_owned).collect();
    let is_openldap = root.texts("objectClass").any(|class| class.eq_ignore_ascii_case("OpenLDAProotDSE"));
    Ok(LdapFacts { is_openldap, controls, policies, default_policy, groups, never })
}

/// The policies in the tree that the people are in.
async fn policies(core: &Core, root: &Entry) -> Result<BTreeMap<String, Policy>, DirectoryError> {
    let base = core.base.to_lowercase();
    let is_above = |context: &&str| base.ends_with(&context.to_lowercase());
    let Some(context) = root.texts("namingContexts").filter(is_above).max_by_key(|context| context.len()) else {
        return Ok(BTreeMap::new());
    };
    let attributes = [
        "pwdMinLength",
        "pwdCheckQuality",
        "pwdInHistory",
        "pwdMinAge",
        "pwdLockout",
        "pwdMaxFailure",
        "pwdLockoutDuration",
        "pwdSafeModify",
    ];
    let (scope, filter) = (Scope::Subtree, "(objectClass=pwdPolicy)");
    let search = Search { base: context, scope, filter, attributes: &attributes, limit: 0 };
    let (reply, found) = core.client.search(search).await?;
    if reply.code != code::SUCCESS {
        return Ok(BTreeMap::new());
    }
    Ok(found.iter().map(|entry| (entry.dn.to_lowercase(), policy(entry))).collect())
}

/// A group whose members can be read, or another entry. Membership that cannot be asked for is never none.
async fn group(core: &Core, name: &str, dn: &str, key: &str) -> Result<Group, DirectoryError> {
    let fault = |text: &str| DirectoryError::Misconfigured(format!("{key}: {text}"));
    let client = &core.client;
    let found = client.entry(dn, &["objectClass"]).await?.ok_or_else(|| fault("an entry is not there"))?;
    let classes: Vec<_> = found.texts("objectClass").map(str::to_ascii_lowercase).collect();
    let is_group = key.ends_with("groups") || classes.iter().any(|class| GROUPS.contains(&class.as_str()));
    // A group of accounts by name can be empty, others cannot.
    let has_members = "(|(member=*)(uniqueMember=*)(memberUid=*)(objectClass=posixGroup))";
    if is_group && client.entry_where(dn, has_members, &["1.1"]).await?.is_none() {
        return Err(fault("the service account cannot read a group's members"));
    }
    Ok(Group { name: name.to_owned(), dn: found.dn })
}

fn policy(entry: &Entry) -> Policy {
    let number = |name: &str| entry.number(name).and_then(|number| u32::try_from(number).ok()).unwrap_or_default();
    let seconds = |name: &str| SignedDuration::from_secs(number(name).into());
    let min_length = if number("pwdCheckQuality") > 0 { number("pwdMinLength") } else { 0 };
    let rules = Rules {
        directory: DirectoryRules { min_length, ..DirectoryRules::NONE },
        min_age: seconds("pwdMinAge"),
        history: number("pwdInHistory"),
        lockout_threshold: if entry.is_true("pwdLockout") { number("pwdMaxFailure") } else { 0 },
        lockout: seconds("pwdLockoutDuration"),
    };
    Policy { rules, is_safe_modify: entry.is_true("pwdSafeModify") }
}
