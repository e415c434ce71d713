//! Parts of an account that both of its ports know, and the error of whoever keeps them.

use std::fmt;

use regain_protocol::Role;
use regain_values::{E164, MailAddress};

/// A mail address of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountMail {
    /// The role: [`Role::Alternate`] or [`Role::Authentication`].
    pub role: Role,
    /// The address.
    pub address: MailAddress,
}

/// A phone of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPhone {
    /// The role: [`Role::Mobile`], [`Role::Authentication`] or [`Role::Office`].
    pub role: Role,
    /// The number.
    pub number: E164,
}

/// A security question of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountQuestion {
    /// Names it: the id of a predefined question or of one of the organisation's, or an id of its own.
    pub id: String,
    /// The person's own words; `None` for a predefined question or one of the organisation's.
    pub own: Option<String>,
}

/// Why the directory could not answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DirectoryError {
    /// It does not answer; trying again may help. The text is for the log and names no secret.
    #[error("the directory is unavailable: {0}")]
    Unavailable(String),
    /// Stored data cannot be read, for instance because the server key that sealed it is lost; trying again does not
    /// help. The text is for the log and names no secret.
    #[error("what the directory stores cannot be read: {0}")]
    Unreadable(String),
    /// It does not take our requests as we are configured; trying again does not help. The text is for the log, begins
    /// with the key of the configuration and names no secret.
    #[error("the directory refuses our requests: {0}")]
    Misconfigured(String),
    /// A change was asked for, and nobody knows how that ended: it is asked about later. The text is for the log and
    /// names no secret.
    #[error("the directory did not say how a change ended: {0}")]
    Unanswered(String),
}

impl DirectoryError {
    /// [`DirectoryError::Unavailable`] by an error whose text names no secret.
    pub fn unavailable(error: impl fmt::Display) -> Self {
        Self::Unavailable(error.to_string())
    }

    /// The keys of the configuration at fault, of [`DirectoryError::Misconfigured`]: one at the beginning of each line.
    pub fn keys(&self) -> Vec<&str> {
        let Self::Misconfigured(text) = self else { return Vec::new() };
        let is_key = |key: &&str| {
            let is_plain = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
            key.contains('.') && key.chars().all(is_plain)
        };
        let keys = text.lines().filter_map(|line| line.split_once(": ").map(|(key, _)| key).filter(is_key));
        keys.collect()
    }
}
