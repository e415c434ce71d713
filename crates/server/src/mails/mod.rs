//! The words of everything that is sent, and the look of the mails.
//!
//! `contents` says what a mail holds, as a [`Draft`](draft::Draft), in the words of a language
//! ([`languages`](crate::languages)); the layout makes a text and an HTML part of it. Names and links come from
//! the configuration only. What goes to phones is in `phone`; what strangers typed goes through `typed`.

mod contents;
mod draft;
mod layout;
mod phone;
mod typed;

use contents::Facts;
pub use phone::{CallWords, call_words, text_message, text_notice};
use regain_protocol::{Help, Secret};
use typed::one_line;

use crate::{
    engine::Device,
    languages,
    messages::{CodePurpose, Content},
};

/// Writes mails with the organisation's values, from its configuration.
#[derive(Debug, Clone)]
pub struct Mails {
    organisation: String,
    help: Help,
    reset_url: String,
}

/// A mail without its address.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The subject. It begins with the code, if there is one, so that a notification shows it.
    pub subject: Secret<String>,
    /// The language that it is written in, as a BCP 47 tag.
    pub language: &'static str,
    /// The text part.
    pub text: Secret<String>,
    /// The HTML part: a whole document that loads nothing.
    pub html: Secret<String>,
}

/// Content of a text message.
#[derive(Debug, Clone, Copy)]
pub struct TextContent<'a> {
    /// The code.
    pub code: &'a Secret<String>,
    /// For how many minutes it is good.
    pub minutes: u32,
    /// Purpose of the code.
    pub purpose: CodePurpose,
}

impl Mails {
    /// The organisation's mails. `public_url` is the server's address without a slash at its end.
    pub fn new(organisation: &str, help: Help, public_url: &str) -> Self {
        Self { organisation: one_line(organisation), help, reset_url: format!("{public_url}/reset") }
    }

    /// Writes a mail in a language, or in English where there is no catalogue for it.
    pub fn write(&self, locale: &str, user_id: &str, content: &Content, device: Option<Device>) -> Option<Mail> {
        let user_id = one_line(user_id);
        let facts = Facts {
            language: languages::language(locale),
            organisation: &self.organisation,
            help: &self.help,
            reset_url: &self.reset_url,
            user_id: &user_id,
            device,
        };
        let draft = contents::draft(&facts, content)?;
        Some(Mail {
            subject: one_line(&draft.subject).into(),
            language: draft.language.tag,
            text: layout::text(&draft, &self.organisation).into(),
            html: layout::html(&draft, &self.organisation).into(),
        })
    }
}

/// The language in which something is said to whom it is to be said in `locale`, as a BCP 47 tag: the one
/// that a voice has to speak.
pub fn language(locale: &str) -> &'static str {
    languages::language(locale).tag
}

#[cfg(test)]
mod tests;
