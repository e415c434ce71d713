//! The cryptography of assertions, by ring, which TLS is made with too: what the JWT library would bring
//! along is a second stack of it.

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
    signature::{self, Signer, Verifier},
};
use ring::{
    agreement::{self, ECDH_P256, EphemeralPrivateKey, agree_ephemeral},
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey},
};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |&algorithm, key| signer(algorithm, key),
    verifier_factory: |&algorithm, key| verifier(algorithm, key),
    // For keys as JSON, of which there are none.
    key_utils: KeyUtils::new_unimplemented(),
};

/// Gives the JWT library its cryptography. Whatever signs or verifies calls it first: the library panics
/// where it has none.
pub fn install() {
    // An error says that it has one already.
    let _ = PROVIDER.install_default();
}

/// The signer of an algorithm. Assertions by a private key are the host's affair.
fn signer(algorithm: Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    match algorithm {
        Algorithm::HS256 if key.family() == algorithm.family() => Ok(Box::new(Hs256::new(key.as_bytes()))),
        Algorithm::HS256 => Err(ErrorKind::InvalidKeyFormat.into()),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

/// The verifier of an algorithm.
fn verifier(algorithm: Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let bytes = || {
        if key.family() == algorithm.family() {
            key.try_get_as_bytes()
        } else {
            Err(ErrorKind::InvalidKeyFormat.into())
        }
    };
    Ok(match algorithm {
        Algorithm::HS256 => Box::new(Hs256::new(bytes()?)),
        Algorithm::ES256 => {
            let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes()?.to_vec());
            Box::new(PublicKey { algorithm, key })
        }
        Algorithm::EdDSA => {
            let key = UnparsedPublicKey::new(&ED25519, bytes()?.to_vec());
            Box::new(PublicKey { algorithm, key })
        }
        _ => return Err(ErrorKind::InvalidAlgorithm.into()),
    })
}

/// HMAC with SHA-256 (RFC 7518, 3.2).
struct Hs256(hmac::Key);

impl Hs256 {
    fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> signature::Result<Vec<u8>> {
        Ok(hmac::sign(&self.0, message).as_ref().to_vec())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> signature::Result<()> {
        hmac::verify(&self.0, message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

/// A public key, for signatures in the form that JWTs have them in (RFC 7518, 3.4; RFC 8037, 3.1).
struct PublicKey {
    algorithm: Algorithm,
    key: UnparsedPublicKey<Vec<u8>>,
}

impl Verifier<Vec<u8>> for PublicKey {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> signature::Result<()> {
        self.key.verify(message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for PublicKey {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// Tells a P-256 public key, which is an uncompressed point on that curve, from other bytes.
pub(super) fn is_p256_key(bytes: &[u8]) -> bool {
    // In verifying, ring does not tell a bad key from a bad signature. A key agreement can fail for the
    // key alone. What is drawn for it is thrown away and changes nothing, so no test needs to know it.
    let other = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new());
    let other = other.expect("the operating system gives random bytes");
    agree_ephemeral(other, &agreement::UnparsedPublicKey::new(&ECDH_P256, bytes), |_| ()).is_ok()
}
