//! SHA-crypt, of `crypt(3)`: `$5$` over SHA-256 and `$6$` over SHA-512.

use sha_crypt::{PasswordHashRef, PasswordVerifier as _, ShaCrypt};

use crate::{bounds::MAX_SHA_CRYPT_ROUNDS, error::HashError};

/// A hash that is stored.
#[derive(Clone)]
pub(crate) struct Hash(String);

impl Hash {
    pub(crate) fn parse(stored: &str) -> Result<Self, HashError> {
        PasswordHashRef::new(stored).map_err(|_| HashError::Malformed)?;
        if let Some(rounds) = stored.split('$').find_map(|part| part.strip_prefix("rounds=")) {
            let rounds: u32 = rounds.parse().map_err(|_| HashError::Malformed)?;
            if rounds > MAX_SHA_CRYPT_ROUNDS {
                return Err(HashError::TooCostly);
            }
        }
        Ok(Self(stored.to_owned()))
    }

    pub(crate) fn is_of(&self, password: &[u8]) -> bool {
        // Compares in constant time.
        PasswordHashRef::new(&self.0).is_ok_and(|hash| ShaCrypt::default().verify_password(password, hash).is_ok())
    }
}
