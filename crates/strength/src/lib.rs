//! Estimates how easily a password is guessed, with [zxcvbn](https://docs.rs/zxcvbn): on the server, and
//! in a WebAssembly module of its own (`main.rs`) that a browser's worker runs. The widget does not link
//! it: most of it is dictionaries.
//!
//! An estimate is a function of the password, the user inputs and the current year: the same on every server, in every
//! browser, at every call. That takes `vendor/zxcvbn`, a build of the crate with a fixed order.
//!
//! It takes milliseconds, and how many is bounded whatever is typed ([`scored`]). It leaves copies of the
//! password in freed memory, which zxcvbn makes and does not overwrite.

mod inputs;
mod scored;

use regain_protocol::{Strength, Suggestion, Warning};
pub use scored::{MAX_SCORED, scored};
use zxcvbn::feedback;

/// Guesses a second in [`Strength::seconds`]: an offline attack on a slow hash, as zxcvbn names it.
const GUESSES_A_SECOND: f64 = 1e4;

/// Estimates a password's strength against somebody who knows the user inputs: the user ID, the person's names, the
/// organisation's words. Each of them counts whole and in its parts.
pub fn estimate(password: &str, user_inputs: &[&str]) -> Strength {
    let inputs = inputs::parts(user_inputs);
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let entropy = zxcvbn::zxcvbn(scored(password), &inputs);
    #[expect(clippy::cast_precision_loss, reason = "an estimate needs no more than 52 bits")]
    let guesses = entropy.guesses() as f64;
    let feedback = entropy.feedback();
    Strength {
        score: entropy.score().into(),
        warning: feedback.and_then(feedback::Feedback::warning).map(warning),
        suggestions: feedback
            .map(|said| said.suggestions().iter().copied().map(suggestion).collect())
            .unwrap_or_default(),
        seconds: guesses / GUESSES_A_SECOND,
    }
}

fn warning(warning: feedback::Warning) -> Warning {
    match warning {
        feedback::Warning::StraightRowsOfKeysAreEasyToGuess => Warning::StraightRow,
        feedback::Warning::ShortKeyboardPatternsAreEasyToGuess => Warning::KeyPattern,
        feedback::Warning::RepeatsLikeAaaAreEasyToGuess => Warning::SimpleRepeat,
        feedback::Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => Warning::ExtendedRepeat,
        feedback::Warning::ThisIsATop10Password => Warning::TopTen,
        feedback::Warning::ThisIsATop100Password => Warning::TopHundred,
        feedback::Warning::ThisIsACommonPassword => Warning::Common,
        feedback::Warning::ThisIsSimilarToACommonlyUsedPassword => Warning::SimilarToCommon,
        feedback::Warning::SequencesLikeAbcAreEasyToGuess => Warning::Sequence,
        feedback::Warning::RecentYearsAreEasyToGuess => Warning::RecentYear,
        feedback::Warning::AWordByItselfIsEasyToGuess => Warning::WordByItself,
        feedback::Warning::DatesAreOftenEasyToGuess => Warning::Date,
        feedback::Warning::NamesAndSurnamesByThemselvesAreEasyToGuess => Warning::NamesByThemselves,
        feedback::Warning::CommonNamesAndSurnamesAreEasyToGuess => Warning::CommonNames,
    }
}

