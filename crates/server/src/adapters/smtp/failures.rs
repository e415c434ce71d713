//! Failures to send mail.

use lettre::transport::smtp::Error as SmtpError;
use regain_outgoing::with_causes;

/// Why mails cannot be sent as configured.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    /// The sender is no mail address.
    #[error("mail.from: {0:?} is not a mail address")]
    From(String),
    /// The host's name or a certificate cannot be used for TLS.
    #[error("mail.host: TLS with {host}: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// The reason.
        reason: String,
    },
}

/// A failure for the log. Of an answer only the number is told: its words tend to repeat the address.
pub(super) fn describe(step: &str, error: &SmtpError) -> String {
    match error.status() {
        Some(code) => format!("{step}: the mail server answered {code}"),
        None if error.is_response() => format!("{step}: the mail server's answer cannot be understood"),
        None => format!("{step}: {}", with_causes(error)),
    }
}
