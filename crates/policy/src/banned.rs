//! Microsoft's published score over banned words ("Eliminate bad passwords using Microsoft Entra
//! Password Protection", under "How are passwords evaluated"), for the server.
//!
//! The folded password is taken apart into banned words and what remains; each word found is a point,
//! and each different character that remains is one. Where the text leaves a choice, this takes the one
//! by which fewer passwords pass:
//!
//! * Of all ways to take the password apart, the one with the fewest points counts.
//! * A character that remains twice is one point. (So the text said until about 2023; it has since
//!   said "each remaining character". The published examples are the same either way.)
//! * A word is found where it occurs within an edit distance of one: with a character replaced, left
//!   out or put in between. One put before or after it remains, as in the published examples, where
//!   "blankf" is a word and an "f".

use std::collections::{BTreeSet, HashSet};

use regain_protocol::Secret;

use crate::words::{MIN_CONTEXT_LENGTH, folded, folded_secret};

/// Words that a password may not be made of.
#[derive(Debug, Clone, Default)]
pub struct Banned {
    /// Folded, each once.
    words: Vec<Vec<char>>,
}

/// Position in a password up to which it is taken apart, and the cost so far.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Reached {
    at: usize,
    words: usize,
    /// The characters that remained so far.
    remaining: BTreeSet<char>,
}

