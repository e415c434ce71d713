//! User IDs.

use std::{fmt, str::FromStr};

use regain_folding::is_invisible;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// The longest user ID that is looked at, in characters.
pub const MAX_LENGTH: usize = 256;

/// A user ID, as it was typed or as the directory spells it. Two spellings of one ID are [the same](Self::is_same).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

/// A text that cannot be a user ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user ID has 1 to {MAX_LENGTH} characters, none of them a control character")]
pub struct NotAUserId;

impl UserId {
    /// Reads a typed user ID, without the space around it and without [invisible](is_invisible) characters.
    pub fn parse(typed: &str) -> Result<Self, NotAUserId> {
        // A character has four bytes at most.
        if typed.len() > MAX_LENGTH * 8 {
            return Err(NotAUserId);
        }
        let visible: String = typed.chars().filter(|c| !is_invisible(*c)).collect();
        let trimmed = visible.trim();
        let fits = (1..=MAX_LENGTH).contains(&trimmed.chars().count());
        if fits && !trimmed.contains(char::is_control) { Ok(Self(trimmed.to_owned())) } else { Err(NotAUserId) }
    }

    /// A user ID in the directory's own spelling, which is not questioned.
    pub const fn of_directory(spelling: String) -> Self {
        Self(spelling)
    }

    /// The user ID as it was typed or spelt.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which user IDs are compared: compatibility forms folded (NFKC, so that full-width letters from an
    /// input method count), lower case, without invisible characters and the space around it.
    ///
    /// In the spirit of RFC 8265's `UsernameCaseMapped`, without refusing anything: an ID that no directory has is
    /// simply not found. The directory finds accounts by this form and the engine derives the account's key from it.
    pub fn folded(&self) -> String {
        // Lower-casing can leave a text that is no longer NFKC, so it is normalised again.
        let visible = self.0.nfkc().filter(|c| !is_invisible(*c));
        let folded: String = visible.flat_map(char::to_lowercase).nfkc().collect();
        // NFKC turns some exotic spaces into ordinary ones, which can then be at the edges.
        folded.trim().to_owned()
    }

    /// Tells if two spellings are of one user ID.
    pub fn is_same(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl FromStr for UserId {
    type Err = NotAUserId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq<str> for UserId {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for UserId {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl From<UserId> for String {
    fn from(user_id: UserId) -> Self {
        user_id.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> String {
        UserId::of_directory(text.to_owned()).folded()
    }

    #[test]
    fn spellings_of_one_id_are_one() {
        for spelling in [
            "Ada@Example.com",
            "  ada@example.com\n",
            "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "\u{3000}ADA@example.COM",
            "ada\u{200b}@example.com\u{feff}",
            "\u{202a}ada@example.com\u{202c}",
            "ada@exam\u{ad}ple.com",
        ] {
            assert_eq!(folded(spelling), "ada@example.com", "{spelling:?}");
        }
        assert_eq!(folded("Zoe\u{308}"), folded("ZO\u{cb}"), "composed and decomposed");
    }

    #[test]
    fn different_ids_stay_different() {
        assert_ne!(folded("ada"), folded("ada."));
        assert_ne!(folded("a da"), folded("ada"));
    }

    #[test]
    fn what_cannot_be_a_user_id() {
        assert_eq!(UserId::parse("  ada ").as_ref().map(UserId::as_str), Ok("ada"));
        assert_eq!(UserId::parse("\u{202a} ada\u{200b}\n").as_ref().map(UserId::as_str), Ok("ada"));
        for bad in ["", "   ", "\u{200b}", "a\nb", "a\0", "a\u{7f}", &"x".repeat(257), &"x".repeat(100_000)] {
            assert_eq!(UserId::parse(bad), Err(NotAUserId), "{bad:?}");
        }
        assert!(UserId::parse(&"ü".repeat(256)).is_ok());
    }

    #[test]
    fn every_character_folds_to_a_fixed_point() {
        for character in '\0'..='\u{2ffff}' {
            let once = folded(&format!("a{character}b"));
            assert_eq!(folded(&once), once, "U+{:04X}", u32::from(character));
        }
    }

    proptest! {
        #[test]
        fn is_a_fixed_point(user_id in any::<String>()) {
            let once = folded(&user_id);
            prop_assert_eq!(folded(&once), once);
        }

        #[test]
        fn a_parsed_one_stays_as_it_is_and_is_the_same(typed in any::<String>()) {
            if let Ok(user_id) = UserId::parse(&typed) {
                prop_assert_eq!(UserId::parse(user_id.as_str()), Ok(user_id.clone()));
                prop_assert!(user_id.as_str().len() <= typed.len());
                prop_assert!(user_id.is_same(&UserId::of_directory(typed)));
            }
        }
    }
}
