//! ASP.NET Core Identity, version 3 of its format: base64 of a byte 1, then PBKDF2's function, iterations and the length
//! of the salt as big-endian numbers of four bytes, the salt, and the output.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    error::HashError,
    pbkdf2::{Digest, Hash},
};

/// The byte that a hash of version 3 begins with.
const VERSION: u8 = 1;

pub(crate) fn parse(stored: &str) -> Result<Hash, HashError> {
    let bytes = STANDARD.decode(stored).map_err(|_| HashError::UnknownFormat)?;
    let (VERSION, rest) =
        bytes.split_first().map(|(version, rest)| (*version, rest)).ok_or(HashError::UnknownFormat)?
    else {
        return Err(HashError::UnknownFormat);
    };
    let mut rest = rest;
    let mut number = || {
        let (number, after) = rest.split_first_chunk::<4>()?;
        rest = after;
        Some(u32::from_be_bytes(*number))
    };
    let (digest, iterations, salt) = (number(), number(), number());
    let digest = match digest {
        Some(0) => Digest::Sha1,
        Some(1) => Digest::Sha256,
        Some(2) => Digest::Sha512,
        _ => return Err(HashError::UnknownFormat),
    };
    let (Some(iterations), Some(salt)) = (iterations, salt) else { return Err(HashError::UnknownFormat) };
    let salt = usize::try_from(salt).ok().and_then(|length| rest.split_at_checked(length));
    let (salt, output) = salt.ok_or(HashError::Malformed)?;
    Hash::bounded(digest, iterations, salt.to_vec(), output.to_vec())
}
