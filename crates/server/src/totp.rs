//! Codes of authenticator apps: RFC 6238 as those apps have it, with HMAC-SHA-1, six digits and steps
//! of 30 seconds.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use regain_protocol::Secret;
use sha1::Sha1;

/// How long a code is shown, in seconds (RFC 6238, 5.2).
pub const STEP_SECONDS: i64 = 30;

/// The fewest bytes that a key has (RFC 4226, requirement 6).
pub const MIN_KEY_BYTES: usize = 16;

/// The time step that a moment is in, counted from 1970.
pub fn step_at(at: Timestamp) -> i64 {
    at.as_second().div_euclid(STEP_SECONDS)
}

/// The code of a time step.
pub fn code(key: &Secret<Vec<u8>>, step: i64) -> Secret<String> {
    let mut mac = <Hmac<Sha1>>::new_from_slice(key.expose()).expect("HMAC takes keys of every length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    // Dynamic truncation (RFC 4226, 5.3): the last four bits say which four bytes count.
    let offset = usize::from(hash[19] & 0x0f);
    let bytes = [hash[offset], hash[offset + 1], hash[offset + 2], hash[offset + 3]];
    format!("{:06}", (u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000).into()
}

/// A key as people and QR codes write it: base32 (RFC 4648) in any case, with or without spaces and
/// padding; `None` where it is not that or has fewer than [`MIN_KEY_BYTES`].
pub fn key_from_base32(text: &Secret<String>) -> Option<Secret<Vec<u8>>> {
    let text = text.expose().trim_end_matches(['=', ' ']);
    let mut symbols = Vec::with_capacity(text.len());
    symbols.extend(text.bytes().filter(|&byte| byte != b' ').map(|byte| byte.to_ascii_uppercase()));
    let symbols = Secret::new(symbols);
    let key = data_encoding::BASE32_NOPAD.decode(symbols.expose()).ok().map(Secret::new)?;
    (key.expose().len() >= MIN_KEY_BYTES).then_some(key)
}

/// The key in base32, as it is stored and shown.
pub fn key_to_base32(key: &Secret<Vec<u8>>) -> Secret<String> {
    data_encoding::BASE32_NOPAD.encode(key.expose()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 6238's test vectors.
    fn key() -> Secret<Vec<u8>> {
        Secret::new(b"12345678901234567890".to_vec())
    }

    #[test]
    fn rfc_6238_appendix_b() {
        // The last six of the eight digits that the RFC lists for SHA-1.
        for (second, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let at = Timestamp::from_second(second).expect("a valid time");
            assert_eq!(code(&key(), step_at(at)).expose(), expected, "at {second}");
        }
    }

    #[test]
    fn a_key_is_read_as_people_write_it() {
        let written = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(key_to_base32(&key()).expose(), written);
        for text in [written, "gezd gnbv gy3t qojq gezd gnbv gy3t qojq ", &format!("{written}====")] {
            assert_eq!(key_from_base32(&text.into()), Some(key()), "{text:?}");
        }
        for text in ["", "GEZDGNBVGY3TQOJQ", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", "GEZDGNBV-GY3TQOJQGEZDGNBVGY3TQOJQ"] {
            assert_eq!(key_from_base32(&text.into()), None, "{text:?}");
        }
    }
}
