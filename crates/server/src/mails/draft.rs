//! Content of a mail, before its layout.

use regain_protocol::Secret;

use crate::languages::Language;

/// A mail in the words of a language.
pub(super) struct Draft {
    /// The language that it is in.
    pub(super) language: &'static Language,
    pub(super) subject: String,
    /// The line that mailboxes show beside the subject. It holds no code.
    pub(super) preview: String,
    pub(super) heading: String,
    pub(super) blocks: Vec<Block>,
    /// Why the person got this mail, in small print.
    pub(super) footer: String,
}

/// A piece of a mail, from top to bottom.
pub(super) enum Block {
    /// Running text.
    Paragraph(String),
    /// The code, on a line of its own and always written from left to right.
    Code(Secret<String>),
    /// A notice that the person must not miss.
    Notice(String),
    /// The next thing to do, as a link with its words.
    Link { words: String, url: String },
    /// Words that somebody typed, line by line: set apart, so that none of it can pass for our own words.
    Quote(Vec<String>),
    /// Labelled values, such as when and from where.
    Facts(Vec<(&'static str, String)>),
    /// Ways to reach help, each with its label; an address or page is a link.
    Contacts { intro: String, contacts: Vec<Contact> },
}

/// A way to reach help.
pub(super) struct Contact {
    pub(super) label: &'static str,
    pub(super) words: String,
    /// `mailto:`, `tel:` or a page.
    pub(super) url: String,
}
