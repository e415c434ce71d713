//! Judges a password by an organisation's rules.
//!
//! The widget calls this at every keystroke and the server before it sets a password, so the two
//! never disagree. It is pure: no clock, no randomness, no I/O, and it keeps no copy of the password.
//!
//! Each side's share: [`checklist`] and [`violations`] judge by what is in the [`PasswordPolicy`] that the
//! browser was sent, which is nothing that its person may not see (lengths, the person's own names and
//! user ID, the organisation's name), and their verdict is the same on both sides. The organisation's
//! banned words are not sent: with them, a list of what its people are likely to choose would be in
//! every browser. [`Banned`] judges by them on the server alone, and the policy says so in
//! `server_checks`; of its score, the browser judges by `min_different` what can be judged without the
//! words. Common, breached and former passwords are for the server too, which has the lists. So is
//! `min_score`, how easily a password is guessed: a browser knows that too once it has brought in
//! `regain-strength`, whose dictionaries are no part of this.
//!
//! Everything is judged as it was typed, without a Unicode normalisation, whose tables would cost the
//! widget more than the rest of this. The server, which stores the normalised form, judges that as well.

mod banned;
pub mod characters;
mod preset;
mod words;

pub use banned::Banned;
pub use preset::{ENTRA_POINTS, entra, nist};
use regain_protocol::{PasswordPolicy, Violation};
pub use words::{MIN_CONTEXT_LENGTH, folded};

/// One rule of a policy and whether a password keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The rule, as the violation that breaking it would be.
    pub rule: Violation,
    /// True if the password keeps it.
    pub met: bool,
}

/// Every rule that can be judged here, in the order to show them, with its verdict.
///
/// The list's length and order depend on the policy only, so a checklist can be drawn before the
/// first key.
pub fn checklist(policy: &PasswordPolicy, user_id: &str, password: &str) -> Vec<Check> {
    let length = u32::try_from(password.chars().count()).unwrap_or(u32::MAX);
    let mut checks = vec![
        Check { rule: Violation::TooShort { min: policy.min_length }, met: length >= policy.min_length },
        Check { rule: Violation::TooLong { max: policy.max_length }, met: length <= policy.max_length },
    ];
    // A password far over the maximum is refused by its length alone, cheaply.
    let judged = if length <= policy.max_length { password } else { "" };
    let mut check = |rule, met| checks.push(Check { rule, met });
    if policy.min_classes > 0 {
        check(Violation::TooFewClasses { min: policy.min_classes }, classes(judged) >= policy.min_classes);
    }
    let folded = words::folded_secret(judged);
    let folded = folded.expose();
    if policy.min_different > 0 {
        let met = different(folded) >= usize::from(policy.min_different);
        check(Violation::TooFewDifferent { min: policy.min_different }, met);
    }
    if policy.forbid_user_id {
        let met = !words::of_user_id(user_id).any(|part| words::contains(folded, part));
        check(Violation::ContainsUserId {}, met);
    }
    for word in &policy.forbidden_words {
        let met = !words::contains(folded, word);
        check(Violation::ContainsForbiddenWord { word: word.clone() }, met);
    }
    checks
}

/// The rules that the password breaks; empty when none.
pub fn violations(policy: &PasswordPolicy, user_id: &str, password: &str) -> Vec<Violation> {
    let is_too_long = |rule: &Violation| matches!(rule, Violation::TooLong { .. });
    let mut broken: Vec<_> =
        checklist(policy, user_id, password).into_iter().filter(|check| !check.met).map(|check| check.rule).collect();
    // A password that is too long was not looked into.
    if broken.iter().any(is_too_long) {
        broken.retain(is_too_long);
    }
    broken
}

/// Number of the four classes that occur: lower case, upper case, digits, everything else.
fn classes(password: &str) -> u8 {
    let mut seen = [false; 4];
    for c in password.chars() {
        seen[characters::class(c)] = true;
    }
    seen.iter().map(|&s| u8::from(s)).sum()
}

