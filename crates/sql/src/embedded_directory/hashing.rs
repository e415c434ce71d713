//! Password hashes: Argon2id, off the async threads, a bounded number at a time, with a bounded queue.

use std::{num::NonZero, sync::Arc, thread::available_parallelism};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use regain_protocol::Secret;
use tokio::{sync::Semaphore, task::spawn_blocking};

use regain_ports::DirectoryError;
use regain_values::password_form::normalise;

/// The cost of a hash, with one lane.
#[derive(Debug, Clone, Copy)]
pub struct HashCost {
    memory_kib: u32,
    passes: u32,
}

impl HashCost {
    /// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, two passes. A server has no other.
    pub const OWASP: Self = Self { memory_kib: 19 * 1024, passes: 2 };
    /// For tests that are not about the cost: 64 KiB, one pass, under a millisecond. It protects nothing.
    pub const TEST: Self = Self { memory_kib: 64, passes: 1 };
}

const LANES: u32 = 1;

/// The bytes of a salt: 128 bits (RFC 9106 section 3.1).
pub(super) const SALT_BYTES: usize = 16;

/// The number of hashes that may be asked for at a time, for each that is made at a time. The last of them waits some
/// two seconds; more would only wait until nobody wants the answer any more.
const ASKED_FOR_EACH: usize = 64;

/// Hashes and verifies passwords.
#[derive(Debug, Clone)]
pub(super) struct Hashing {
    argon2: Argon2<'static>,
    /// As many hashes at a time as there are cores: more would only take 19 MiB each and be slower.
    permits: Arc<Semaphore>,
    /// A place for each hash that is made or waits to be.
    places: Arc<Semaphore>,
    /// The number of comparisons with a hash.
    #[cfg(test)]
    pub(super) verified: Arc<std::sync::atomic::AtomicUsize>,
}

impl Hashing {
    pub(super) fn new(cost: HashCost) -> Self {
        let HashCost { memory_kib, passes } = cost;
        let params = Params::new(memory_kib, passes, LANES, None).expect("both costs are in Argon2's range");
        let at_a_time = available_parallelism().map_or(1, NonZero::get);
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            permits: Arc::new(Semaphore::new(at_a_time)),
            places: Arc::new(Semaphore::new(at_a_time * ASKED_FOR_EACH)),
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

    /// Tells if a password is that of a hash.
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
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| DirectoryError::Unavailable("too many passwords wait to be hashed".into()))?;
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|error| DirectoryError::Unavailable(format!("hashing a password: {error}")))?;
        spawn_blocking(move || {
            let _held = (permit, place);
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
        let hashing = Hashing::new(HashCost::OWASP);
        let password = Secret::from("correct horse battery staple");
        let hash = hashing.hash(&password, [7; SALT_BYTES]).await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hashing.verify(&password, &hash).await.expect("verifies"));
        assert!(!hashing.verify(&"correct horse battery stapl".into(), &hash).await.expect("verifies"));
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_at_once() {
        let hashing = Hashing { places: Arc::new(Semaphore::new(2)), ..Hashing::new(HashCost::OWASP) };
        let password = Secret::from("correct horse battery staple");
        let hash = || hashing.hash(&password, [7; SALT_BYTES]);
        let (first, second, third) = tokio::join!(hash(), hash(), hash());
        assert!(first.is_ok() && second.is_ok());
        assert!(matches!(third, Err(DirectoryError::Unavailable(_))), "{third:?}");
        assert!(hash().await.is_ok(), "there is room again");
    }
}
