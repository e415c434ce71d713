//! Suggests a password that an organisation's rules allow: of characters, or of words.
//!
//! Pure: where the randomness comes from is the caller's affair. Every suggestion is drawn uniformly from
//! all those of its form that the rules allow; what they refuse is drawn anew, never repaired, so that
//! the rules take away no more than what they forbid.

use regain_policy::violations;
use regain_protocol::{PasswordPolicy, Secret};

/// 1,024 English words of three to seven letters that are easy to spell, no two of which begin with the
/// same four: ten bits each.
const WORDS: &str = include_str!("words.txt");

/// Number of words.
const WORD_COUNT: u32 = 1024;

/// The longest has so many letters.
const LONGEST_WORD: u32 = 7;

/// So many words are 50 bits: at ten thousand guesses a second against a slow hash, a thousand years.
const MIN_WORDS: u32 = 5;

/// The fewest characters of a suggestion where the rules leave it open: 92 bits.
const MIN_CHARACTERS: u32 = 16;

/// Letters and digits of a password of characters; without those easily taken for others (`0` and `O`, `1`, `l`, `I`
/// and `i`).
const LETTERS_AND_DIGITS: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Signs that every keyboard has and no program takes for its own: in where the rules ask for more than
/// three classes.
const SIGNS: &[u8] = b"-+=*#%&?!";

/// The digits, without those.
const DIGITS: &[u8] = b"23456789";

/// Maximum number of draws. Rules that refuse this often leave next to nothing to choose from.
const TRIES: usize = 200;

/// Source of random numbers: each one uniform among all of its type, `None` when there are no more.
pub type Numbers<'a> = &'a mut dyn FnMut() -> Option<u32>;

/// Kind of suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Words, where the rules leave room for enough of them; characters otherwise.
    Words,
    /// Characters.
    Characters,
}

/// A password that keeps the rules; `None` where none was found.
pub fn suggest(form: Form, policy: &PasswordPolicy, user_id: &str, numbers: Numbers<'_>) -> Option<Secret<String>> {
    let words = if form == Form::Words { draw(phrase, policy, user_id, numbers) } else { None };
    words.or_else(|| draw(characters, policy, user_id, numbers))
}

/// Draws until the rules allow it.
fn draw(
    form: fn(&PasswordPolicy, Numbers<'_>) -> Option<Secret<String>>,
    policy: &PasswordPolicy,
    user_id: &str,
    numbers: Numbers<'_>,
) -> Option<Secret<String>> {
    for _ in 0..TRIES {
        let password = form(policy, numbers)?;
        if violations(policy, user_id, password.expose()).is_empty() {
            return Some(password);
        }
    }
    None
}

fn characters(policy: &PasswordPolicy, numbers: Numbers<'_>) -> Option<Secret<String>> {
    let length = MIN_CHARACTERS.max(policy.min_length).min(policy.max_length);
    let signs: &[u8] = if policy.min_classes > 3 { SIGNS } else { &[] };
    let alphabet = [LETTERS_AND_DIGITS, signs].concat();
    let mut password = room_for(length);
    for _ in 0..length {
        password.push(one_of(&alphabet, numbers)?);
    }
    Some(Secret::new(password))
}

/// Words with hyphens between them. Where classes are asked for, the first begins with a capital and a
/// digit comes last: of them only the digit is a secret, and none is counted on.
fn phrase(policy: &PasswordPolicy, numbers: Numbers<'_>) -> Option<Secret<String>> {
    let mixed = policy.min_classes > 2;
    // With room for the longest words there is room for every choice of them.
    if policy.max_length < MIN_WORDS * (LONGEST_WORD + 1) {
        return None;
    }
    let mut password = room_for(policy.min_length + MIN_WORDS * (LONGEST_WORD + 2));
    let mut words = 0;
    while words < MIN_WORDS || length(&password) + u32::from(mixed) < policy.min_length {
        if words > 0 {
            password.push('-');
        }
        password.push_str(word(below(WORD_COUNT, numbers)?));
        words += 1;
    }
    if mixed {
        password[..1].make_ascii_uppercase();
        password.push(one_of(DIGITS, numbers)?);
    }
    Some(Secret::new(password))
}

/// With room for so many characters and another word, growing leaves no copy behind.
fn room_for(length: u32) -> String {
    String::with_capacity(length.saturating_add(LONGEST_WORD + 2).min(1 << 16) as usize)
}

fn length(ascii: &str) -> u32 {
    u32::try_from(ascii.len()).unwrap_or(u32::MAX)
}

fn word(place: u32) -> &'static str {
    WORDS.split_ascii_whitespace().nth(place as usize).unwrap_or_default()
}