/// Number of different characters. (No set, nor a search for a character: their code would cost the widget more than this.)
fn different(folded: &str) -> usize {
    folded.char_indices().filter(|&(at, c)| folded[..at].chars().all(|former| former != c)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> PasswordPolicy {
        PasswordPolicy { forbidden_words: vec!["Contoso".into()], ..nist(15) }
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        let fifteen = "ünïcödé pässwör";
        assert_eq!(fifteen.chars().count(), 15);
        assert_eq!(violations(&policy(), "ada@example.com", fifteen), []);
        assert_eq!(
            violations(&policy(), "ada@example.com", &fifteen.replace('n', "")),
            [Violation::TooShort { min: 15 }]
        );
    }

    #[test]
    fn over_the_maximum_is_one_violation() {
        for policy in [PasswordPolicy { forbidden_words: vec!["Contoso".into()], ..entra() }, policy()] {
            let long = "contoso".repeat(100);
            assert_eq!(violations(&policy, "contoso", &long), [Violation::TooLong { max: 256 }]);
        }
    }

    #[test]
    fn context_words_are_found_in_any_case_and_with_look_alikes() {
        for password in ["my cOnToSo and GRACE too", "my C0nt0$o and gr@ce too"] {
            let broken = violations(&policy(), "grace@example.com", password);
            let word = Violation::ContainsForbiddenWord { word: "Contoso".into() };
            assert_eq!(broken, [Violation::ContainsUserId {}, word]);
        }
    }

    #[test]
    fn short_user_ids_do_not_forbid_what_occurs_by_chance() {
        assert_eq!(violations(&policy(), "al", "always a long passphrase"), []);
    }

    #[test]
    fn three_of_four_classes() {
        let policy = PasswordPolicy { min_classes: 3, ..policy() };
        assert_eq!(violations(&policy, "", "all lower case words").len(), 1);
        assert_eq!(violations(&policy, "", "Two classes and a space").len(), 0);
    }

    #[test]
    fn look_alikes_are_not_different() {
        let policy = PasswordPolicy { min_different: 5, ..nist(8) };
        assert_eq!(violations(&policy, "", "Aa@S$s0Oo1lL"), [Violation::TooFewDifferent { min: 5 }]);
        assert_eq!(violations(&policy, "", "Aa@S$s0Oo1lL2"), []);
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;
    use regain_protocol::PasswordPolicy;

    use super::*;

    /// Any rules at all, also ones that nobody would set.
    fn policies() -> impl Strategy<Value = PasswordPolicy> {
        let words = prop::collection::vec(prop_oneof!["\\PC{0,6}", ".{0,6}", Just("Contoso".to_owned())], 0..4);
        (0..40_u32, 0..80_u32, 0..6_u8, 0..9_u8, any::<bool>(), words).prop_map(
            |(min_length, max_length, min_classes, min_different, forbid_user_id, forbidden_words)| PasswordPolicy {
                min_length,
                max_length,
                min_classes,
                min_different,
                forbid_user_id,
                forbidden_words,
                server_checks: vec![],
                min_score: 0,
            },
        )
    }

    fn passwords() -> impl Strategy<Value = String> {
        prop_oneof![".*", "\\PC*", "[aA@oO0sS$lL1cnt ]{0,60}", "[!-~]{4,40}", "(contoso|C0NT0\\$O|x1!|é){0,9}"]
    }

    proptest! {
        /// Judged anew by the plainest words there are for each rule.
        #[test]
        fn nothing_accepted_breaks_a_rule(policy in policies(), user in ".{0,12}", password in passwords()) {
            let accepted = violations(&policy, &user, &password).is_empty();
            let length = u32::try_from(password.chars().count()).expect("is short");
            let plain = password.to_lowercase();
            if accepted {
                prop_assert!((policy.min_length..=policy.max_length).contains(&length));
                for word in &policy.forbidden_words {
                    prop_assert!(word.trim().is_empty() || !password.contains(word.trim()));
                    prop_assert!(!word.is_ascii() || word.trim().is_empty() || !plain.contains(&word.trim().to_lowercase()));
                }
                if policy.forbid_user_id && user.trim().chars().count() >= 4 {
                    prop_assert!(!password.contains(user.trim()));
                }
                if policy.min_classes > 3 {
                    prop_assert!(password.chars().any(char::is_lowercase) && password.chars().any(char::is_numeric));
                }
                prop_assert!(password.chars().collect::<std::collections::HashSet<_>>().len() >= policy.min_different.into());
            }
        }

        #[test]
        fn the_checklist_keeps_its_shape(policy in policies(), user in ".*", one in ".*", other in ".*") {
            let rules = |p: &str| checklist(&policy, &user, p).into_iter().map(|c| c.rule).collect::<Vec<_>>();
            prop_assert_eq!(rules(&one), rules(&other));
        }

        /// Nothing is folded or cut away: what keeps the rules of NIST is accepted whatever it is made of.
        #[test]
        fn nist_takes_every_character(password in prop::collection::vec(any::<char>(), 15..=256)) {
            let password: String = password.into_iter().collect();
            prop_assert_eq!(violations(&nist(15), "", &password), []);
        }

        #[test]
        fn stricter_rules_accept_nothing_more(policy in policies(), user in ".{0,12}", password in passwords(), word in "\\PC{0,6}") {
            let stricter = [
                PasswordPolicy { min_length: policy.min_length + 1, ..policy.clone() },
                PasswordPolicy { max_length: policy.max_length.saturating_sub(1), ..policy.clone() },
                PasswordPolicy { min_classes: policy.min_classes + 1, ..policy.clone() },
                PasswordPolicy { min_different: policy.min_different + 1, ..policy.clone() },
                PasswordPolicy { forbid_user_id: true, ..policy.clone() },
                PasswordPolicy { forbidden_words: [policy.forbidden_words.clone(), vec![word]].concat(), ..policy.clone() },
            ];
            let refused = !violations(&policy, &user, &password).is_empty();
            for stricter in stricter {
                prop_assert!(!refused || !violations(&stricter, &user, &password).is_empty());
            }
        }

        /// Capitals hide no word.
        #[test]
        fn capitals_hide_nothing(policy in policies(), user in "[ -~]{0,12}", password in "[ -~]{0,60}") {
            let words = |p: &str| checklist(&PasswordPolicy { min_classes: 0, ..policy.clone() }, &user, p);
            prop_assert_eq!(words(&password.to_ascii_uppercase()), words(&password.to_ascii_lowercase()));
        }
    }
}
