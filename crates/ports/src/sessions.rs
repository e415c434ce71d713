//! The sessions: where people are signed in, which is somewhere else.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{AccountId, NotifyError};

/// That an account's sessions are to end, because its password was reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndSessions {
    /// Unique; the same when it is said again.
    pub id: String,
    /// The directory's name for the account.
    pub account_id: AccountId,
    /// The user ID as the directory spells it.
    pub user_id: String,
    /// Sessions that were begun before this are to end.
    pub before: Timestamp,
}

/// Ends people's sessions.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Ends all of an account's sessions. Saying it again does no harm.
    async fn end(&self, end: &EndSessions) -> Result<(), NotifyError>;
}