fn one_of(alphabet: &[u8], numbers: Numbers<'_>) -> Option<char> {
    let place = below(u32::try_from(alphabet.len()).unwrap_or(u32::MAX), numbers)?;
    Some(char::from(alphabet[place as usize]))
}

/// A number below `end`, all of them alike: numbers from the last, incomplete round of `end` are dropped,
/// because what is left of them would favour the small ones.
fn below(end: u32, numbers: Numbers<'_>) -> Option<u32> {
    let incomplete = (u32::MAX % end + 1) % end;
    loop {
        let number = numbers()?;
        if number <= u32::MAX - incomplete {
            return Some(number % end);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// Numbers that look random, the same each time.
    fn numbers(seed: u64) -> impl FnMut() -> Option<u32> {
        let mut state = seed;
        // SplitMix64's step.
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            u32::try_from((mixed ^ (mixed >> 31)) >> 32).ok()
        }
    }

    fn policy(min_length: u32) -> PasswordPolicy {
        PasswordPolicy { min_length, max_length: 256, ..PasswordPolicy::default() }
    }

    fn suggested(form: Form, policy: &PasswordPolicy, seed: u64) -> String {
        suggest(form, policy, "", &mut numbers(seed)).expect("there is one").expose().clone()
    }

    #[test]
    fn the_words_are_as_they_are_said_to_be() {
        let words: Vec<_> = WORDS.split_ascii_whitespace().collect();
        assert_eq!(words.len(), WORD_COUNT as usize);
        assert!(words.is_sorted(), "easier to keep in order");
        let beginnings: HashSet<_> = words.iter().map(|word| &word[..word.len().min(4)]).collect();
        assert_eq!(beginnings.len(), words.len(), "no two begin alike");
        for word in words {
            assert!((3..=LONGEST_WORD as usize).contains(&word.len()), "{word}");
            assert!(word.bytes().all(|letter| letter.is_ascii_lowercase()), "{word}");
        }
    }

    #[test]
    fn a_phrase_has_five_words_and_as_many_more_as_the_rules_ask_for() {
        for (min_length, at_least) in [(0, 5), (15, 5), (60, 8), (120, 15)] {
            let phrase = suggested(Form::Words, &policy(min_length), 1);
            let words = phrase.split('-').count();
            assert!(words >= at_least && phrase.len() >= min_length as usize, "{phrase}");
        }
    }

    #[test]
    fn a_phrase_has_all_classes_where_several_are_asked_for() {
        let phrase = suggested(Form::Words, &PasswordPolicy { min_classes: 3, ..policy(8) }, 1);
        assert!(phrase.starts_with(|c: char| c.is_ascii_uppercase()), "{phrase}");
        assert!(phrase.ends_with(|c: char| c.is_ascii_digit()), "{phrase}");
    }

    #[test]
    fn without_room_for_every_five_words_it_is_characters() {
        let short = PasswordPolicy { max_length: 39, ..policy(8) };
        assert!(!suggested(Form::Words, &short, 1).contains('-'));
        assert!(suggested(Form::Words, &PasswordPolicy { max_length: 40, ..short }, 1).contains('-'));
    }

    #[test]
    fn characters_are_as_many_as_fit_and_no_two_look_alike() {
        for (min, max, length) in [(8, 256, 16), (20, 256, 20), (8, 12, 12)] {
            for seed in 0..50 {
                let rules = PasswordPolicy { max_length: max, min_classes: 4, ..policy(min) };
                let password = suggested(Form::Characters, &rules, seed);
                assert_eq!(password.len(), length, "{password}");
                assert!(!password.contains(['0', 'O', 'o', '1', 'l', 'I', 'i']), "{password}");
            }
        }
    }

    /// Impossible rules end in `None`, in finite time.
    #[test]
    fn rules_that_nothing_keeps_have_no_suggestion() {
        let impossible = PasswordPolicy { min_length: 20, max_length: 10, ..PasswordPolicy::default() };
        let words: Vec<_> = ('a'..='z').chain('2'..='9').map(String::from).collect();
        for policy in [impossible, PasswordPolicy { forbidden_words: words, ..policy(8) }] {
            for form in [Form::Words, Form::Characters] {
                assert!(suggest(form, &policy, "", &mut numbers(1)).is_none());
            }
        }
    }

    #[test]
    fn without_randomness_there_is_none() {
        let mut left = 3;
        let mut few = || {
            left -= 1;
            (left >= 0).then_some(7)
        };
        assert!(suggest(Form::Words, &policy(8), "", &mut few).is_none());
    }

    /// Every number below the end comes of equally many: tried by all the numbers around both ends.
    #[test]
    fn no_number_is_favoured() {
        for end in [1, 2, 3, 55, 64, WORD_COUNT, 0x8000_0001] {
            let rounds = (1_u64 << 32) / u64::from(end);
            let last_good = u32::try_from(rounds * u64::from(end) - 1).expect("fits");
            let mut given = vec![u32::MAX, 0];
            given.extend((last_good < u32::MAX).then(|| last_good + 1));
            // Dropped ones first, then the good one.
            let mut given = given.into_iter().filter(|number| *number > last_good).chain([last_good]);
            assert_eq!(below(end, &mut || given.next()), Some(end - 1), "{end}");
            assert_eq!(given.next(), None, "{end}");
        }
    }

    /// Each of the words and characters comes, about as often as any other (chi-squared, by a bound that
    /// a fair draw stays below in all but one of a million runs; the numbers are the same each time).
    #[test]
    fn all_come_equally_often() {
        let mut numbers = numbers(7);
        for end in [55_u32, WORD_COUNT] {
            let draws = end * 200;
            let mut counts = vec![0_f64; end as usize];
            for _ in 0..draws {
                counts[below(end, &mut numbers).expect("there are enough") as usize] += 1.0;
            }
            let chi_squared: f64 = counts.iter().map(|count| (count - 200.0).powi(2) / 200.0).sum();
            let degrees = f64::from(end - 1);
            assert!(chi_squared < degrees + 5.0 * (2.0 * degrees).sqrt() + 10.0, "{end}: {chi_squared}");
        }
    }

    fn policies() -> impl Strategy<Value = PasswordPolicy> {
        let words =
            prop::collection::vec(prop_oneof!["[a-z]{2,6}", "[A-Za-z0-9@.]{3,12}", Just("apple".to_owned())], 0..5);
        (0..70_u32, 12..90_u32, 0..5_u8, 0..9_u8, words).prop_map(
            |(min_length, more, min_classes, min_different, forbidden_words)| PasswordPolicy {
                min_length,
                max_length: min_length.saturating_add(more).max(12),
                min_classes,
                min_different,
                forbid_user_id: min_length % 2 == 0,
                forbidden_words,
                ..PasswordPolicy::default()
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_suggested_is_what_the_rules_allow(policy in policies(), user in "[a-z]{3,5}(@song.example)?", seed: u64, words: bool) {
            let form = if words { Form::Words } else { Form::Characters };
            let password = suggest(form, &policy, &user, &mut numbers(seed));
            let password = password.expect("these rules leave room").expose().clone();
            let length = u32::try_from(password.len()).expect("is short");
            prop_assert!((policy.min_length..=policy.max_length).contains(&length), "{}", password);
            let classes: [fn(&char) -> bool; 4] = [
                char::is_ascii_lowercase, char::is_ascii_uppercase, char::is_ascii_digit, char::is_ascii_punctuation,
            ];
            let seen = classes.iter().filter(|class| password.chars().any(|c| class(&c))).count();
            prop_assert!(seen >= policy.min_classes.into(), "{}", password);
            let folded = password.to_lowercase();
            for word in &policy.forbidden_words {
                prop_assert!(!folded.contains(&word.to_lowercase()), "{} in {}", word, password);
            }
            let different = folded.chars().collect::<HashSet<_>>().len();
            prop_assert!(different >= policy.min_different.into(), "{}", password);
            let local = user.split('@').next().expect("there is one");
            prop_assert!(!policy.forbid_user_id || local.len() < 4 || !folded.contains(local), "{} in {}", local, password);
            prop_assert_eq!(violations(&policy, &user, &password), vec![]);
        }
    }
}
