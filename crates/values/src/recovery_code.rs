//! Saved recovery codes: 15 symbols of Crockford's base32, 75 random bits, in three groups.

use regain_folding::{is_dash, is_invisible};
use regain_protocol::Secret;
use unicode_normalization::UnicodeNormalization as _;

/// The symbols of a code.
pub const LENGTH: usize = 15;

/// The random bytes that a code is made from.
pub const RANDOM_BYTES: usize = 10;

/// The symbols of a group.
const GROUP: usize = 5;

/// Crockford's symbols: no I, L, O or U.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code from random bytes, as it is shown: `7K3QX-9MBWD-2HZ4T`.
pub fn from_random(bytes: [u8; RANDOM_BYTES]) -> Secret<String> {
    let mut bits = bytes.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let mut code = String::with_capacity(LENGTH + LENGTH / GROUP);
    for index in 0..LENGTH {
        if index > 0 && index % GROUP == 0 {
            code.push('-');
        }
        let symbol = SYMBOLS[usize::try_from(bits % 32).unwrap_or_default()];
        code.push(char::from(symbol));
        bits >>= 5;
    }
    code.into()
}

/// The form in which codes are compared: capitals without spaces and dashes, look-alikes as the symbol that they are
/// taken for; `None` for a text that is no code by its length or symbols.
pub fn normalise(typed: &Secret<String>) -> Option<Secret<String>> {
    if typed.expose().len() > LENGTH * 16 {
        return None;
    }
    let mut code = String::with_capacity(LENGTH * 16);
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
    (code.expose().len() == LENGTH).then_some(code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = from_random([0x5a; RANDOM_BYTES]);
        let bare = code.expose().replace('-', "");
        for typed in
            [code.expose().clone(), bare.to_lowercase(), format!(" {} ", code.expose().replace('-', " \u{2013} "))]
        {
            assert_eq!(normalise(&typed.as_str().into()).expect("a code").expose(), &bare, "{typed:?}");
        }
        assert_eq!(
            normalise(&"oil00-11111-zzzzz".into()).expect("a code").expose(),
            "011001111 1ZZZZZ".replace(' ', "").as_str()
        );
        for typed in ["", "123456", "7K3QX-9MBWD-2HZ4", "7K3QX-9MBWD-2HZ4TT", "7K3QX-9MBWD-2HZ4U", "7K3QX*9MBWD*2HZ4T"]
        {
            assert!(normalise(&typed.into()).is_none(), "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_is_read(bytes: [u8; RANDOM_BYTES]) {
            let code = from_random(bytes);
            let read = normalise(&code).expect("a code");
            prop_assert_eq!(read.expose(), &code.expose().replace('-', ""));
        }

        #[test]
        fn reads_anything(typed in ".*") {
            let _ = normalise(&typed.as_str().into());
        }
    }
}
