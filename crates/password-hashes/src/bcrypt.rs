//! bcrypt: bare, with Django's name before it, over SHA-256 (Django) and over an HMAC (WordPress).

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bcrypt::bcrypt;
use data_encoding::{Encoding, HEXLOWER, Specification};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256, Sha384};
use zeroize::Zeroizing;

use crate::{bounds::MAX_BCRYPT_COST, error::HashError, parts::same};

/// Bytes of a password that count: the others are left out, as PHP and others do.
pub(crate) const MAX_BYTES: usize = 72;

/// Bytes of the digest that are stored; the last one never was.
const DIGEST_BYTES: usize = 23;

/// The lowest cost there is.
const MIN_COST: u32 = 4;

/// bcrypt's base64. Some libraries leave bits in the last character that belong to no byte.
static BASE64: LazyLock<Encoding> = LazyLock::new(|| {
    let mut form = Specification::new();
    form.symbols.push_str("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    form.check_trailing_bits = false;
    form.encoding().expect("64 symbols")
});

/// The form of a password that bcrypt is given.
#[derive(Debug, Clone, Copy)]
enum Input {
    /// As typed.
    Typed,
    /// Its SHA-256 in hexadecimal: Django's `bcrypt_sha256`.
    Sha256,
    /// Its HMAC-SHA-384 in base64: WordPress.
    WordPress,
}

/// A hash that is stored.
#[derive(Clone)]
pub(crate) struct Hash {
    input: Input,
    cost: u32,
    salt: [u8; 16],
    digest: [u8; DIGEST_BYTES],
}

impl Hash {
    pub(crate) fn parse(stored: &str) -> Result<Self, HashError> {
        let (input, hash) = if let Some(hash) = stored.strip_prefix("bcrypt_sha256$") {
            (Input::Sha256, hash)
        } else if let Some(hash) = stored.strip_prefix("$wp") {
            (Input::WordPress, hash)
        } else {
            (Input::Typed, stored.strip_prefix("bcrypt$").unwrap_or(stored))
        };
        Self::parse_bare(input, hash)
    }

    fn parse_bare(input: Input, hash: &str) -> Result<Self, HashError> {
        let mut parts = hash.split('$');
        let (Some(""), Some(version), Some(cost), Some(rest), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(HashError::Malformed);
        };
        // `2x` marks the hashes of a faulty implementation.
        if !matches!(version, "2a" | "2b" | "2y") {
            return Err(HashError::UnknownFormat);
        }
        let cost: u32 = cost.parse().map_err(|_| HashError::Malformed)?;
        if cost > MAX_BCRYPT_COST {
            return Err(HashError::TooCostly);
        }
        let (salt, digest) = rest.split_at_checked(22).ok_or(HashError::Malformed)?;
        let decoded = |text: &str| BASE64.decode(text.as_bytes()).map_err(|_| HashError::Malformed);
        let salt = decoded(salt)?.try_into().map_err(|_| HashError::Malformed)?;
        let digest = decoded(digest)?.try_into().map_err(|_| HashError::Malformed)?;
        if cost < MIN_COST { Err(HashError::Malformed) } else { Ok(Self { input, cost, salt, digest }) }
    }

    pub(crate) const fn format(&self) -> &'static str {
        match self.input {
            Input::Typed => "bcrypt",
            Input::Sha256 => "bcrypt over SHA-256",
            Input::WordPress => "bcrypt of WordPress",
        }
    }

    pub(crate) fn is_of(&self, password: &[u8]) -> bool {
        let digest = match self.input {
            Input::Typed => digest(self.cost, self.salt, password),
            Input::Sha256 => {
                let hashed = Zeroizing::new(HEXLOWER.encode(&Sha256::digest(password)));
                digest(self.cost, self.salt, hashed.as_bytes())
            }
            Input::WordPress => {
                let mut mac = Hmac::<Sha384>::new_from_slice(b"wp-sha384").expect("HMAC takes any key");
                mac.update(password);
                let hashed = Zeroizing::new(STANDARD.encode(mac.finalize().into_bytes()));
                digest(self.cost, self.salt, hashed.as_bytes())
            }
        };
        // A NUL ends the password for some libraries and not for others.
        same(&digest, &self.digest) && !password.contains(&0)
    }
}

/// Makes a hash of a version: `2b` or `2y`.
pub(crate) fn make(version: &str, cost: u32, salt: [u8; 16], password: &[u8]) -> String {
    let digest = digest(cost, salt, password);
    format!("${version}${cost:02}${}{}", BASE64.encode(&salt), BASE64.encode(&digest))
}

fn digest(cost: u32, salt: [u8; 16], password: &[u8]) -> [u8; DIGEST_BYTES] {
    let mut input = Zeroizing::new([0; MAX_BYTES]);
    // The NUL behind the password is part of what is hashed.
    let typed = password.len().min(MAX_BYTES);
    input[..typed].copy_from_slice(&password[..typed]);
    let digest = bcrypt(cost, salt, &input[..(typed + 1).min(MAX_BYTES)]);
    let mut stored = [0; DIGEST_BYTES];
    stored.copy_from_slice(&digest[..DIGEST_BYTES]);
    stored
}
