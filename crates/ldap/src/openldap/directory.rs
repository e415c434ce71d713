//! The directory of kind `ldap`, with what it knows of its server.

use std::sync::Arc;

use regain_ports::{Clock, DirectoryError};
use regain_protocol::Secret;

use super::{
    error,
    facts::{self, LdapFacts},
};
use crate::{
    connection::code,
    core::{Core, Facts, OpenError, unexpected},
    settings::{PasswordWrite, Settings},
};

/// The directory of kind `ldap`.
pub struct LdapDirectory {
    pub(super) core: Core,
    pub(super) facts: Facts<LdapFacts>,
    pub(super) password_write: PasswordWrite,
    /// The distinguished name of the password policy that counts where a person has none.
    pub(super) password_policy: Option<String>,
}

impl LdapDirectory {
    /// The directory of checked settings. No server is asked yet.
    pub fn open(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let core = Core::new(settings, clock)?;
        let (password_write, password_policy) = (settings.password_write, settings.password_policy.clone());
        Ok(Self { core, facts: Facts::default(), password_write, password_policy })
    }

    /// The facts, read within the last minute.
    pub(super) async fn known(&self) -> Result<Arc<LdapFacts>, DirectoryError> {
        self.facts.get(facts::read(&self.core, self.password_policy.as_deref())).await
    }

    /// Tells if a password is right.
    pub(super) async fn is_right(&self, dn: &str, password: &Secret<String>) -> Result<bool, DirectoryError> {
        let reply = self.core.bind(dn, password).await?;
        match reply.code {
            code::SUCCESS => Ok(true),
            // Only the right password is told that it ran out.
            code::INVALID_CREDENTIALS => Ok(reply.policy == Some(error::EXPIRED)),
            // Others say so of an account that is locked or switched off.
            code::CONSTRAINT_VIOLATION | code::UNWILLING_TO_PERFORM => Ok(false),
            _ => Err(unexpected("signing in", &reply)),
        }
    }
}
