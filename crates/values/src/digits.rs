//! Codes of digits, as people type them.

use regain_protocol::Secret;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroize as _;

/// The longest text that is looked at as a code, in characters.
const MAX_TYPED: usize = 64;

/// A typed code without spaces and dashes, with digits of any script as the ASCII ones; `None` where nothing is left or
/// it is no code by its length alone. Other characters stay: they make it a wrong code.
pub fn code(typed: &Secret<String>) -> Option<Secret<String>> {
    if typed.expose().len() > MAX_TYPED * 4 {
        return None;
    }
    let mut code = String::with_capacity(MAX_TYPED * 8);
    for c in typed.expose().nfkc() {
        match c {
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            c if c.is_whitespace() => {}
            c => code.push(ascii_digit(c).unwrap_or(c)),
        }
    }
    if code.is_empty() || code.chars().count() > MAX_TYPED {
        code.zeroize();
        return None;
    }
    Some(code.into())
}

/// The ASCII digit for a decimal digit of another script.
pub fn ascii_digit(c: char) -> Option<char> {
    let zero = ZEROS.iter().copied().take_while(|zero| *zero <= c).last()?;
    char::from_digit(u32::from(c) - u32::from(zero), 10).filter(|_| u32::from(c) - u32::from(zero) < 10)
}

/// The zeros of the scripts whose digits are ten characters in a row (Unicode 17, general category Nd), in order, but for
/// those that compatibility forms fold.
const ZEROS: &[char] = &[
    '0', '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}',
    '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}',
    '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}', '\u{1c40}', '\u{1c50}', '\u{a620}',
    '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}', '\u{aa50}', '\u{abf0}', '\u{ff10}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        for typed in [
            "123456",
            " 123 456\n",
            "123-456",
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

    #[test]
    fn zeros_are_in_order_and_no_blocks_overlap() {
        assert!(ZEROS.windows(2).all(|pair| u32::from(pair[1]) - u32::from(pair[0]) >= 10));
        for c in ['/', ':', 'a', '\u{65f}', '\u{66a}', '\u{e5a}'] {
            assert_eq!(ascii_digit(c), None, "{c:?}");
        }
    }
}
