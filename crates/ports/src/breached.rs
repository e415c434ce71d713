//! Passwords that occur in breaches.

use async_trait::async_trait;

use crate::breached_hash::{BreachedHash, Prefix};

/// Knows the SHA-1 hashes of breached passwords, and gives them out by the ranges of Have I Been Pwned:
/// who asks for a range says nothing about which of its thousand or so passwords is meant.
#[async_trait]
pub trait Breached: Send + Sync + 'static {
    /// Every breached hash that begins like this, in no order; none of them with a count of 0.
    async fn range(&self, prefix: Prefix) -> Result<Vec<BreachedHash>, BreachedError>;
}

/// It is not known which passwords of a range were breached.
#[derive(Debug, thiserror::Error)]
pub enum BreachedError {
    /// Nothing answers, or nothing that makes sense. The text is for the log and names no hash.
    #[error("breached passwords cannot be looked up: {0}")]
    Unavailable(String),
}
