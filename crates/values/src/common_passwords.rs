//! The most used passwords.
//!
//! `common_passwords.txt` has them in lower case, the most used first: those of 8 or more characters, and
//! the ten thousand most used shorter ones, which people write twice to make them long enough. They are
//! merged by their best rank from the lists in zxcvbn 3.1 and `@zxcvbn-ts/language-common` 4.1 (both MIT)
//! and in Django 5.2 (BSD-3-Clause), which were counted in public leaks.

use std::{collections::HashSet, sync::LazyLock};

use zeroize::Zeroizing;

/// The list, most used first.
const LIST: &str = include_str!("common_passwords.txt");

/// The list as it is compared.
static FOLDED: LazyLock<HashSet<String>> =
    LazyLock::new(|| LIST.lines().map(|password| regain_policy::folded(password).collect()).collect());

/// A text of fewer characters than this, over and over, is a password that many use.
const SHORTEST_WORTH: usize = 4;

/// Tells if many use this password: in any case, with look-alikes, or written several times in a row.
pub fn is_common(password: &str) -> bool {
    let folded = gathered(password.len() * 2, regain_policy::folded(password));
    let repeated = repeated(&folded);
    let is_listed = |text: &[char]| {
        let mut word = Zeroizing::new(String::with_capacity(size_of_val(text)));
        word.extend(text);
        FOLDED.contains(&*word)
    };
    is_listed(&folded) || repeated.len() < folded.len() && (repeated.len() < SHORTEST_WORTH || is_listed(repeated))
}

/// The characters, overwritten when they are done with; with room for all, so that growing leaves no copy.
fn gathered(room: usize, text: impl Iterator<Item = char>) -> Zeroizing<Vec<char>> {
    let mut characters = Zeroizing::new(Vec::with_capacity(room));
    characters.extend(text);
    characters
}

/// So many of the most used passwords, to be looked for inside others.
pub fn most_used<'a>(how_many: usize) -> impl Iterator<Item = &'a str> {
    LIST.lines().take(how_many)
}

/// The shortest text that gives this one when written again and again; the last time may be cut short.
fn repeated(text: &[char]) -> &[char] {
    let lengths = 1..=text.len() / 2;
    let mut lengths = lengths.filter(|&length| text.iter().zip(&text[length..]).all(|(a, b)| a == b));
    lengths.next().map_or(text, |length| &text[..length])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_most_used_are_common_in_any_spelling() {
        for common in [
            "password",
            "Password1",
            "P@$$w0rd",
            "1q2w3e4r5t6y7u8i",
            "iloveyou",
            "passwordpassword",
            "PasswordPasswordPass",
            "monkeymonkeymonkey",
            "aaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
        ] {
            assert!(is_common(common), "{common}");
        }
        for rare in ["", "a", "correct horse battery staple", "a river that runs north", "Tr0ub4dor&3", "xq7!xq7!xq7!"]
        {
            assert!(!is_common(rare), "{rare}");
        }
    }

    #[test]
    fn the_list_is_what_its_header_says() {
        let mut seen = HashSet::new();
        for (line, password) in LIST.lines().enumerate() {
            let is_plain = password.to_lowercase() == password && !password.contains(char::is_whitespace);
            assert!(is_plain && password.chars().count() >= 4, "line {}", line + 1);
            assert!(seen.insert(password), "line {} is there twice", line + 1);
        }
        assert!(seen.len() > 30_000);
        assert!(most_used(20).any(|password| password == "password"));
    }

    proptest! {
        #[test]
        fn what_is_repeated_gives_the_whole(text in "[ab]{0,12}") {
            let text: Vec<char> = text.chars().collect();
            let again: Vec<char> = repeated(&text).iter().copied().cycle().take(text.len()).collect();
            prop_assert_eq!(again, text);
        }

        #[test]
        fn judges_anything(password in ".*") {
            let _ = is_common(&password);
        }
    }
}
