//! The codes of authenticator apps: RFC 6238 with SHA-1, six digits and steps of 30 seconds, which is
//! what every such app does.

use jiff::Timestamp;
use regain_protocol::Secret;
use totp_rs::{Algorithm, Builder};

/// How long one code is shown, in seconds.
const STEP_S: u64 = 30;

/// How far a phone's clock may be off, in steps: RFC 6238 section 5.2 recommends at most one for the
/// delay on the way, and clocks differ in both directions.
const SKEW: u16 = 1;

/// The time step whose code this is; `None` where it is none near now. Without a key it takes as long.
pub(super) fn time_step(key: Option<&Secret<Vec<u8>>>, code: &Secret<String>, now: Timestamp) -> Option<u64> {
    let secret = key.map_or_else(|| vec![0; 20], |key| key.expose().clone());
    // Some apps were given shorter keys than the standard asks for; the directory decides about that.
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(STEP_S)
        .with_skew(SKEW)
        .with_secret(secret)
        .build_noncompliant();
    let now = u64::try_from(now.as_second()).unwrap_or_default();
    totp.check(code.expose(), now).filter(|_| key.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published example of RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let key = Secret::new(b"12345678901234567890".to_vec());
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            let step = |at: i64| {
                let now = Timestamp::from_second(at).expect("a time");
                time_step(Some(&key), &code.into(), now)
            };
            let at = u64::try_from(second / 30).expect("positive");
            assert_eq!(step(second), Some(at));
            assert_eq!(step(second + 30), Some(at), "a little late");
            assert_eq!(step(second - 30), Some(at), "a little early");
            assert_eq!(step(second + 61), None);
            let now = Timestamp::from_second(second).expect("a time");
            assert_eq!(time_step(None, &code.into(), now), None);
        }
    }
}
