//! Codes of digits, as people type them.

use regain_folding::{ascii_digit, is_dash, is_invisible};
use regain_protocol::Secret;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroize as _;

/// The longest text that is looked at as a code, in characters.
const MAX_TYPED: usize = 64;

/// A typed code without spaces, dashes and invisible characters, with digits of any script as the ASCII ones; `None` where nothing is left or
/// it is no code by its length alone. Other characters stay: they make it a wrong code.
pub fn code(typed: &Secret<String>) -> Option<Secret<String>> {
    if typed.expose().len() > MAX_TYPED * 4 {
        return None;
    }
    let mut code = String::with_capacity(MAX_TYPED * 8);
    for c in typed.expose().nfkc() {
        match c {
            c if c.is_whitespace() || is_dash(c) || is_invisible(c) => {}
            c => code.push(ascii_digit(c).unwrap_or(c)),
        }
    }
    if code.is_empty() || code.chars().count() > MAX_TYPED {
        code.zeroize();
        return None;
    }
    Some(code.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        for typed in [
            "123456",
            " 123 456\n",
            "123-456",
            "\u{202a}123\u{200b}456\u{202c}",
            "12\u{2013}34\u{a0}56",
            "１２３４５６",
            "١٢٣٤٥٦",
            "۱۲۳۴۵۶",
            "१२३४५६",
            "๑๒๓๔๕๖",
            "၁၂၃၄၅၆",
        ] {
            assert_eq!(code(&typed.into()).expect("a code").expose(), "123456", "{typed:?}");
        }
        for typed in ["", " - ", &"1".repeat(65), &"\u{fdfa}".repeat(16)] {
            assert!(code(&typed.into()).is_none(), "{typed:?}");
        }
        assert_eq!(code(&"12a-b".into()).expect("a text").expose(), "12ab");
    }
}
