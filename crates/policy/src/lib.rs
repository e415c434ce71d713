//! Judges a password by an organisation's rules.
//!
//! The widget calls this at every keystroke and the server before it sets a password, so the two
//! never disagree. It is pure: no clock, no randomness, no I/O, and it keeps no copy of the password.

use regain_protocol::{PasswordPolicy, Violation};

/// The fewest characters that the part of a user ID before the `@`, or a forbidden word, must have
/// to be looked for inside a password: shorter ones occur by chance (Microsoft's number for its own
/// banned-password check).
pub const MIN_CONTEXT_LENGTH: usize = 4;

/// One rule of a policy and whether a password keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The rule, as the violation that breaking it would be.
    pub rule: Violation,
    /// Whether the password keeps it.
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
    if policy.min_classes > 0 {
        checks.push(Check {
            rule: Violation::TooFewClasses { min: policy.min_classes },
            met: classes(judged) >= policy.min_classes,
        });
    }
    let folded = judged.to_lowercase();
    if policy.forbid_user_id {
        checks.push(Check {
            rule: Violation::ContainsUserId {},
            met: !user_id_parts(user_id).any(|part| contains_word(&folded, part)),
        });
    }
    for word in &policy.forbidden_words {
        checks.push(Check {
            rule: Violation::ContainsForbiddenWord { word: word.clone() },
            met: !contains_word(&folded, word),
        });
    }
    checks
}

/// The rules that the password breaks; empty when none.
pub fn violations(policy: &PasswordPolicy, user_id: &str, password: &str) -> Vec<Violation> {
    checklist(policy, user_id, password).into_iter().filter(|check| !check.met).map(|check| check.rule).collect()
}

/// How many of the four classes occur: lower case, upper case, digits, everything else.
fn classes(password: &str) -> u8 {
    let mut seen = [false; 4];
    for c in password.chars() {
        let class = if c.is_lowercase() {
            0
        } else if c.is_uppercase() {
            1
        } else if c.is_numeric() {
            2
        } else {
            3
        };
        seen[class] = true;
    }
    seen.iter().map(|&s| u8::from(s)).sum()
}

/// The user ID and the part of it before an `@`.
fn user_id_parts(user_id: &str) -> impl Iterator<Item = &str> {
    let local = user_id.split('@').next().unwrap_or_default();
    [user_id, local].into_iter()
}

/// Whether an already lower-cased password contains the word, in any case.
fn contains_word(folded_password: &str, word: &str) -> bool {
    let word = word.trim().to_lowercase();
    word.chars().count() >= MIN_CONTEXT_LENGTH && folded_password.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn policy() -> PasswordPolicy {
        PasswordPolicy {
            min_length: 15,
            max_length: 256,
            min_classes: 0,
            forbid_user_id: true,
            forbidden_words: vec!["Contoso".into()],
            server_checks: vec![],
        }
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
        let long = "contoso".repeat(100);
        assert_eq!(violations(&policy(), "contoso", &long), [Violation::TooLong { max: 256 }]);
    }

    #[test]
    fn context_words_are_found_in_any_case() {
        let broken = violations(&policy(), "grace@example.com", "my cOnToSo and GRACE too");
        assert_eq!(broken, [Violation::ContainsUserId {}, Violation::ContainsForbiddenWord { word: "Contoso".into() }]);
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

    proptest! {
        #[test]
        fn never_panics_and_never_accepts_what_breaks_a_length(user in ".*", password in "\\PC*") {
            let policy = policy();
            let broken = violations(&policy, &user, &password);
            let length = password.chars().count();
            if !(15..=256).contains(&length) {
                prop_assert!(!broken.is_empty());
            }
        }

        #[test]
        fn the_checklist_keeps_its_shape(user in ".*", one in ".*", other in ".*") {
            let rules = |p: &str| checklist(&policy(), &user, p).into_iter().map(|c| c.rule).collect::<Vec<_>>();
            prop_assert_eq!(rules(&one), rules(&other));
        }
    }
}
