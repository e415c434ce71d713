//! The organisation's password rules as data, and what a rule says when it refuses.
//!
//! `regain-policy` judges a password by them, in the browser and on the server.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, text_enum::text_enum};

/// The rules for a new password. Lengths are counted in Unicode scalar values, as NIST SP 800-63B-4
/// section 3.1.1.2 does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PasswordPolicy {
    /// The fewest characters. NIST asks for 15 where a password stands alone, 8 with a second factor.
    pub min_length: u32,
    /// The most characters. NIST asks that at least 64 be accepted.
    pub max_length: u32,
    /// Minimum number of the four classes (lower case, upper case, digits, symbols); 0 for none, which is what NIST
    /// advises.
    pub min_classes: u8,
    /// Minimum number of different characters, where capitals and look-alikes (`0` and `o`, `1` and `l`, `$` and `s`,
    /// `@` and `a`) count as one; 0 for no such rule. It is what can be said of the server check `banned` without the
    /// list.
    #[serde(default)]
    pub min_different: u8,
    /// The lowest score on zxcvbn's scale of 0 to 4 that is taken; 0 for no such rule. The server judges by
    /// it; a browser that has brought in the dictionaries can tell beforehand.
    #[serde(default)]
    pub min_score: u8,
    /// True if the password may not contain the user ID, or the part of it before an `@`, in any case and with any
    /// look-alikes.
    pub forbid_user_id: bool,
    /// Words that may not occur, in any case and with any look-alikes: the organisation's name, the
    /// person's names. Words that are not for everyone to see are not here: the server check
    /// `banned` has them.
    pub forbidden_words: Vec<String>,
    /// Checks that only the server can make; the widget lists them and waits for the verdict.
    pub server_checks: Vec<ServerCheck>,
}

text_enum! {
    /// A rule that only the server can apply.
    pub enum ServerCheck {
        /// Not one of the most used passwords.
        Common = "common",
        /// Not in a known breach.
        Breached = "breached",
        /// Not one that the account has had before.
        History = "history",
        /// Not made of little more than words of the organisation's list, which is not shown.
        Banned = "banned",
        _ => Unknown
    }
}

/// A rule that refused a password. It never carries any part of the password that the person did not
/// get from the rules themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Violation {
    /// Fewer than `min` characters.
    TooShort {
        /// The fewest characters allowed.
        min: u32,
    },
    /// More than `max` characters.
    TooLong {
        /// The most characters allowed.
        max: u32,
    },
    /// Fewer than `min` of the four classes.
    TooFewClasses {
        /// The fewest classes allowed.
        min: u8,
    },
    /// Fewer than `min` different characters, where capitals and look-alikes count as one.
    TooFewDifferent {
        /// The fewest allowed.
        min: u8,
    },
    /// It contains the user ID.
    ContainsUserId {},
    /// It contains one of the forbidden words.
    ContainsForbiddenWord {
        /// The word.
        word: String,
    },
    /// It is made of little more than words of a list that is not shown.
    ContainsBannedWord {},
    /// It is one of the most used passwords.
    Common {},
    /// It is guessed more easily than a score of `min` allows (`min_score` of the rules).
    TooGuessable {
        /// The lowest score allowed, 1 to 4.
        min: u8,
    },
    /// It occurs in a known breach.
    Breached {},
    /// The account had it before, or has it now.
    Reused {},
    /// The directory lets passwords be changed again later only.
    TooSoon {
        /// From when.
        #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
        retry_at: Timestamp,
    },
    /// The directory refuses it by rules of its own.
    Directory {},
    /// A rule that this version does not know.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}
