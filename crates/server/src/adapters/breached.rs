//! The [`Breached`] that the configuration names.

mod file;
mod web;

use std::sync::Arc;

pub use file::{BreachedFile, BreachedFileError};
use regain_outgoing::{TrustedRoots, WebClientError};
pub use web::BreachedWeb;

use crate::{
    config::{BreachedConfig, BreachedKind},
    ports::Breached,
};

/// Why breached passwords cannot be looked up as configured.
#[derive(Debug, thiserror::Error)]
pub enum BreachedSetupError {
    /// The file or folder of `password.breached.path` cannot be used.
    #[error("password.breached.path: {0}")]
    File(#[from] BreachedFileError),
    /// There is no client to ask with.
    #[error("password.breached: {0}")]
    Web(#[from] WebClientError),
}

/// Opens what the configuration names; `None` where breached passwords are not looked up.
pub fn breached(
    config: &BreachedConfig,
    roots: &TrustedRoots,
) -> Result<Option<Arc<dyn Breached>>, BreachedSetupError> {
    Ok(match config.kind {
        BreachedKind::Off => None,
        BreachedKind::File => Some(Arc::new(BreachedFile::open(&config.path)?)),
        BreachedKind::Http => Some(Arc::new(BreachedWeb::new(&config.url, roots, config.timeout())?)),
    })
}
