//! Answers to security questions: when two are the same, and which can be registered.

use regain_folding::{ascii_quote, is_dash, is_invisible};
use regain_protocol::Secret;
use unicode_normalization::UnicodeNormalization as _;

/// Number of characters in an answer: REQUIREMENTS 7, as Microsoft has it. Counted after [`normalise`].
pub const ANSWER_CHARACTERS: std::ops::RangeInclusive<usize> = 3..=40;

/// Why answers cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// One is too short or too long.
    #[error("an answer has 3 to 40 characters")]
    Length,
    /// One is the same as an earlier one: whoever guesses that would have both.
    #[error("no two answers may be the same")]
    Repeated,
}

/// The form in which answers are compared and hashed: surrounding white space dropped, each run of
/// white space one space, compatibility forms and case folded; quotation marks and dashes of all kinds as the plain
/// ones, and nothing invisible.
///
/// Case is folded by way of capitals, so that `Straße` is `STRASSE` and Greek's two small sigmas are one;
/// small first, because a capital sharp s stays what it is otherwise.
pub fn normalise(answer: &Secret<String>) -> Secret<String> {
    // Before compatibility forms are folded, which take some quotation marks apart, and after it.
    folded(|| answer.expose().chars().filter_map(plain).nfkc().filter_map(plain).flat_map(fold_case).nfkc())
}

/// The form in which former versions compared an answer, where it is another one: answers that were registered then
/// are hashed in it.
pub fn former_normalise(answer: &Secret<String>) -> Option<Secret<String>> {
    let former = folded(|| answer.expose().nfkc().flat_map(fold_case).nfkc());
    (former != normalise(answer)).then_some(former)
}

fn fold_case(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// The plain character for one that a keyboard or a word processor makes of it; `None` for an invisible one.
fn plain(c: char) -> Option<char> {
    if is_invisible(c) {
        None
    } else if is_dash(c) {
        Some('-')
    } else {
        Some(ascii_quote(c).unwrap_or(c))
    }
}

/// Each run of white space as one space, and none around the text.
fn folded<I: Iterator<Item = char>>(characters: impl Fn() -> I) -> Secret<String> {
    // Counted first: growing would leave copies of the answer behind.
    let mut normal = String::with_capacity(characters().map(char::len_utf8).sum());
    let mut gap = false;
    for character in characters() {
        if character.is_whitespace() {
            gap = true;
            continue;
        }
        if gap && !normal.is_empty() {
            normal.push(' ');
        }
        gap = false;
        normal.push(character);
    }
    Secret::new(normal)
}

/// Checks answers that are registered together; the error is the one at fault, from 0, and the reason.
pub fn check_answers<'a>(answers: impl IntoIterator<Item = &'a Secret<String>>) -> Result<(), (usize, AnswerFault)> {
    let mut seen: Vec<Secret<String>> = Vec::new();
    for (index, answer) in answers.into_iter().enumerate() {
        let answer = normalise(answer);
        if !ANSWER_CHARACTERS.contains(&answer.expose().chars().count()) {
            return Err((index, AnswerFault::Length));
        }
        if seen.contains(&answer) {
            return Err((index, AnswerFault::Repeated));
        }
        seen.push(answer);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn normal(answer: &str) -> String {
        normalise(&answer.into()).expose().clone()
    }

    #[test]
    fn spellings_of_one_answer_are_one() {
        for (one, other) in [
            ("  Fluffy the  Second ", "fluffy the second"),
            ("Fluffy\u{a0}the\tSecond", "fluffy the second"),
            ("STRASSE", "Straße"),
            ("STRAẞE", "strasse"),
            ("ΟΔΟΣ", "οδος"),
            ("Zoe\u{308}", "ZOË"),
            ("ｆｌｕｆｆｙ", "Fluffy"),
            ("ﬁsh", "FISH"),
            ("O’Neill", "o'neill"),
            ("O´Neill", "O`Neill"),
            ("“Tom–Tom”", "\"tom-tom\""),
            ("flu\u{200b}ffy\u{202c}", "fluffy"),
        ] {
            assert_eq!(normal(one), normal(other));
        }
        assert_ne!(normal("flu ffy"), normal("fluffy"));
        assert_ne!(normal("fluffy"), normal("fluffy."));
    }

    #[test]
    fn former_forms_are_kept_apart_where_they_differ() {
        let former = |answer: &str| former_normalise(&answer.into()).map(|form| form.expose().clone());
        assert_eq!(former("O’Neill").as_deref(), Some("o’neill"));
        assert_eq!(former("O'Neill"), None);
        assert_eq!(former("  Fluffy the  Second "), None);
    }

    #[test]
    fn answers_that_cannot_be_registered() {
        let check = |answers: &[&str]| {
            let answers: Vec<_> = answers.iter().map(|&answer| Secret::from(answer)).collect();
            check_answers(&answers)
        };
        assert_eq!(check(&["abc", &"ü".repeat(40)]), Ok(()));
        assert_eq!(check(&["abc", " ab "]), Err((1, AnswerFault::Length)));
        assert_eq!(check(&["a  b"]), Ok(()), "a space counts as one");
        assert_eq!(check(&[&"x".repeat(41)]), Err((0, AnswerFault::Length)));
        assert_eq!(check(&["blue", "green", " BLUE"]), Err((2, AnswerFault::Repeated)));
    }

    proptest! {
        #[test]
        fn is_a_fixed_point(answer in any::<String>()) {
            let once = normal(&answer);
            prop_assert_eq!(normal(&once), once);
        }
    }

    #[test]
    fn every_character_folds_to_a_fixed_point() {
        for character in '\0'..='\u{2ffff}' {
            let once = normal(&format!("a{character}b"));
            assert_eq!(normal(&once), once, "U+{:04X}", u32::from(character));
        }
    }
}
