//! A domain, before anything is known of its accounts.

use std::sync::Arc;

use regain_ports::{Clock, DirectoryError};

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
    /// The directory of checked settings. No server is asked yet.
    pub fn open(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Ok(Self { core: Core::new(settings, clock)?, facts: Facts::default() })
    }

    /// The facts, read within the last minute.
    pub(super) async fn known(&self) -> Result<Arc<DomainFacts>, DirectoryError> {
        self.facts.get(facts::read(&self.core)).await
    }
}
