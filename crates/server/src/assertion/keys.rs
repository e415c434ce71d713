//! Keys that assertions are checked with, and their algorithms.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::DecodingKey;
use regain_protocol::Secret;
use serde::Deserialize;

use super::crypto;
use crate::keys::MIN_KEY_BYTES;

/// The length of an Ed25519 public key (RFC 8032, 5.1.5).
const ED25519_BYTES: usize = 32;

/// Signature algorithm of assertions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum AssertionAlgorithm {
    /// HMAC with SHA-256.
    #[serde(rename = "HS256")]
    Hs256,
    /// ECDSA over P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

/// The key of a shared secret in base64; `None` where it is not that or too short: as long at least as what
/// the hash gives (RFC 7518, 3.2).
pub(crate) fn shared_key(text: &Secret<String>) -> Option<DecodingKey> {
    crypto::install();
    let secret = STANDARD.decode(text.expose().trim()).ok().map(Secret::new)?;
    (secret.expose().len() >= MIN_KEY_BYTES).then(|| DecodingKey::from_secret(secret.expose()))
}

/// The public key of a PEM text; `None` where it is not one for this algorithm.
pub(crate) fn public_key(with: AssertionAlgorithm, pem: &Secret<String>) -> Option<DecodingKey> {
    crypto::install();
    let pem = pem.expose().as_bytes();
    // The library reads the PEM text, and does not look at the bytes of the key.
    let (key, is_one): (_, fn(&[u8]) -> bool) = match with {
        AssertionAlgorithm::Hs256 => return None,
        AssertionAlgorithm::Es256 => (DecodingKey::from_ec_pem(pem).ok()?, crypto::is_p256_key),
        // Half of what has that length is a key. With the other half nothing verifies.
        AssertionAlgorithm::EdDsa => (DecodingKey::from_ed_pem(pem).ok()?, |bytes| bytes.len() == ED25519_BYTES),
    };
    is_one(key.try_get_as_bytes().ok()?).then_some(key)
}
