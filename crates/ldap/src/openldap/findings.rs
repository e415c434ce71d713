//! Findings about an LDAP server: rights that are missing, and rights that are too many.

use ldap3::controls::{RawControl, RelaxRules};
use regain_ports::{Accounts as _, DirectoryError, Finding};
use regain_values::UserId;

use super::{account::LOCKED_BY_ADMINISTRATOR, directory::LdapDirectory, password, policy_error};
use crate::{
    connection::{PASSWORD_POLICY, Reply, code, replace},
    core::too_many,
    settings::PasswordWrite,
};

const BIND_DN: &str = "directory.ldap.bind_dn";
const KIND: &str = "directory.kind";
const POLICY: &str = "directory.ldap.password_policy";
const WRITE: &str = "directory.ldap.password_write";

/// A control by which a server says how a change would end, and makes none. Servers that do not know it refuse.
const NO_OPERATION: &str = "1.3.6.1.4.1.4203.666.5.2";

const SAFE_MODIFY: &str = "a password policy has pwdSafeModify: the server sets no password without the current one, so that \
                           nobody can reset theirs";

/// The condition control of RFC 4528.
const ASSERTION: &str = "1.3.6.1.1.12";

impl LdapDirectory {
    pub(super) async fn findings(&self, wrong_passwords_per_account: u32) -> Result<Vec<Finding>, DirectoryError> {
        self.check().await?;
        let facts = self.known().await?;
        let mut findings = Vec::new();
        let has_policy_control = facts.controls.iter().any(|control| control == PASSWORD_POLICY);
        if !has_policy_control {
            let text = "the server has no password policy overlay: nothing locks an account after wrong passwords, and \
                        its rules are not shown before it refuses";
            findings.push(Finding::warning(KIND, text));
        } else if facts.default_policy.is_none() {
            let text = format!(
                "{} password policies can be read, so that it is unknown which is everybody's: name it here, or let the \
                 service account read it",
                facts.policies.len()
            );
            findings.push(Finding::warning(POLICY, text));
        } else if facts.default_policy.as_ref().is_some_and(|name| !facts.policies.contains_key(name)) {
            findings.push(Finding::fault(POLICY, "names no password policy that the service account can read"));
        }
        let rules = facts.policies.values().map(|policy| policy.rules.lockout_threshold).filter(|most| *most > 0);
        if let Some(most) = rules.min().filter(|most| wrong_passwords_per_account >= *most) {
            findings.push(Finding::fault("limits.wrong_passwords_per_account", too_many(most)));
        }
        if facts.policies.values().any(|policy| policy.is_safe_modify) {
            findings.push(Finding::fault(POLICY, SAFE_MODIFY));
        }
        let oldest = facts.policies.values().map(|policy| policy.rules).max_by_key(|rules| rules.min_age);
        if let Some(age) = oldest.and_then(|rules| rules.min_age_text()) {
            let text = format!(
                "a password policy has a minimum age of {age} (pwdMinAge): for so long after a password was set the server \
                 refuses another one, from a reset too"
            );
            findings.push(Finding::warning(POLICY, text));
        }
        findings.extend(self.core.not_in_subschema().await?);
        if self.password_write == PasswordWrite::Modify {
            if !facts.controls.iter().any(|control| control == ASSERTION) {
                findings
                    .push(Finding::fault(WRITE, "\"modify\" needs a server with the assertion control: use \"exop\""));
            }
            let text = "the server must hash what is written (ppolicy_hash_cleartext), or it keeps passwords readable: \
                        set one and look at it as an administrator";
            findings.push(Finding::warning(WRITE, text));
        }
        self.about_anybody(&mut findings).await?;
        self.about_locks(&mut findings).await?;
        // The folder of the people is nothing that has to be written.
        let written = vec![replace("description", Some(b"Regain asks for the right to write it"))];
        if self.would(&self.core.base, written, Vec::new()).await?.is_some_and(|reply| reply.code == code::NO_OPERATION)
        {
            let text = "the service account may write the very folder of the people: it is the root of the tree (rootdn), or an \
                        administrator. Give Regain an account of its own, with the rights of docs/ldap.md";
            findings.push(Finding::warning(BIND_DN, text));
        }
        Ok(findings)
    }

    /// The finding that an account shows which an administrator locked: by RFC 3062 no condition goes along, so that the
    /// server's own rules of access have to keep the lock that is set after Regain has looked.
    async fn about_locks(&self, findings: &mut Vec<Finding>) -> Result<(), DirectoryError> {
        if self.password_write == PasswordWrite::Modify {
            return Ok(());
        }
        let filter = format!("(pwdAccountLockedTime={LOCKED_BY_ADMINISTRATOR})");
        let found = self.core.below_base(&filter, &["1.1"], 1).await?;
        let Some(entry) = found.first() else { return Ok(()) };
        let long = "Regain asks for the right to set it, 1".repeat(2);
        if self.would_set(&entry.dn, &long).await?.is_some_and(|reply| reply.code == code::NO_OPERATION) {
            let text = "the service account may set the password of an account that an administrator locked, which lifts the \
                        lock: one that is set in the very moment of a reset is lost. Take the right away by a rule of access \
                        (docs/ldap.md), or use \"modify\"";
            findings.push(Finding::warning(WRITE, text));
        }
        Ok(())
    }