impl Banned {
    /// A list of words; those of fewer than [`MIN_CONTEXT_LENGTH`] characters occur by chance and are left
    /// out.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let words: BTreeSet<Vec<char>> = words
            .into_iter()
            .map(|word| folded(word.trim()).collect::<Vec<_>>())
            .filter(|word| word.len() >= MIN_CONTEXT_LENGTH)
            .collect();
        Self { words: words.into_iter().collect() }
    }

    /// Tells if a password has at least so many points. It looks no further than it must: a password that is good is
    /// found to be so within a few characters of each beginning.
    pub fn passes(&self, password: &str, points: u8) -> bool {
        let text = folded_secret(password);
        // With room for all of it: growing would leave copies behind.
        let mut password = Vec::with_capacity(text.expose().len());
        password.extend(text.expose().chars());
        let password = Secret::new(password);
        let affordable = usize::from(points).checked_sub(1);
        affordable.is_none_or(|affordable| !self.can_be_made(password.expose(), affordable).0)
    }

    /// Tells if the password can be taken apart at no more than this cost, and the number of steps that it took to find
    /// out.
    fn can_be_made(&self, password: &[char], affordable: usize) -> (bool, usize) {
        let mut ends: Vec<Option<Vec<usize>>> = vec![None; password.len()];
        let mut seen = HashSet::new();
        let mut open = vec![Reached { at: 0, words: 0, remaining: BTreeSet::new() }];
        while let Some(mut reached) = open.pop() {
            let Some(&next) = password.get(reached.at) else { return (true, seen.len()) };
            if !seen.insert(reached.clone()) {
                continue;
            }
            if reached.words + reached.remaining.len() < affordable {
                for end in &*ends[reached.at].get_or_insert_with(|| self.ends(&password[reached.at..])) {
                    open.push(Reached { at: reached.at + end, words: reached.words + 1, ..reached.clone() });
                }
            }
            reached.remaining.insert(next);
            reached.at += 1;
            // Popped first: as many characters as are free are taken before words are tried.
            if reached.words + reached.remaining.len() <= affordable {
                open.push(reached);
            }
        }
        (false, seen.len())
    }

    /// Lengths of the words that the text begins with, each within an edit distance of one.
    fn ends(&self, text: &[char]) -> Vec<usize> {
        let mut ends = BTreeSet::new();
        for word in &self.words {
            let same = word.iter().zip(text).take_while(|(a, b)| a == b).count();
            if same == word.len() {
                ends.insert(same);
                continue;
            }
            let rest = &word[same + 1..];
            let goes_on = |from: usize, rest: &[char]| text.get(from..).is_some_and(|text| text.starts_with(rest));
            // Replaced, left out, put in between.
            if text.len() > same && goes_on(same + 1, rest) {
                ends.insert(word.len());
            }
            if goes_on(same, rest) {
                ends.insert(word.len() - 1);
            }
            if same > 0 && goes_on(same + 1, &word[same..]) {
                ends.insert(word.len() + 1);
            }
        }
        ends.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn points(banned: &Banned, password: &str) -> u8 {
        (0..=u8::MAX).take_while(|&points| banned.passes(password, points)).last().expect("has no points at least")
    }

    /// The examples of Microsoft's page, with the points that it gives.
    #[test]
    fn scores_are_the_published_ones() {
        let banned = Banned::new(["contoso", "blank"]);
        assert_eq!(points(&banned, "Bl@nK"), 1);
        assert_eq!(points(&banned, "C0ntos0Blank12"), 4);
        assert_eq!(points(&banned, "ContoS0Bl@nkf9!"), 5);
        let banned = Banned::new(["abcdef"]);
        for near in ["abcdeg", "abcdefg", "abcde"] {
            assert!(!banned.passes(near, 5), "{near}");
        }
        assert_eq!(points(&banned, "abcdeg"), 1);
        assert_eq!(points(&banned, "abcde"), 1);
        assert_eq!(points(&banned, "abcdefg"), 2);
    }

    /// The variants and combinations that its page says are blocked by the three base terms.
    #[test]
    fn base_terms_cover_their_variants() {
        let banned = Banned::new(["Contoso", "London", "Widget"]);
        for variant in ["Contoso!1", "Contoso@London", "ContosoWidget", "!Contoso", "LondonHQ", "C0nt0$oL0nd0n1"] {
            assert!(!banned.passes(variant, 5), "{variant}");
        }
        assert!(banned.passes("Contoso quietly sails", 5));
    }

    #[test]
    fn each_kind_of_edit_is_one_edit() {
        let banned = Banned::new(["window"]);
        for (near, expected) in [
            ("window", 1),
            ("wyndow", 1),
            ("windoe", 1),
            ("xindow", 1),
            ("indow", 1),
            ("wndow", 1),
            ("windo", 1),
            ("winddow", 1),
            ("wi-ndow", 1),
            ("windowx", 2),
            ("xwindow", 2),
            ("wyndoe", 6),
            ("wi", 2),
        ] {
            assert_eq!(points(&banned, near), expected, "{near}");
        }
    }

    #[test]
    fn the_cheapest_way_counts_and_words_of_no_length_do_not() {
        assert_eq!(points(&Banned::new(["aaaa"]), &"a".repeat(40)), 1, "one character over and over");
        assert_eq!(points(&Banned::new(["pass", "password", "sword"]), "password"), 1);
        assert_eq!(points(&Banned::new(["", " ", "abc"]), "abcabc"), 3);
        assert!(Banned::default().passes("", 0) && !Banned::default().passes("", 1));
    }

    /// Every way to take it apart, tried.
    fn slow(banned: &Banned, text: &[char], remaining: &BTreeSet<char>) -> usize {
        let Some(&next) = text.first() else { return remaining.len() };
        let mut kept = remaining.clone();
        kept.insert(next);
        let words = banned.ends(text).into_iter().map(|end| 1 + slow(banned, &text[end..], remaining));
        words.chain([slow(banned, &text[1..], &kept)]).min().expect("there is one way at least")
    }

    fn within_one_edit(a: &[char], b: &[char]) -> bool {
        match (a, b) {
            ([], rest) | (rest, []) => rest.len() <= 1,
            ([x, a @ ..], [y, b @ ..]) if x == y => within_one_edit(a, b),
            ([_, rest_a @ ..], [_, rest_b @ ..]) => rest_a == rest_b || rest_a == b || a == rest_b,
        }
    }

    proptest! {
        #[test]
        fn as_few_points_as_any_way_gives(words in prop::collection::vec("[abc]{4,6}", 0..4), password in "[abcd]{0,12}") {
            let banned = Banned::new(words.iter().map(String::as_str));
            let text: Vec<char> = password.chars().collect();
            prop_assert_eq!(usize::from(points(&banned, &password)), slow(&banned, &text, &BTreeSet::new()));
        }

        /// A whole password within an edit of a word is found, but where something only precedes or follows it.
        #[test]
        fn finds_what_is_within_an_edit(word in "[ab]{4,7}", text in "[ab]{3,8}") {
            let banned = Banned::new([word.as_str()]);
            let [a, b] = [&word, &text].map(|text| text.chars().collect::<Vec<_>>());
            let found = banned.ends(&b).contains(&b.len());
            let only_around = b.len() > a.len() && (text.starts_with(&word) || text.ends_with(&word));
            if found {
                prop_assert!(within_one_edit(&a, &b));
            } else if within_one_edit(&a, &b) {
                prop_assert!(only_around);
            }
        }

        #[test]
        fn more_words_never_give_more_points(words in prop::collection::vec("[a-c]{4,6}", 1..4), password in "[a-e]{0,16}", points in 0..9_u8) {
            let (all, fewer) = (Banned::new(words.iter().map(String::as_str)), Banned::new(words[1..].iter().map(String::as_str)));
            prop_assert!(fewer.passes(&password, points) || !all.passes(&password, points));
            prop_assert!(all.passes(&password, points) || !all.passes(&password, points + 1));
        }

        /// Without words it is what the browser judges by `min_different`; with any it is never more.
        #[test]
        fn without_words_it_is_the_number_of_different_characters(password in ".*", words in prop::collection::vec(".{4,6}", 0..4), points in 0..9_u8) {
            let folded: String = folded(&password).collect();
            prop_assert_eq!(Banned::default().passes(&password, points), crate::different(&folded) >= points.into());
            let banned = Banned::new(words.iter().map(String::as_str));
            prop_assert!(!banned.passes(&password, points) || crate::different(&folded) >= points.into());
        }
    }

    /// Passwords of 256 characters made to keep a server busy.
    #[test]
    fn the_worst_passwords_take_a_bounded_number_of_steps() {
        let words: Vec<String> =
            (0..1000_u32).map(|n| format!("{n:010b}")).chain(["aaaa".into(), "abab".into()]).collect();
        let banned = Banned::new(words.iter().map(String::as_str));
        for password in [
            "0123456789".repeat(25),
            "01".repeat(128),
            "0011010111".repeat(25) + "abcdef",
            "lo".repeat(125) + "abcd",
            "a".repeat(250) + "bcdef",
            "lloolo".repeat(40) + "ababaaaaxyz",
        ] {
            let folded: Vec<char> = folded(&password).collect();
            let (_, steps) = banned.can_be_made(&folded, 4);
            assert!(steps < 20_000, "{steps} for {password}");
        }
    }
}
