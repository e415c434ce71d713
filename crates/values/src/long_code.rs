//! Codes that are mailed and texted while an account is under attack: 10 symbols of Crockford's base32, 50 random bits,
//! so that guesses need no count.

use regain_protocol::Secret;

use crate::crockford;

/// The symbols of a code.
pub const LENGTH: usize = 10;

/// The random bytes that a code is made from.
pub const RANDOM_BYTES: usize = 7;

/// A code from random bytes.
pub fn from_random(bytes: [u8; RANDOM_BYTES]) -> Secret<String> {
    crockford::from_bits(bytes.iter().fold(0, |bits, byte| bits << 8 | u128::from(*byte)), LENGTH)
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
        for typed in ["7k3qx9mbwd", " 7K3QX 9MBWD ", "7K3QX-9MBWD", "７K3QX–9MBWD"] {
            assert_eq!(normalise(&typed.into()).expect("a code").expose(), "7K3QX9MBWD", "{typed:?}");
        }
        assert_eq!(normalise(&"oIl00zzzzz".into()).expect("a code").expose(), "01100ZZZZZ");
        for typed in ["", "123456", "7K3QX9MBW", "7K3QX9MBWDD", "7K3QX9MBWU", "7K3QX*MBWD"] {
            assert!(normalise(&typed.into()).is_none(), "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_is_read(bytes: [u8; RANDOM_BYTES]) {
            let code = from_random(bytes);
            prop_assert_eq!(code.expose().len(), LENGTH);
            let read = normalise(&code).expect("a code");
            prop_assert_eq!(read.expose(), code.expose());
        }
    }
}
