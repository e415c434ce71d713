//! Findings about a new password, and the states of a suggestion.

use crate::effect::Ticket;

/// A verdict about the strength of a password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strength {
    /// From 0, very weak, to 4, very strong.
    pub score: u8,
    /// The score, the time that guessing takes, and what would help, in words.
    pub words: String,
}

/// The check of a password against known breaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breach {
    /// Not asked yet.
    Unchecked,
    /// Asked.
    Checking,
    /// It is in none.
    NotFound,
    /// It is in one.
    Found,
    /// Nobody knows.
    Unknown,
}

/// The comparison of the two passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// Not known: the second is not typed yet, or not to its end.
    Unknown,
    /// They are the same.
    Same,
    /// They differ.
    Different,
}

/// The state of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suggestion {
    /// There is none.
    None,
    /// It is being made.
    Waiting(Ticket),
    /// It is in the fields.
    Given {
        /// True where there is a clipboard.
        can_copy: bool,
    },
    /// It is in the fields and on the clipboard.
    Copied,
    /// None could be made.
    Failed,
}
