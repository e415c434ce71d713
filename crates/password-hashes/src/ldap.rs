//! Salted SHA, as LDAP servers store it: base64 of the digest of password and salt, with the salt behind it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::{Digest as _, Sha1};
use sha2::{Sha256, Sha512};

use crate::{bounds::MAX_BYTES, error::HashError, parts::same};

#[derive(Debug, Clone, Copy)]
enum Function {
    Sha1,
    Sha256,
    Sha512,
}

/// A hash that is stored.
#[derive(Clone)]
pub(crate) struct Hash {
    function: Function,
    digest: Vec<u8>,
    salt: Vec<u8>,
}

impl Hash {
    pub(crate) fn parse(stored: &str) -> Result<Self, HashError> {
        let (function, bytes, text) = if let Some(text) = stored.strip_prefix("{SSHA}") {
            (Function::Sha1, 20, text)
        } else if let Some(text) = stored.strip_prefix("{SSHA256}") {
            (Function::Sha256, 32, text)
        } else if let Some(text) = stored.strip_prefix("{SSHA512}") {
            (Function::Sha512, 64, text)
        } else {
            return Err(HashError::UnknownFormat);
        };
        let decoded = STANDARD.decode(text).map_err(|_| HashError::Malformed)?;
        let (digest, salt) = decoded.split_at_checked(bytes).ok_or(HashError::Malformed)?;
        if salt.len() > MAX_BYTES {
            return Err(HashError::Malformed);
        }
        Ok(Self { function, digest: digest.to_vec(), salt: salt.to_vec() })
    }

    pub(crate) fn is_of(&self, password: &[u8]) -> bool {
        match self.function {
            Function::Sha1 => same(&Sha1::new_with_prefix(password).chain_update(&self.salt).finalize(), &self.digest),
            Function::Sha256 => {
                same(&Sha256::new_with_prefix(password).chain_update(&self.salt).finalize(), &self.digest)
            }
            Function::Sha512 => {
                same(&Sha512::new_with_prefix(password).chain_update(&self.salt).finalize(), &self.digest)
            }
        }
    }
}
