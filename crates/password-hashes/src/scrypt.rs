//! scrypt: the forms of Django, Werkzeug and better-auth.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use scrypt::{Params, scrypt};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::{
    bounds::{MAX_BYTES, MAX_MEMORY_KIB, MAX_WORK_KIB},
    error::HashError,
    parts::{parts, same},
};

/// The cost of better-auth's hashes, which do not tell it: N of 2^14, r of 16, p of 1, 32 MiB.
const BETTER_AUTH: (u8, u32, u32) = (14, 16, 1);

/// Bytes of better-auth's salt before it is written in hexadecimal.
const BETTER_AUTH_SALT: usize = 16;

/// Bytes of better-auth's output.
const BETTER_AUTH_OUTPUT: usize = 64;

/// A hash that is stored.
#[derive(Clone)]
pub(crate) struct Hash {
    params: Params,
    salt: Vec<u8>,
    output: Vec<u8>,
    /// The password is normalised first (NFKC): better-auth.
    normalises: bool,
}

impl Hash {
    pub(crate) fn parse(stored: &str) -> Result<Self, HashError> {
        let malformed = HashError::Malformed;
        let (n, r, p, salt, output) = if let Some(django) = stored.strip_prefix("scrypt$") {
            let [n, salt, r, p, output] = parts(django)?;
            (n, r, p, salt, STANDARD.decode(output).map_err(|_| malformed)?)
        } else {
            let werkzeug = stored.strip_prefix("scrypt:").ok_or(HashError::UnknownFormat)?;
            let [method, salt, output] = parts(werkzeug)?;
            let mut costs = method.split(':');
            let (Some(n), Some(r), Some(p), None) = (costs.next(), costs.next(), costs.next(), costs.next()) else {
                return Err(malformed);
            };
            (n, r, p, salt, HEXLOWER_PERMISSIVE.decode(output.as_bytes()).map_err(|_| malformed)?)
        };
        let number = |text: &str| text.parse::<u32>().map_err(|_| malformed);
        let params = bounded(number(n)?, number(r)?, number(p)?)?;
        if !(32..=MAX_BYTES).contains(&output.len()) || salt.len() > MAX_BYTES {
            return Err(malformed);
        }
        Ok(Self { params, salt: salt.into(), output, normalises: false })
    }

    /// better-auth's, which has no name before it; `None` for what has another form.
    pub(crate) fn parse_hex(stored: &str) -> Option<Self> {
        let (salt, output) = stored.split_once(':')?;
        let decoded = |text: &str| HEXLOWER.decode(text.as_bytes()).ok();
        let (decoded_salt, output) = (decoded(salt)?, decoded(output)?);
        if decoded_salt.len() != BETTER_AUTH_SALT || output.len() != BETTER_AUTH_OUTPUT {
            return None;
        }
        // The hexadecimal digits are the salt, not the bytes that they stand for.
        Some(Self { params: better_auth(), salt: salt.into(), output, normalises: true })
    }

    pub(crate) fn is_of(&self, password: &str) -> bool {
        let mut computed = Zeroizing::new([0; MAX_BYTES]);
        let computed = &mut computed[..self.output.len()];
        let done = if self.normalises {
            scrypt(normalised(password).as_bytes(), &self.salt, &self.params, computed)
        } else {
            scrypt(password.as_bytes(), &self.salt, &self.params, computed)
        };
        done.is_ok() && same(computed, &self.output)
    }
}

/// Makes better-auth's.
pub(crate) fn make_better_auth(salt: [u8; BETTER_AUTH_SALT], password: &str) -> Option<String> {
    let salt = HEXLOWER.encode(&salt);
    let mut output = [0; BETTER_AUTH_OUTPUT];
    scrypt(normalised(password).as_bytes(), salt.as_bytes(), &better_auth(), &mut output).ok()?;
    Some(format!("{salt}:{}", HEXLOWER.encode(&output)))
}

fn better_auth() -> Params {
    let (log_n, r, p) = BETTER_AUTH;
    Params::new(log_n, r, p).expect("in scrypt's range")
}

/// NFKC of a password, with room to grow so that no copy is left behind.
fn normalised(password: &str) -> Zeroizing<String> {
    // NFKC is at most 11 times as long in UTF-8 (Unicode Annex 15).
    let mut normal = Zeroizing::new(String::with_capacity(password.len() * 11));
    normal.extend(password.nfkc());
    normal
}

/// Parameters whose memory, and memory times passes, are within bounds.
fn bounded(n: u32, r: u32, p: u32) -> Result<Params, HashError> {
    if !n.is_power_of_two() || n < 2 || r == 0 || p == 0 {
        return Err(HashError::Malformed);
    }
    let memory = u64::from(n).saturating_mul(u64::from(r)).saturating_mul(128) / 1024;
    if memory > MAX_MEMORY_KIB.into() || memory.saturating_mul(p.into()) > MAX_WORK_KIB || p > 1024 || r > 1024 {
        return Err(HashError::TooCostly);
    }
    let log_n = u8::try_from(n.ilog2()).map_err(|_| HashError::Malformed)?;
    Params::new(log_n, r, p).map_err(|_| HashError::Malformed)
}
