//! The outbox as programs read it.

use jiff::Timestamp;
use regain_server::mails::call_words;
use serde::Serialize;

use super::entries::{OutboxCall, OutboxEntry, OutboxMail, Said};

/// An entry as programs read it.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum JsonEntry {
    /// A mail.
    Mail {
        /// Names it.
        id: String,
        /// The address.
        to: String,
        /// The subject.
        subject: String,
        /// The plain text.
        text: String,
        /// The HTML.
        html: String,
        /// Time of sending.
        at: Timestamp,
    },
    /// A text message.
    Sms {
        /// Names it.
        id: String,
        /// The number.
        to: String,
        /// The text.
        text: String,
        /// Time of sending.
        at: Timestamp,
    },
    /// A call.
    Call {
        /// Names it.
        id: String,
        /// The number.
        to: String,
        /// Its state.
        status: &'static str,
        /// The announcements so far, in words.
        said: Vec<String>,
        /// Time of placing.
        at: Timestamp,
    },
}

impl JsonEntry {
    /// An entry of an organisation's outbox.
    pub fn of(entry: OutboxEntry, organisation: &str) -> Self {
        match entry {
            OutboxEntry::Mail(OutboxMail { at, message }) => Self::Mail {
                id: message.id,
                to: message.to,
                subject: message.subject.expose().clone(),
                text: message.text.expose().clone(),
                html: message.html.expose().clone(),
                at,
            },
            OutboxEntry::Text(text) => Self::Sms {
                id: text.message.id,
                to: text.message.to,
                text: text.message.text.expose().clone(),
                at: text.at,
            },
            OutboxEntry::Call(call) => Self::Call {
                status: call.status.as_str(),
                said: spoken(&call, organisation),
                id: call.call.reference.call_id,
                to: call.call.to,
                at: call.at,
            },
        }
    }
}

/// The announcements of a call, in words.
pub fn spoken(call: &OutboxCall, organisation: &str) -> Vec<String> {
    let words = call_words(&call.call.locale, organisation);
    let said = call.said.iter().map(|said| match said {
        Said::Greeting => format!("{} {}", words.greeting, words.press),
        Said::WrongKey => words.wrong_key.clone(),
        Said::Thanks => format!("{} {}", words.thanks, words.goodbye),
        Said::Goodbye => words.goodbye.clone(),
    });
    said.collect()
}
