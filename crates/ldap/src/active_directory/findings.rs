//! Findings about a domain, and about the service account's rights in it.

use regain_ports::{Accounts as _, DirectoryError, Finding};
use regain_values::UserId;

use super::{
    account::Account,
    directory::ActiveDirectory,
    windows::{LOCKOUT_TIME, PASSWORD},
};
use crate::{
    connection::{code, replace},
    core::too_many,
};

const BIND_DN: &str = "directory.ldap.bind_dn";
const KIND: &str = "directory.kind";

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
