//! Codes of authenticator apps: RFC 6238 as those apps have it, with HMAC-SHA-1, six digits and steps
//! of 30 seconds.

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regain_protocol::Secret;
use totp_rs::{Algorithm, Builder, Totp};

/// Time that a code is shown, in seconds (RFC 6238, 5.2).
pub const STEP_SECONDS: i64 = 30;

/// The fewest bytes that a key has (RFC 4226, requirement 6).
pub const MIN_KEY_BYTES: usize = 16;

/// The time step that a moment is in, counted from 1970.
pub fn step_at(at: Timestamp) -> i64 {
    at.as_second().div_euclid(STEP_SECONDS)
}

/// Maximum error of a phone's clock, in steps: RFC 6238 section 5.2 recommends at most one for the delay on the way,
/// and clocks differ in both directions.
const SKEW: u16 = 1;

/// The code of a time step.
pub fn code(key: &Secret<Vec<u8>>, step: i64) -> Secret<String> {
    let at = u64::try_from(step * STEP_SECONDS).unwrap_or_default();
    app(key.expose().clone()).generate(at).to_string().into()
}

/// The time step whose code this is; `None` where it is none near `now`. Without a key the same work is
/// done.
pub fn step_of(key: Option<&Secret<Vec<u8>>>, code: &Secret<String>, now: Timestamp) -> Option<u64> {
    let secret = key.map_or_else(|| vec![0; MIN_KEY_BYTES], |key| key.expose().clone());
    let now = u64::try_from(now.as_second()).unwrap_or_default();
    app(secret).check(code.expose(), now).filter(|_| key.is_some())
}

/// An app with this key. The key's length was checked when it was registered.
fn app(secret: Vec<u8>) -> Totp {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(STEP_SECONDS.unsigned_abs())
        .with_skew(SKEW)
        .with_secret(secret)
        .build_noncompliant()
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

/// The address that an app is set up with, as QR codes have it (the Key Uri Format of Google Authenticator,
/// which the other apps read too). Algorithm, digits and period are the defaults, so they are left out:
/// some apps stumble over them.
pub fn address(key: &Secret<String>, issuer: &str, account: &str) -> Secret<String> {
    // A colon parts the issuer from the account.
    let issuer = encoded_start(&issuer.replace(':', " "));
    let account = utf8_percent_encode(&account.replace(':', " "), UNRESERVED).to_string();
    format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", key.expose()).into()
}

/// Maximum length of an issuer in an address, in bytes: it is there twice, and a camera has to read the code at the size
/// of a phone's screen. A letter that is not Latin takes six or nine.
const ISSUER: usize = 60;

/// The start of a name that fits, in whole characters.
fn encoded_start(name: &str) -> String {
    let mut encoded = String::new();
    for character in name.chars() {
        let next = utf8_percent_encode(character.encode_utf8(&mut [0; 4]), UNRESERVED).to_string();
        if encoded.len() + next.len() > ISSUER {
            break;
        }
        encoded.push_str(&next);
    }
    encoded.trim_end_matches("%20").to_owned()
}

/// Characters that need no escape in an address (RFC 3986, 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

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
    fn a_code_counts_a_step_early_and_a_step_late() {
        let code: Secret<String> = "081804".into();
        let step = |key: Option<&_>, second| step_of(key, &code, Timestamp::from_second(second).expect("a valid time"));
        let its_own = Some(1_111_111_109 / 30);
        for second in [1_111_111_079, 1_111_111_109, 1_111_111_139] {
            assert_eq!(step(Some(&key()), second), its_own);
            assert_eq!(step(None, second), None);
        }
        assert_eq!(step(Some(&key()), 1_111_111_170), None);
        assert_eq!(step(Some(&key()), 1_111_111_048), None);
        assert_eq!(step_of(Some(&key()), &"not a code".into(), Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn apps_are_set_up_by_an_address() {
        let address = address(&"GEZDGNBVGY3TQOJQ".into(), "Fish & Chips: Ltd", "ada@example.com");
        let expected = "otpauth://totp/Fish%20%26%20Chips%20%20Ltd:ada%40example.com?secret=GEZDGNBVGY3TQOJQ&issuer=Fish%20%26%20Chips%20%20Ltd";
        assert_eq!(address.expose(), expected);
    }

    #[test]
    fn b11_a_long_name_does_not_make_the_code_too_dense() {
        let key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".into();
        for name in
            ["Ведомство путей сообщения и связи", "東京都立大学附属図書館情報基盤センター", &"Long & Sons ".repeat(9)]
        {
            let address = address(&key, name, "somebody.with.a.name@students.example.com");
            // 250 bytes are 57 modules a side, and 3 pixels each at the smallest width.
            assert!(address.expose().len() <= 250, "{} bytes", address.expose().len());
            assert!(!address.expose().contains("%20&issuer") && !address.expose().ends_with("%20"));
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