fn suggestion(suggestion: feedback::Suggestion) -> Suggestion {
    match suggestion {
        feedback::Suggestion::UseAFewWordsAvoidCommonPhrases => Suggestion::UseWords,
        feedback::Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters => Suggestion::NoNeed,
        feedback::Suggestion::AddAnotherWordOrTwo => Suggestion::AnotherWord,
        feedback::Suggestion::CapitalizationDoesntHelpVeryMuch => Suggestion::Capitalization,
        feedback::Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => Suggestion::AllUppercase,
        feedback::Suggestion::ReversedWordsArentMuchHarderToGuess => Suggestion::ReverseWords,
        feedback::Suggestion::PredictableSubstitutionsDontHelpVeryMuch => Suggestion::LookAlikes,
        feedback::Suggestion::UseALongerKeyboardPatternWithMoreTurns => Suggestion::LongerKeyPattern,
        feedback::Suggestion::AvoidRepeatedWordsAndCharacters => Suggestion::Repeated,
        feedback::Suggestion::AvoidSequences => Suggestion::Sequences,
        feedback::Suggestion::AvoidRecentYears => Suggestion::RecentYears,
        feedback::Suggestion::AvoidYearsThatAreAssociatedWithYou => Suggestion::AssociatedYears,
        feedback::Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => Suggestion::AssociatedDates,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn score(password: &str) -> u8 {
        estimate(password, &[]).score
    }

    #[test]
    fn the_scale_goes_from_nothing_to_a_passphrase() {
        let passwords = ["", "password", "P@ssw0rd2026", "hey<123", "TestMeNow!", "seven quiet otters hum"];
        let scores = passwords.map(score);
        assert_eq!((scores[0], scores[1], scores[5]), (0, 0, 4), "{scores:?}");
        assert!(scores.is_sorted(), "{scores:?}");
    }

    #[test]
    fn what_is_wrong_is_said_in_codes() {
        let said = |password| {
            let strength = estimate(password, &[]);
            (strength.warning, strength.suggestions)
        };
        assert_eq!(said(""), (None, vec![Suggestion::UseWords, Suggestion::NoNeed]));
        assert_eq!(said("password"), (Some(Warning::TopTen), vec![Suggestion::AnotherWord]));
        let (warning, suggestions) = said("p@ssword");
        assert_eq!(warning, Some(Warning::SimilarToCommon));
        assert_eq!(suggestions, [Suggestion::AnotherWord, Suggestion::LookAlikes]);
        assert_eq!(
            said("aaaaaaaa"),
            (Some(Warning::SimpleRepeat), vec![Suggestion::AnotherWord, Suggestion::Repeated])
        );
        assert_eq!(said("seven quiet otters hum"), (None, vec![]));
    }

    #[test]
    fn seconds_are_ten_thousand_guesses_each() {
        // zxcvbn's own test: 372,010,000 guesses.
        assert!((estimate("TestMeNow!", &[]).seconds - 37_201.0).abs() < f64::EPSILON);
    }

    #[test]
    fn who_one_is_makes_a_bad_password() {
        let inputs = ["ada.lovelace@northwind-traders.example", "Augusta Ada King-Noel", "Northwind Traders"];
        for password in
            ["ada.lovelace@northwind-traders.example", "Lovelace1", "kingnoel", "northwind", "sredart", "N0rthw1nd"]
        {
            let (with, without) = (estimate(password, &inputs), estimate(password, &[]));
            assert!(with.score < 2 && with.seconds < without.seconds, "{password}: {with:?} {without:?}");
        }
    }

    /// Passwords in which symbols stand for letters, with their seconds.
    const AGREED: [(&str, f64); 4] = [
        ("0pw w  3 4443e 0n ", 4_800_000_010_000.0),
        ("4@4@ c(c( l1|7t", 4_040_000_001.0),
        ("p@$$w0rd 1|!7 3l1t3", 100_000_001.0),
        ("7h1s|1s!7h3 l33t", 6_100_000_000.0),
    ];

    /// Each of these had several estimates when the order was that of a hash map.
    #[test]
    fn a_thousand_runs_agree() {
        for (password, seconds) in AGREED {
            for _ in 0..1_000 {
                let estimated = estimate(password, &["gwtzdbhb"]).seconds;
                assert!((estimated - seconds).abs() < f64::EPSILON, "{password:?}: {estimated}");
            }
        }
    }

    #[test]
    fn only_the_first_hundred_characters_count() {
        let start = "ü".repeat(MAX_SCORED);
        assert_eq!(estimate(&start, &[]), estimate(&format!("{start} and a good passphrase after it"), &[]));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(password in prop_oneof![".{0,120}", "\\PC{0,60}", "[a@4cC(<{\\[1!|l7+t0oO ]{0,100}"], inputs in prop::collection::vec(prop_oneof![".{0,120}", "\\PC*"], 0..4)) {
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            let strength = estimate(&password, &inputs);
            prop_assert!(strength.score <= 4 && strength.seconds >= 0.0 && strength.seconds.is_finite());
            prop_assert!(strength.score < 3 || strength.warning.is_none() && strength.suggestions.is_empty());
        }

        /// Letters whose other case has another length, digits of every script, marks, joiners.
        #[test]
        fn no_script_is_too_odd(password in "[\u{130}\u{df}\u{1e9e}\u{fb01}\u{345}Σσς\u{661}-\u{669}\u{966}-\u{96f}\u{200d}\u{1f468}\n0-9./]{0,60}") {
            prop_assert!(estimate(&password, &[&password]).score <= 4);
        }

        /// Symbols that stand for one letter, and for two; repeats; candidate sequences of every length.
        #[test]
        fn the_same_password_has_one_estimate(password in "[a-e4@08$1!|73 ]{1,30}", input in "[a-e0347]{3,10}") {
            let first = estimate(&password, &[&input]);
            for _ in 0..20 {
                prop_assert_eq!(&estimate(&password, &[&input]), &first);
            }
        }

        #[test]
        fn an_unrelated_input_changes_nothing(password in "[a-m034 ]{1,20}", input in "[n-z]{3,10}") {
            prop_assert_eq!(estimate(&password, &[&input]), estimate(&password, &[]));
        }

        /// For the password as a whole. Within a longer one zxcvbn's search is a heuristic, and promises nothing.
        #[test]
        fn an_input_is_no_better_as_a_password_for_being_known(input in "[a-z034]{3,20}") {
            prop_assert!(estimate(&input, &[&input]).seconds <= estimate(&input, &[]).seconds);
        }
    }
}
