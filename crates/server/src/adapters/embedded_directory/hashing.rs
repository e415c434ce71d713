//! Password hashes: Argon2id, off the async threads, a bounded number at a time.

use std::{num::NonZero, sync::Arc, thread::available_parallelism};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use regain_protocol::Secret;
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{password_form::normalise, ports::DirectoryError};

/// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// What a salt has: 128 bits (RFC 9106 section 3.1).
pub(super) const SALT_BYTES: usize = 16;

/// Hashes and verifies passwords.
#[derive(Debug, Clone)]
pub(super) struct Hashing {
    argon2: Argon2<'static>,
    /// As many hashes at a time as there are cores: more would only take 19 MiB each and be slower.
    permits: Arc<Semaphore>,
    /// How often something was compared with a hash.
    #[cfg(test)]
    pub(super) verified: Arc<std::sync::atomic::AtomicUsize>,
}

impl Hashing {
    pub(super) fn new() -> Self {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("OWASP's parameters are in Argon2's range");
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            permits: Arc::new(Semaphore::new(available_parallelism().map_or(1, NonZero::get))),
            #[cfg(test)]
            verified: Arc::default(),
        }
    }

    /// The hash of a password, as a PHC string.
    pub(super) async fn hash(
        &self,
        password: &Secret<String>,
        salt: [u8; SALT_BYTES],
    ) -> Result<String, DirectoryError> {
        let (argon2, password) = (self.argon2.clone(), normalise(password));
        self.run(move || {
            argon2
                .hash_password_with_salt(password.expose().as_bytes(), &salt)
                .map(|hash: PasswordHash| hash.to_string())
                .map_err(|error| DirectoryError::Unavailable(format!("hashing a password: {error}")))
        })
        .await?
    }

    /// Whether a password is that of a hash.
    pub(super) async fn verify(&self, password: &Secret<String>, hash: &str) -> Result<bool, DirectoryError> {
        #[cfg(test)]
        self.verified.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (argon2, password, hash) = (self.argon2.clone(), normalise(password), hash.to_owned());
        self.run(move || {
            let hash = PasswordHash::new(&hash)
                .map_err(|error| DirectoryError::Unavailable(format!("a stored password hash: {error}")))?;
            Ok(argon2.verify_password(password.expose().as_bytes(), &hash).is_ok())
        })
        .await?
    }

    /// Runs on a thread where blocking is allowed. The permit goes along, so that a request that is
    /// dropped does not make room for another hash while its own still runs.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, DirectoryError> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|error| DirectoryError::Unavailable(format!("hashing a password: {error}")))?;
        spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|error| DirectoryError::Unavailable(format!("hashing a password: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hashes_carry_owasps_parameters() {
        let hashing = Hashing::new();
        let password = Secret::from("correct horse battery staple");
        let hash = hashing.hash(&password, [7; SALT_BYTES]).await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hashing.verify(&password, &hash).await.expect("verifies"));
        assert!(!hashing.verify(&"correct horse battery stapl".into(), &hash).await.expect("verifies"));
    }
}
