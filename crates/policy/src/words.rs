//! Words inside a password: in any case, and written with look-alikes.

use regain_folding::trimmed;
use regain_protocol::Secret;

use crate::characters::lower;

/// The fewest characters that the part of a user ID before the `@` must have to be looked for inside a
/// password: shorter ones occur by chance. Microsoft's number for names and other terms in its own
/// check ("Eliminate bad passwords using Microsoft Entra Password Protection").
pub const MIN_CONTEXT_LENGTH: usize = 4;

/// A text as it is compared: lower case, and with the four substitutions that Microsoft publishes for
/// its own check undone.
pub fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(lower).map(|c| match c {
        '0' => 'o',
        '1' => 'l',
        '$' => 's',
        '@' => 'a',
        other => other,
    })
}

/// [`folded`] as a text that is overwritten when it is done with.
pub(crate) fn folded_secret(password: &str) -> Secret<String> {
    // In lower case a text is at most half as long again in UTF-8 (U+0130): growing leaves no copy behind.
    let mut text = String::with_capacity(password.len() * 2);
    text.extend(folded(password));
    Secret::new(text)
}

/// Tells if an already folded password contains the word, with or without the spaces and signs in it.
pub(crate) fn contains(password: &str, word: &str) -> bool {
    let word: String = folded(trimmed(word)).collect();
    // "Ada.Lovelace" is in "adalovelace"; but what is left of "C++" is in almost everything.
    let bare: String = folded(&word).filter(|c| !c.is_ascii_punctuation() && *c != ' ').collect();
    !word.is_empty() && (is_in(&word, password) || bare.chars().count() >= MIN_CONTEXT_LENGTH && is_in(&bare, password))
}

/// Tells if a word that is not empty is in a text. The search of the standard library is for long texts, and is longer
/// itself: 1 kB of the widget.
fn is_in(word: &str, text: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part == word.as_bytes())
}

/// The user ID and the part of it before an `@`, where they are long enough to mean something.
pub(crate) fn of_user_id(user_id: &str) -> impl Iterator<Item = &str> {
    let local = user_id.split('@').next().unwrap_or_default();
    [user_id, local].into_iter().filter(|part| trimmed(part).chars().count() >= MIN_CONTEXT_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &str) -> String {
        folded(text).collect()
    }

    #[test]
    fn growing_leaves_no_copy_behind() {
        for c in '\0'..=char::MAX {
            let folded: String = folded(c.encode_utf8(&mut [0; 4])).collect();
            assert!(folded.len() <= c.len_utf8() * 2, "{c:?}");
        }
    }

    /// The examples of Microsoft's page on Entra Password Protection, steps 1 and 2.
    #[test]
    fn folds_and_finds_as_published() {
        assert_eq!(fold("Bl@nK"), "blank");
        assert_eq!(fold("p0LL23fb"), "poll23fb");
        assert!(contains(&fold("p0LL23fb"), "Poll"));
        assert!(!contains(&fold("p0L23fb"), "Poll"));
    }

    #[test]
    fn a_word_is_found_with_and_without_its_signs() {
        for password in ["my ada.lovelace!", "AdaL0velace", "@da.Lovelace"] {
            assert!(contains(&fold(password), "Ada.Lovelace"), "{password}");
        }
        assert!(contains(&fold("NorthwindTraders"), "Northwind Traders"));
        assert!(!contains(&fold("a c in it"), "C++") && contains(&fold("a c++ in it"), "C++"));
        assert!(!contains(&fold("anything"), " ") && !contains("", ""));
    }

    #[test]
    fn user_ids_that_are_short_mean_nothing() {
        assert_eq!(of_user_id("al@example.com").collect::<Vec<_>>(), ["al@example.com"]);
        assert_eq!(of_user_id("al").count(), 0);
        assert_eq!(of_user_id("alan").count(), 2);
    }
}
