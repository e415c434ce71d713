//! A directory, before anything is known of its accounts.

use std::sync::Arc;

use regain_ports::{Clock, DirectoryError};
use rustls::ClientConfig;

use super::facts::{self, LdapFacts};
use crate::{
    core::{Core, Facts, OpenError},
    settings::{PasswordWrite, Settings},
};

/// The directory of kind `ldap`.
pub struct LdapDirectory {
    pub(super) core: Core,
    facts: Facts<LdapFacts>,
    pub(super) password_write: PasswordWrite,
    /// The distinguished name of the password policy that counts where a person has none.
    password_policy: Option<String>,
}

impl LdapDirectory {
    /// The directory of checked settings. No server is asked yet. `outgoing` is the TLS of all outgoing connections.
    pub fn open(settings: &Settings, outgoing: ClientConfig, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let core = Core::new(settings, outgoing, clock)?;
        let (password_write, password_policy) = (settings.password_write, settings.password_policy.clone());
        Ok(Self { core, facts: Facts::default(), password_write, password_policy })
    }

    /// The facts, read within the last minute.
    pub(super) async fn known(&self) -> Result<Arc<LdapFacts>, DirectoryError> {
        self.facts.get(facts::read(&self.core, self.password_policy.as_deref())).await
    }
}
