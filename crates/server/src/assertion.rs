//! The host's word that a person is signed in: a JWT (RFC 7519) that its back end signed for this server, so
//! that who wants to change a password need not sign in once more. `docs/signed-in.md` says how one is made.
//!
//! The configuration alone chooses algorithm and key, never the token (RFC 8725, 3.1).

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, errors::ErrorKind};
use regain_protocol::Secret;
use serde::Deserialize;

#[cfg_attr(target_family = "wasm", path = "assertion/no_crypto.rs")]
pub mod crypto;
mod keys;

pub use keys::AssertionAlgorithm;
pub(crate) use keys::{public_key, shared_key};

use crate::config::AssertionsConfig;

/// The longest assertion that is looked at, in bytes.
pub const MAX_BYTES: usize = 4 * 1024;

/// Maximum difference of the two clocks.
pub const SKEW: SignedDuration = SignedDuration::from_secs(30);

/// Checks assertions; cheap to clone.
#[derive(Debug, Clone)]
pub struct Verifier(Arc<Checks>);

#[derive(Debug)]
struct Checks {
    key: DecodingKey,
    validation: Validation,
    max_age: SignedDuration,
}

/// A good assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// The person who is signed in.
    pub user_id: String,
    /// Names the assertion, by whoever made it. One counts once.
    pub id: String,
    /// From when on it is refused for its age, and its id need no longer be kept in mind: the clocks' greatest
    /// difference after its `exp`.
    pub expires_at: Timestamp,
}

/// Why an assertion is not taken. Which of them it was is for the log; to the client they are all one. None
/// of them quotes the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// It has more than [`MAX_BYTES`].
    #[error("the assertion has more than 4 KiB")]
    TooLarge,
    /// It is no JWT.
    #[error("the assertion is not a JWT")]
    Malformed,
    /// It is signed by another algorithm than the one that is configured, or not signed.
    #[error("the assertion is not signed by the configured algorithm")]
    OtherAlgorithm,
    /// Its header asks for an extension to be understood (`crit`, RFC 7515, 4.1.11), and none is.
    #[error("the assertion's header has a critical extension")]
    Critical,
    /// The signature is not that of the configured key.
    #[error("the assertion's signature is not by the configured key")]
    Forged,
    /// `iss` is not who is configured.
    #[error("the assertion's iss is not assertions.issuer")]
    OtherIssuer,
    /// `aud` is not this server.
    #[error("the assertion's aud is not server.public_url")]
    OtherAudience,
    /// `iss`, `aud`, `sub`, `iat`, `exp` or `jti` is missing, empty or of the wrong type; times are whole
    /// seconds.
    #[error("the assertion lacks iss, aud, sub, iat, exp or jti, or one of them is of the wrong type")]
    Claims,
    /// Its `iat` or `nbf` is yet to come.
    #[error("the assertion is not good yet: do the clocks agree?")]
    NotYet,
    /// Its `exp` is over.
    #[error("the assertion has expired")]
    Expired,
    /// It is good for longer than `assertions.max_age_s`.
    #[error("the assertion is good for longer than assertions.max_age_s")]
    TooLongLived,
}

/// The claims that are read besides `iss` and `aud`, which the library compares. Others may be there.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    jti: String,
    iat: i64,
    exp: i64,
    nbf: Option<i64>,
}

impl Verifier {
    /// The configured verifier, for assertions made for `audience`; `None` if no assertions are accepted.
    pub fn from_config(config: &AssertionsConfig, audience: &str) -> Option<Self> {
        crypto::install();
        let mut validation = Validation::new(algorithm(config.algorithm?));
        validation.set_issuer(&[&config.issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The library would ask the system's clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Some(Self(Arc::new(Checks { key: config.key.clone()?, validation, max_age: config.max_age() })))
    }

    /// Verifies an assertion. The caller has to check that it was not used before.
    pub fn verify(&self, token: &Secret<String>, now: Timestamp) -> Result<Assertion, AssertionError> {
        let Checks { key, validation, max_age } = &*self.0;
        if token.expose().len() > MAX_BYTES {
            return Err(AssertionError::TooLarge);
        }
        let header = decode_header(token.expose()).map_err(|error| match error.kind() {
            // A header that is JSON names an algorithm that the library does not know, such as `none`.
            ErrorKind::Json(error) if error.is_data() => AssertionError::OtherAlgorithm,
            _ => AssertionError::Malformed,
        })?;
        if header.crit.is_some() {
            return Err(AssertionError::Critical);
        }
        let token = decode::<Claims>(token.expose(), key, validation).map_err(|error| why(error.kind()))?;
        let Claims { sub, jti, iat, exp, nbf } = token.claims;
        if sub.trim().is_empty() || jti.is_empty() || exp <= iat {
            return Err(AssertionError::Claims);
        }
        let time = |seconds| Timestamp::from_second(seconds).map_err(|_| AssertionError::Claims);
        let (issued, ends) = (time(iat)?, time(exp)?);
        let begins = nbf.map_or(Ok(issued), time)?.max(issued);
        let expires_at = ends.checked_add(SKEW).map_err(|_| AssertionError::Claims)?;
        if begins.duration_since(now) > SKEW {
            Err(AssertionError::NotYet)
        } else if expires_at <= now {
            Err(AssertionError::Expired)
        } else if ends.duration_since(issued) > *max_age {
            Err(AssertionError::TooLongLived)
        } else {
            Ok(Assertion { user_id: sub, id: jti, expires_at })
        }
    }
}

/// The error for one of the library's.
fn why(kind: &ErrorKind) -> AssertionError {
    match kind {
        ErrorKind::InvalidAlgorithm => AssertionError::OtherAlgorithm,
        ErrorKind::InvalidSignature => AssertionError::Forged,
        ErrorKind::InvalidIssuer => AssertionError::OtherIssuer,
        ErrorKind::InvalidAudience => AssertionError::OtherAudience,
        ErrorKind::MissingRequiredClaim(_) => AssertionError::Claims,
        // A payload that is signed and is JSON lacks something, or has it in another type.
        ErrorKind::Json(error) if error.is_data() => AssertionError::Claims,
        _ => AssertionError::Malformed,
    }
}

const fn algorithm(algorithm: AssertionAlgorithm) -> Algorithm {
    match algorithm {
        AssertionAlgorithm::Hs256 => Algorithm::HS256,
        AssertionAlgorithm::Es256 => Algorithm::ES256,
        AssertionAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}

#[cfg(test)]
mod tests;
