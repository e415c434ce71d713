//! User IDs as Regain compares them.
//!
//! The directory finds accounts by this form and the engine derives the account key from it, so the
//! two must never disagree about whether two spellings are the same person.

use unicode_normalization::UnicodeNormalization as _;

/// The form in which user IDs are compared: surrounding white space dropped, compatibility forms
/// folded (NFKC, so that full-width letters from an input method count), lower case.
///
/// In the spirit of RFC 8265's `UsernameCaseMapped`, without refusing anything: an ID that no
/// directory has is simply not found. Lower-casing can leave a string that is no longer NFKC, so it
/// is normalised again: the result is a fixed point.
pub fn normalise(user_id: &str) -> String {
    let folded: String = user_id.trim().nfkc().flat_map(char::to_lowercase).nfkc().collect();
    // NFKC turns some exotic spaces into ordinary ones, which can then be at the edges.
    folded.trim().to_owned()
}

/// The longest user ID that is looked at, in characters.
pub const MAX_LENGTH: usize = 256;

/// A text that cannot be a user ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user ID has 1 to {MAX_LENGTH} characters, none of them a control character")]
pub struct NotAUserId;

/// The user ID as typed, without the space around it.
pub fn trimmed(typed: &str) -> Result<&str, NotAUserId> {
    let trimmed = typed.trim();
    // Counted in bytes first: a character has four at most.
    let fits = trimmed.len() <= MAX_LENGTH * 4 && (1..=MAX_LENGTH).contains(&trimmed.chars().count());
    if fits && !trimmed.contains(char::is_control) { Ok(trimmed) } else { Err(NotAUserId) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{NotAUserId, normalise, trimmed};

    #[test]
    fn spellings_of_one_id_are_one() {
        for spelling in
            ["Ada@Example.com", "  ada@example.com\n", "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "\u{3000}ADA@example.COM"]
        {
            assert_eq!(normalise(spelling), "ada@example.com", "{spelling:?}");
        }
        assert_eq!(normalise("Zoe\u{308}"), normalise("ZO\u{cb}"), "composed and decomposed");
    }

    #[test]
    fn different_ids_stay_different() {
        assert_ne!(normalise("ada"), normalise("ada."));
        assert_ne!(normalise("a da"), normalise("ada"));
    }

    #[test]
    fn what_cannot_be_a_user_id() {
        assert_eq!(trimmed("  ada "), Ok("ada"));
        for bad in ["", "   ", "a\nb", "a\0", "a\u{7f}", &"x".repeat(257)] {
            assert_eq!(trimmed(bad), Err(NotAUserId), "{bad:?}");
        }
        assert!(trimmed(&"ü".repeat(256)).is_ok());
    }

    #[test]
    fn every_character_folds_to_a_fixed_point() {
        for character in '\0'..='\u{2ffff}' {
            let once = normalise(&format!("a{character}b"));
            assert_eq!(normalise(&once), once, "U+{:04X}", u32::from(character));
        }
    }

    proptest! {
        #[test]
        fn is_a_fixed_point(user_id in any::<String>()) {
            let once = normalise(&user_id);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
