//! The rules for password generators, in the form of the `passwordrules` attribute
//! (<https://github.com/whatwg/html/issues/3518>, "Password Rules" in Apple's documentation).

use crate::i18n::digits;
use regain_flow::PasswordView;

/// The attribute's value: a password that fits it keeps every rule that it can express. It has no "three of four
/// classes", so that as many are asked for by name; and none of the rules allows less than all of ASCII.
pub(super) fn of(password: &PasswordView) -> String {
    write(password.min_length, password.max_length, password.min_classes)
}

fn write(min_length: u32, max_length: u32, min_classes: u8) -> String {
    const CLASSES: [&str; 4] = ["required: lower; ", "required: upper; ", "required: digit; ", "required: [-]; "];
    let required = CLASSES[..usize::from(min_classes.min(4))].concat();
    let lengths = ["minlength: ", &*digits(min_length), "; maxlength: ", &*digits(max_length), "; "].concat();
    lengths + &required + "allowed: ascii-printable;"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regain_protocol::{PasswordPolicy, Violation};

    use super::write;

    /// A generator that knows nothing but the attribute: what it makes of these random numbers.
    fn generated(rules: &str, numbers: &[u32]) -> String {
        let (mut length, mut required, mut allowed) = (0..=0, Vec::new(), String::new());
        let class = |name: &str| match name {
            "lower" => ('a'..='z').collect::<String>(),
            "upper" => ('A'..='Z').collect(),
            "digit" => ('0'..='9').collect(),
            "ascii-printable" => (' '..='~').collect(),
            custom => custom.strip_prefix('[').and_then(|it| it.strip_suffix(']')).expect("a class").to_owned(),
        };
        for rule in rules.split(';').map(str::trim).filter(|rule| !rule.is_empty()) {
            match rule.split_once(": ").expect("a rule has a value") {
                ("minlength", min) => length = min.parse().expect("a number")..=*length.end(),
                ("maxlength", max) => length = *length.start()..=max.parse().expect("a number"),
                ("required", name) => required.push(class(name)),
                ("allowed", name) => allowed += &class(name),
                (other, _) => panic!("no such rule: {other}"),
            }
        }
        let span = length.end() - length.start() + 1;
        let count = (length.start() + numbers[0] as usize % span).max(required.len());
        let mut numbers = numbers[1..].iter().cycle();
        let mut draw = |from: &str| {
            let at = *numbers.next().expect("some") as usize % from.len();
            from.as_bytes()[at] as char
        };
        (0..count).map(|place| draw(required.get(place).unwrap_or(&allowed))).collect()
    }

    proptest! {
        /// The rules that the attribute has no words for (the user ID, forbidden words, different characters) are
        /// left; nothing else is.
        #[test]
        fn what_fits_the_attribute_fits_the_policy(
            (min_length, max_length) in (4..40_u32, 0..60_u32).prop_map(|(min, more)| (min, min + more)),
            min_classes in 0..6_u8,
            numbers in prop::collection::vec(any::<u32>(), 100),
        ) {
            let policy = PasswordPolicy { min_length, max_length, min_classes: min_classes.min(4), ..PasswordPolicy::default() };
            let password = generated(&write(min_length, max_length, min_classes), &numbers);
            prop_assert_eq!(regain_policy::violations(&policy, "", &password), Vec::<Violation>::new(), "{}", password);
        }
    }

    #[test]
    fn it_reads_as_the_proposal_has_it() {
        assert_eq!(write(15, 256, 0), "minlength: 15; maxlength: 256; allowed: ascii-printable;");
        assert_eq!(
            write(8, 256, 3),
            "minlength: 8; maxlength: 256; required: lower; required: upper; required: digit; allowed: ascii-printable;"
        );
    }
}
