//! A domain, before anything is known of its accounts.

use std::sync::Arc;

use regain_ports::{Clock, DirectoryError};
use rustls::ClientConfig;

use super::facts::{self, DomainFacts};
use crate::{
    core::{Core, Facts, OpenError},
    settings::Settings,
};

/// The directory of kind `active_directory`.
pub struct ActiveDirectory {
    pub(super) core: Core,
    facts: Facts<DomainFacts>,
}

impl ActiveDirectory {
    /// The directory of checked settings. No server is asked yet. `outgoing` is the TLS of all outgoing connections.
    pub fn open(settings: &Settings, outgoing: ClientConfig, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Ok(Self { core: Core::new(settings, outgoing, clock)?, facts: Facts::default() })
    }

    /// The facts, read within the last minute.
    pub(super) async fn known(&self) -> Result<Arc<DomainFacts>, DirectoryError> {
        self.facts.get(facts::read(&self.core)).await
    }
}
