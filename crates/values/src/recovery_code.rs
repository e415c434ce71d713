//! Saved recovery codes: 15 symbols of Crockford's base32, 75 random bits, in three groups.

use regain_protocol::Secret;

use crate::crockford;

/// The symbols of a code.
pub const LENGTH: usize = 15;

/// The random bytes that a code is made from.
pub const RANDOM_BYTES: usize = 10;

/// The symbols of a group.
const GROUP: usize = 5;

/// A code from random bytes, as it is shown: `7K3QX-9MBWD-2HZ4T`.
pub fn from_random(bytes: [u8; RANDOM_BYTES]) -> Secret<String> {
    let bare = crockford::from_bits(bytes.iter().fold(0, |bits, byte| bits << 8 | u128::from(*byte)), LENGTH);
    let mut code = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (index, symbol) in bare.expose().chars().enumerate() {
        if index > 0 && index % GROUP == 0 {
            code.push('-');
        }
        code.push(symbol);
    }
    code.into()
}

/// The form in which codes are compared; `None` for a text that is no code by its length or symbols.
pub fn normalise(typed: &Secret<String>) -> Option<Secret<String>> {
    crockford::normalise(typed, LENGTH)
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
