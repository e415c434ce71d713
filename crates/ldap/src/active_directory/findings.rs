//! Findings about a domain, and about the service account's rights in it.

use ldap3::Scope;
use regain_ports::{Accounts as _, DirectoryError, Finding};
use regain_values::UserId;

use super::{
    account::{self, Account},
    directory::ActiveDirectory,
    sid,
    windows::{LOCKOUT_TIME, PASSWORD},
};
use crate::{
    connection::{Search, code, replace},
    core::too_many,
    entry::escaped_bytes,
    rules::Rules,
};

const BIND_DN: &str = "directory.ldap.bind_dn";
const KIND: &str = "directory.kind";

/// The time at which an account's password expires, by the rules that hold for it.
const EXPIRES: &str = "msDS-UserPasswordExpiryTimeComputed";

/// Attributes that people may write of themselves by default (the right Personal Information of SELF), in lower case.
const WRITTEN_BY_SELF: [&str; 8] =
    ["mobile", "telephonenumber", "othermobile", "othertelephone", "homephone", "otherhomephone", "ipphone", "info"];

impl ActiveDirectory {
    pub(super) async fn findings(&self, wrong_passwords_per_account: u32) -> Result<Vec<Finding>, DirectoryError> {
        self.check().await?;
        let facts = self.known().await?;
        let mut findings = Vec::new();
        let all = facts.policies.values().chain([&facts.rules]).map(|rules| rules.lockout_threshold);
        let least = all.filter(|most| *most > 0).min();
        if let Some(most) = least.filter(|most| wrong_passwords_per_account >= *most) {
            findings.push(Finding::fault("limits.wrong_passwords_per_account", too_many(most)));
        }
        let oldest = facts.policies.values().chain([&facts.rules]).max_by_key(|rules| rules.min_age);
        if let Some(age) = oldest.and_then(Rules::min_age_text) {
            let text = format!(
                "the domain has a minimum password age of {age}: for so long after a password was set it refuses a change of it, \
                 and Windows may refuse a reset too. Set it to 0, or people hear that it is too soon"
            );
            findings.push(Finding::warning(KIND, text));
        }
        findings.extend(self.core.not_in_domain_schema().await?);
        self.about_service_account(&mut findings).await?;
        let phones = [
            ("directory.ldap.mobile", &self.core.mapping.mobile),
            ("directory.ldap.office", &self.core.mapping.office),
        ];
        for (key, name) in phones.into_iter().filter_map(|(key, name)| Some((key, name.as_ref()?))) {
            if WRITTEN_BY_SELF.contains(&name.to_ascii_lowercase().as_str()) {
                let text = format!(
                    "people may write their own {name} by default: who sits at an unlocked computer can make the number \
                     theirs and reset the password later. Take the right from SELF, or map another attribute"
                );
                findings.push(Finding::warning(key, text));
            }
        }
        Ok(findings)
    }

    /// Findings about the account that Regain signs in as, which may be named in several ways: by its identifier.
    async fn about_service_account(&self, findings: &mut Vec<Finding>) -> Result<(), DirectoryError> {
        let client = &self.core.client;
        // Of the root these are the identifiers of who asks, its own among them.
        let root = client.entry("", &["tokenGroups", "defaultNamingContext"]).await?.unwrap_or_default();
        let token = root.all("tokenGroups");
        let (Some(own), Some(domain)) = (token.first(), root.text("defaultNamingContext")) else { return Ok(()) };
        let filter = format!("(objectSid={})", escaped_bytes(own));
        let attributes = &["adminCount", EXPIRES][..];
        let search = Search { base: domain, scope: Scope::Subtree, filter: &filter, attributes, limit: 1 };
        let (_, found) = client.search(search).await?;
        let entry = found.into_iter().next().unwrap_or_default();
        let is_privileged = token.iter().any(|sid| sid::is_privileged_group(sid) || sid::is_privileged_account(sid));
        if is_privileged || entry.number("adminCount").unwrap_or_default() > 0 {
            let text = "the service account is an administrator of the domain (a member of Domain Admins or the like, or with \
                        adminCount): whoever has its password has the domain. Give Regain an ordinary user with the rights of \
                        docs/active-directory.md";
            findings.push(Finding::warning(BIND_DN, text));
        }
        if let Some(at) = entry.number(EXPIRES).filter(|at| *at != i64::MAX).and_then(account::time) {
            let text = format!(
                "the service account's own password expires on {}: nobody is helped from then on",
                at.strftime("%Y-%m-%d %H:%M UTC")
            );
            findings.push(Finding::warning("directory.ldap.bind_password_file", text));
        }
        Ok(())
    }

    pub(super) async fn findings_about(&self, user_id: &UserId) -> Result<Vec<Finding>, DirectoryError> {
        let Some(account) = self.account(user_id).await? else {
            let text = "nobody below directory.ldap.base has this user ID, or more than one person has it";
            return Ok(vec![Finding::fault("directory.ldap.user_id", text)]);
        };
        let not_usable = |reason: &&str| Finding::warning(KIND, format!("the account may not be used here: {reason}"));
        let mut findings: Vec<_> = account.reasons.iter().map(not_usable).collect();
        if account.rules.is_none() {
            let text = "a fine-grained password policy holds for the account that the service account cannot read: its rules \
                        are not shown before they refuse";
            findings.push(Finding::warning(BIND_DN, text));
        }
        let attributes = self.core.mapping.attributes(&["allowedAttributesEffective"]);
        let entry = self.core.client.entry(&account.dn, &attributes).await?.unwrap_or_default();
        for (key, count) in self.core.mapping.unread(&entry) {
            let text = format!("{count} of the person's values is no address or number that can be used");
            findings.push(Finding::warning(key, text));
        }
        if !entry.texts("allowedAttributesEffective").any(|name| name.eq_ignore_ascii_case(LOCKOUT_TIME)) {
            let text =
                "the service account may not write lockoutTime of this account, which unlocking and every reset needs";
            findings.push(Finding::fault(BIND_DN, text));
        }
        if !self.may_reset(&account).await? {
            let text = "the service account has no right to reset this account's password (Reset Password)";
            findings.push(Finding::fault(BIND_DN, text));
        }
        Ok(findings)
    }

    /// Tells if the service account may reset a password. It tries one that cannot be one: the right is looked at before
    /// the value, and nothing is written.
    async fn may_reset(&self, account: &Account) -> Result<bool, DirectoryError> {
        let connection = self.core.client.service().await?;
        let changes = vec![replace(PASSWORD, Some(b"x"))];
        match connection.modify(&account.target(), changes, Vec::new()).await {
            Ok(reply) => Ok(reply.code != code::INSUFFICIENT_ACCESS_RIGHTS),
            Err(lost) => {
                self.core.client.drop_after(&connection, &lost).await;
                Err(lost.into())
            }
        }
    }
}