    /// Findings that one account of those with a password shows.
    async fn about_anybody(&self, findings: &mut Vec<Finding>) -> Result<(), DirectoryError> {
        let attributes = ["userPassword", "pwdHistory", "pwdPolicySubentry"];
        let found = self.core.below_base("(userPassword=*)", &attributes, 1).await?;
        let Some(entry) = found.first() else {
            let text = "the service account finds nobody with a password: it needs the right to search for userPassword, \
                        or directory.ldap.base has no people";
            findings.push(Finding::warning(BIND_DN, text));
            return Ok(());
        };
        for name in ["userPassword", "pwdHistory"] {
            if !entry.all(name).is_empty() {
                let text = format!("the service account can read {name}, which it does not need");
                findings.push(Finding::warning(BIND_DN, text));
            }
        }
        let facts = self.known().await?;
        let min_length = facts.rules_of(entry.text("pwdPolicySubentry")).directory.min_length;
        let is_short_taken = async {
            Ok::<_, DirectoryError>(
                self.would_set(&entry.dn, "x").await?.is_some_and(|reply| reply.code == code::NO_OPERATION),
            )
        };
        if min_length > 1 && is_short_taken.await? {
            let text = "the password policy does not hold for the service account: it is the root of the tree, or has the \
                        right to manage. Passwords that it sets break every rule that the server has";
            findings.push(Finding::warning(BIND_DN, text));
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
        let attributes = self.core.mapping.attributes(&[]);
        if let Some(entry) = self.core.client.entry(&account.dn, &attributes).await? {
            for (key, count) in self.core.mapping.unread(&entry) {
                let text = format!("{count} of the person's values is no address or number that can be used");
                findings.push(Finding::warning(key, text));
            }
        }
        let long = "Regain asks for the right to set it, 1".repeat(2);
        let is_locked_for_good = account.lock.as_deref() == Some(LOCKED_BY_ADMINISTRATOR);
        match self.would_set(&account.dn, &long).await? {
            Some(reply) if reply.policy == Some(policy_error::MUST_SUPPLY_OLD_PASSWORD) => {
                // Of a policy that can be read it is said already.
                if !self.known().await?.policies.values().any(|policy| policy.is_safe_modify) {
                    findings.push(Finding::fault(POLICY, SAFE_MODIFY));
                }
            }
            Some(reply) if reply.code == code::INSUFFICIENT_ACCESS_RIGHTS && !is_locked_for_good => {
                let text = "the service account may not write userPassword of this account";
                findings.push(Finding::fault(BIND_DN, text));
            }
            None => {
                let text = "the server cannot say if the service account may set passwords: try one";
                findings.push(Finding::fact(BIND_DN, text));
            }
            Some(_) => {}
        }
        let relax = RawControl { crit: true, ..RelaxRules.into() };
        let would_unlock = self.would(&account.dn, password::unlocking(), vec![relax]).await?;
        if would_unlock.is_some_and(|reply| reply.code == code::INSUFFICIENT_ACCESS_RIGHTS) {
            let text = "the service account may not manage pwdAccountLockedTime and pwdFailureTime of this account, so that it \
                        cannot be unlocked";
            findings.push(Finding::fault(BIND_DN, text));
        }
        Ok(findings)
    }

    /// The answer that setting a password would have; `None` where the server cannot say without doing it.
    async fn would_set(&self, dn: &str, password: &str) -> Result<Option<Reply>, DirectoryError> {
        let policy = RawControl { ctype: PASSWORD_POLICY.to_owned(), crit: false, val: None };
        self.would(dn, vec![replace("userPassword", Some(password.as_bytes()))], vec![policy]).await
    }

    async fn would(
        &self,
        dn: &str,
        changes: Vec<ldap3::Mod<Vec<u8>>>,
        mut controls: Vec<RawControl>,
    ) -> Result<Option<Reply>, DirectoryError> {
        // Others than OpenLDAP do not have it, and one that passed over it would make the change.
        if !self.known().await?.is_openldap {
            return Ok(None);
        }
        controls.push(RawControl { ctype: NO_OPERATION.to_owned(), crit: true, val: None });
        let connection = self.core.client.service().await?;
        match connection.modify(dn, changes, controls).await {
            Ok(reply) => Ok(Some(reply).filter(|reply| reply.code != code::UNAVAILABLE_CRITICAL_EXTENSION)),
            Err(lost) => {
                self.core.client.drop_after(&connection, &lost).await;
                Err(lost.into())
            }
        }
    }
}
