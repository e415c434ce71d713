//! The notifier: what carries codes and notices to people.

use async_trait::async_trait;
use regain_protocol::Secret;

/// A mail, ready to send.
#[derive(Debug, Clone)]
pub struct Message {
    /// Unique; becomes part of the `Message-ID`, so that a mailbox can drop a double.
    pub id: String,
    /// The one address it goes to. Always a stored one, never one from a request.
    pub to: String,
    /// The subject. May carry a code.
    pub subject: Secret<String>,
    /// The language that it is written in, as a BCP 47 tag.
    pub language: &'static str,
    /// The text part.
    pub text: Secret<String>,
    /// The HTML part.
    pub html: Secret<String>,
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// Refused for good: trying again would not help.
    #[error("refused: {0}")]
    Refused(String),
    /// Certainly not delivered, and trying again may help.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Nobody knows whether it was delivered. It is not tried again, because the person must not
    /// get two codes for one ask; they can ask for another.
    #[error("unknown: {0}")]
    Unknown(String),
}

/// Carries messages.
#[async_trait]
pub trait Notifier: Send + Sync + 'static {
    /// Sends one message.
    async fn send(&self, message: &Message) -> Result<(), NotifyError>;
}
