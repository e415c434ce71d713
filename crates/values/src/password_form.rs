//! The form of a password that is kept and compared.

use regain_protocol::Secret;
use unicode_normalization::UnicodeNormalization as _;

/// The form of a password that is hashed, so that the same password typed on another keyboard or
/// system is the same: any space is U+0020 and the text is NFC.
///
/// These are the mappings of RFC 8265's `OpaqueString`. Its refusals (control characters, unassigned
/// code points) are left out on purpose: what people could once set they must be able to type.
pub fn normalise(password: &Secret<String>) -> Secret<String> {
    let password = password.expose();
    // NFC is at most three times as long in UTF-8 (Unicode Annex 15): with room for that, growing
    // leaves no copy of the password behind.
    let mut normal = String::with_capacity(password.len() * 3);
    normal.extend(password.chars().map(space_to_ascii).nfc());
    Secret::new(normal)
}

/// Maps the characters of Unicode category Zs to U+0020.
const fn space_to_ascii(character: char) -> char {
    match character {
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_password_from_another_keyboard_is_the_same() {
        let normal = |text: &str| normalise(&text.into()).expose().clone();
        assert_eq!(normal("A\u{30a}ngstro\u{308}m"), normal("\u{c5}ngstr\u{f6}m"));
        assert_eq!(normal("two\u{a0}words"), "two words");
        assert_eq!(normal("Case and  spaces stay "), "Case and  spaces stay ");
        assert_ne!(normal("\u{fb01}sh"), normal("fish"), "compatibility forms stay different");
    }

    #[test]
    fn growing_leaves_no_copy_behind() {
        // U+1D160 and U+0390 grow the most when normalised.
        for growing in ["\u{1d160}".repeat(40), "\u{390}".repeat(40), "\u{fb2c}".repeat(40)] {
            let normal: String = growing.nfc().collect();
            assert!(normal.len() <= growing.len() * 3);
        }
    }
}
