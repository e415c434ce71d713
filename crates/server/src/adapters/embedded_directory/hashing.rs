//! Password hashes: Argon2id, off the async threads, a bounded number at a time.

use std::{num::NonZero, sync::Arc, thread::available_parallelism};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use regain_protocol::Secret;
use tokio::{sync::Semaphore, task::spawn_blocking};
use unicode_normalization::UnicodeNormalization as _;

use crate::ports::DirectoryError;

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

/// The form of a password that is hashed, so that the same password typed on another keyboard or
/// system is the same: any space is U+0020 and the text is NFC.
///
/// These are the mappings of RFC 8265's `OpaqueString`. Its refusals (control characters, unassigned
/// code points) are left out on purpose: what people could once set they must be able to type.
fn normalise(password: &Secret<String>) -> Secret<String> {
    let password = password.expose();
    // NFC is at most three times as long in UTF-8 (Unicode Annex 15): with room for that, growing
    // leaves no copy of the password behind.
    let mut normal = String::with_capacity(password.len() * 3);
    normal.extend(password.chars().map(space_to_ascii).nfc());
    Secret::new(normal)
}

/// Maps the characters of Unicode category Zs to U+0020.
const fn space_to_ascii(character: char) -> char {
    match character {
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_password_from_another_keyboard_is_the_same() {
        let normal = |text: &str| normalise(&text.into()).expose().clone();
        assert_eq!(normal("A\u{30a}ngstro\u{308}m"), normal("\u{c5}ngstr\u{f6}m"));
        assert_eq!(normal("two\u{a0}words"), "two words");
        assert_eq!(normal("Case and  spaces stay "), "Case and  spaces stay ");
        assert_ne!(normal("\u{fb01}sh"), normal("fish"), "compatibility forms stay different");
    }

    #[test]
    fn growing_leaves_no_copy_behind() {
        // U+1D160 and U+0390 grow the most when normalised.
        for growing in ["\u{1d160}".repeat(40), "\u{390}".repeat(40), "\u{fb2c}".repeat(40)] {
            let normal: String = growing.nfc().collect();
            assert!(normal.len() <= growing.len() * 3);
        }
    }

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
