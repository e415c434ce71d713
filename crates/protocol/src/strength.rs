//! Strength of a password, as `regain-strength` tells the widget: in codes, which every language has words for.
//!
//! Scale, warnings and suggestions are those of [zxcvbn](https://github.com/dropbox/zxcvbn) (Wheeler,
//! "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016).

use serde::{Deserialize, Serialize};
use serde_repr::{Deserialize_repr, Serialize_repr};

/// The strength of a password.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Strength {
    /// By how many guesses it takes: 0 below 10³, 1 below 10⁶, 2 below 10⁸, 3 below 10¹⁰, 4 from there.
    pub score: u8,
    /// The main weakness, where one thing stands out.
    pub warning: Option<Warning>,
    /// Improvements; none from a score of 3 upwards.
    pub suggestions: Vec<Suggestion>,
    /// The time to guess it, in seconds: offline, against a slow hash, ten thousand guesses a second.
    pub seconds: f64,
}

/// A password's weakness. On the wire it is a number, from 0 in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize_repr, Deserialize_repr)]
#[repr(u8)]
pub enum Warning {
    /// Straight rows of keys are easy to guess.
    StraightRow,
    /// Short keyboard patterns are easy to guess.
    KeyPattern,
    /// Repeats like "aaa" are easy to guess.
    SimpleRepeat,
    /// Repeats like "abcabcabc" are only slightly harder to guess than "abc".
    ExtendedRepeat,
    /// Sequences like "abc" or "6543" are easy to guess.
    Sequence,
    /// Recent years are easy to guess.
    RecentYear,
    /// Dates are often easy to guess.
    Date,
    /// It is one of the ten most used passwords.
    TopTen,
    /// It is one of the hundred most used passwords.
    TopHundred,
    /// It is a much used password.
    Common,
    /// It is like a much used password.
    SimilarToCommon,
    /// A word by itself is easy to guess.
    WordByItself,
    /// Names and surnames by themselves are easy to guess.
    NamesByThemselves,
    /// Common names and surnames are easy to guess.
    CommonNames,
}

/// An improvement of a password. On the wire it is a number, from 0 in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize_repr, Deserialize_repr)]
#[repr(u8)]
pub enum Suggestion {
    /// Use a few words, avoid common phrases.
    UseWords,
    /// No need for symbols, digits or capitals.
    NoNeed,
    /// Add another word or two, uncommon ones.
    AnotherWord,
    /// A capital at the start doesn't help very much.
    Capitalization,
    /// All capitals are almost as easy to guess as none.
    AllUppercase,
    /// Reversed words aren't much harder to guess.
    ReverseWords,
    /// Predictable substitutions, such as "@" for "a", don't help very much.
    LookAlikes,
    /// Use a longer keyboard pattern with more turns.
    LongerKeyPattern,
    /// Avoid repeated words and characters.
    Repeated,
    /// Avoid sequences.
    Sequences,
    /// Avoid recent years.
    RecentYears,
    /// Avoid years that are associated with you.
    AssociatedYears,
    /// Avoid dates and years that are associated with you.
    AssociatedDates,
}
