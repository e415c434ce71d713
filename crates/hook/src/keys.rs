//! Keys that requests are signed with, as Standard Webhooks has them (<https://www.standardwebhooks.com>).

use std::{fmt, io, ops::RangeInclusive, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use regain_outgoing::hmac_sha256;
use regain_protocol::Secret;

/// The prefix by which a key is known for one.
const PREFIX: &str = "whsec_";

/// Numbers of bytes that a key may have.
const BYTES: RangeInclusive<usize> = 24..=64;

/// A key that requests are signed with.
#[derive(Clone)]
pub struct SigningKey(Secret<Vec<u8>>);

/// Why a file holds no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's error.
        source: io::Error,
    },
    /// Its content is no key.
    #[error(
        "{0} must hold `whsec_` and 24 to 64 random bytes in base64, such as \
         `echo \"whsec_$(openssl rand -base64 32)\"` gives"
    )]
    NotAKey(String),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl SigningKey {
    /// Reads a key from a file.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let path_text = || path.display().to_string();
        let text = std::fs::read_to_string(path).map(Secret::from);
        let text = text.map_err(|source| KeyError::Unreadable { path: path_text(), source })?;
        Self::parse(text.expose()).ok_or_else(|| KeyError::NotAKey(path_text()))
    }

    /// Reads a key; libraries that verify signatures take it with its prefix and without.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX).unwrap_or(text)).ok().map(Secret::new)?;
        BYTES.contains(&bytes.expose().len()).then_some(Self(bytes))
    }

    /// The signature of a request as it stands in the header.
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let seconds = seconds.to_string();
        let parts = [id.as_bytes(), b".", seconds.as_bytes(), b".", body];
        format!("v1,{}", STANDARD.encode(hmac_sha256(self.0.expose(), &parts)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own libraries.
    #[test]
    fn the_signature_is_the_standards() {
        let key = SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").expect("a key");
        let body = br#"{"test": 2432232314}"#;
        let signature = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_key_has_its_length_and_is_not_shown() {
        let key = STANDARD.encode([7; 32]);
        for fine in [format!("whsec_{key}"), key.clone(), format!(" {key}\n")] {
            assert!(SigningKey::parse(&fine).is_some(), "{fine}");
        }
        for bad in ["", "whsec_", "hunter2", &STANDARD.encode([7; 23]), &STANDARD.encode([7; 65])] {
            assert!(SigningKey::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{:?}", SigningKey::parse(&key)), "Some(SigningKey(…))");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        assert!(SigningKey::load(&path).expect_err("is not there").to_string().starts_with("cannot read "));
        std::fs::write(&path, "hunter2").expect("writes");
        let error = SigningKey::load(&path).expect_err("no key").to_string();
        assert!(error.contains("whsec_") && !error.contains("hunter2"), "{error}");
    }
}
