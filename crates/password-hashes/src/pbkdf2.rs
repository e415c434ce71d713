//! PBKDF2 over HMAC: the forms of Django, Werkzeug and passlib.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use data_encoding::HEXLOWER_PERMISSIVE;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use crate::{
    bounds::{MAX_BYTES, MAX_PBKDF2_ITERATIONS},
    error::HashError,
    parts::{parts, same},
};

/// Base64 without padding.
const UNPADDED: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The hash function below the HMAC.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

impl Digest {
    fn named(name: &str) -> Result<Self, HashError> {
        match name {
            "sha1" => Ok(Self::Sha1),
            "sha256" => Ok(Self::Sha256),
            "sha512" => Ok(Self::Sha512),
            _ => Err(HashError::UnknownFormat),
        }
    }

    const fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

/// A hash that is stored.
#[derive(Clone)]
pub(crate) struct Hash {
    digest: Digest,
    iterations: u32,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Hash {
    pub(crate) fn parse(stored: &str) -> Result<Self, HashError> {
        if let Some(django) = stored.strip_prefix("pbkdf2_") {
            let [digest, iterations, salt, output] = parts(django)?;
            return Self::new(Digest::named(digest)?, iterations, salt.into(), STANDARD.decode(output).ok());
        }
        if let Some(werkzeug) = stored.strip_prefix("pbkdf2:") {
            let [method, salt, output] = parts(werkzeug)?;
            let (digest, iterations) = method.split_once(':').ok_or(HashError::Malformed)?;
            let output = HEXLOWER_PERMISSIVE.decode(output.as_bytes()).ok();
            return Self::new(Digest::named(digest)?, iterations, salt.into(), output);
        }
        let passlib = stored.strip_prefix("$pbkdf2").ok_or(HashError::UnknownFormat)?;
        let [digest, iterations, salt, output] = parts(passlib)?;
        let digest = if digest.is_empty() { "sha1" } else { digest.strip_prefix('-').ok_or(HashError::Malformed)? };
        let decoded = |text: &str| UNPADDED.decode(text.replace('.', "+")).ok();
        let salt = decoded(salt).ok_or(HashError::Malformed)?;
        Self::new(Digest::named(digest)?, iterations, salt, decoded(output))
    }

    fn new(digest: Digest, iterations: &str, salt: Vec<u8>, output: Option<Vec<u8>>) -> Result<Self, HashError> {
        let iterations = iterations.parse().map_err(|_| HashError::Malformed)?;
        Self::bounded(digest, iterations, salt, output.ok_or(HashError::Malformed)?)
    }

    /// A hash whose parameters are within bounds.
    pub(crate) fn bounded(digest: Digest, iterations: u32, salt: Vec<u8>, output: Vec<u8>) -> Result<Self, HashError> {
        // Fewer bytes are found by chance.
        if iterations == 0
            || output.len() < digest.bytes().min(32)
            || output.len() > MAX_BYTES
            || salt.len() > MAX_BYTES
        {
            return Err(HashError::Malformed);
        }
        let blocks = u32::try_from(output.len().div_ceil(digest.bytes())).unwrap_or(u32::MAX);
        if iterations.saturating_mul(blocks) > MAX_PBKDF2_ITERATIONS {
            return Err(HashError::TooCostly);
        }
        Ok(Self { digest, iterations, salt, output })
    }

    pub(crate) fn is_of(&self, password: &[u8]) -> bool {
        let mut computed = Zeroizing::new([0; MAX_BYTES]);
        let computed = &mut computed[..self.output.len()];
        match self.digest {
            Digest::Sha1 => pbkdf2_hmac::<Sha1>(password, &self.salt, self.iterations, computed),
            Digest::Sha256 => pbkdf2_hmac::<Sha256>(password, &self.salt, self.iterations, computed),
            Digest::Sha512 => pbkdf2_hmac::<Sha512>(password, &self.salt, self.iterations, computed),
        }
        same(computed, &self.output)
    }
}

/// Makes Django's `pbkdf2_sha256`. The salt is text, as Django has it.
pub(crate) fn make_django(iterations: u32, salt: &str, password: &[u8]) -> String {
    let mut output = [0; 32];
    pbkdf2_hmac::<Sha256>(password, salt.as_bytes(), iterations, &mut output);
    format!("pbkdf2_sha256${iterations}${salt}${}", STANDARD.encode(output))
}
