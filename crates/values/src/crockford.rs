//! Crockford's base32, in which codes of letters and digits are written: as people can read them out and type them.

use regain_folding::{is_dash, is_invisible};
use regain_protocol::Secret;
use unicode_normalization::UnicodeNormalization as _;

/// The symbols: no I, L, O or U.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code of so many symbols, of the lowest bits.
pub(crate) fn from_bits(mut bits: u128, length: usize) -> Secret<String> {
    let mut code = String::with_capacity(length);
    for _ in 0..length {
        code.push(char::from(SYMBOLS[usize::try_from(bits % 32).unwrap_or_default()]));
        bits >>= 5;
    }
    code.into()
}

/// The form in which codes are compared: capitals without spaces and dashes, look-alikes as the symbol that they are
/// taken for; `None` for a text that is no code by its length or symbols.
pub(crate) fn normalise(typed: &Secret<String>, length: usize) -> Option<Secret<String>> {
    if typed.expose().len() > length * 16 {
        return None;
    }
    let mut code = String::with_capacity(length * 16);
    for c in typed.expose().nfkc().flat_map(char::to_uppercase) {
        match c {
            'O' => code.push('0'),
            'I' | 'L' => code.push('1'),
            c if c.is_ascii() && SYMBOLS.contains(&u8::try_from(c).unwrap_or_default()) => code.push(c),
            c if c.is_whitespace() || is_dash(c) || is_invisible(c) => {}
            _ => return None,
        }
    }
    let code = Secret::from(code);
    (code.expose().len() == length).then_some(code)
}
