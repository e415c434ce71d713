//! Password hashes: Argon2id, off the async threads, a bounded number at a time, with a bounded queue.

use regain_password_hashes::{Costs, Lanes, Memory, StoredHash, argon2id};
use regain_ports::{DirectoryError, Rng, Standing};
use regain_protocol::Secret;
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

/// The beginning of hashes that are made here. Others were imported, and their passwords hashed as they were typed.
const OURS: &str = "$argon2";

/// The bytes of a salt: 128 bits (RFC 9106 section 3.1).
const SALT_BYTES: usize = 16;

/// A new salt.
pub(crate) fn salt(rng: &dyn Rng) -> [u8; SALT_BYTES] {
    let mut salt = [0; SALT_BYTES];
    rng.fill(&mut salt);
    salt
}

/// Hashes and verifies passwords.
#[derive(Debug, Clone)]
pub(crate) struct Hashing {
    costs: Costs,
    lanes: Lanes,
    memory: Memory,
    /// The number of comparisons with a hash.
    #[cfg(test)]
    pub(crate) verified: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Hashing {
    pub(crate) fn new(cost: HashCost) -> Self {
        Self {
            costs: Costs { argon2id: (cost.memory_kib, cost.passes, LANES), ..Costs::default() },
            lanes: Lanes::default(),
            memory: Memory::default(),
            #[cfg(test)]
            verified: std::sync::Arc::default(),
        }
    }

    /// The hash of a password, as a PHC string. Nobody has one made who has not proved something.
    pub(crate) async fn hash(
        &self,
        password: &Secret<String>,
        salt: [u8; SALT_BYTES],
    ) -> Result<String, DirectoryError> {
        let (costs, password, memory) = (self.costs, normalise(password), self.memory.clone());
        let made = self.lanes.run(Standing::Proved, move || argon2id(costs, salt, &password, &memory)).await?;
        made.ok_or_else(|| DirectoryError::Unavailable("hashing a password: the cost is out of range".into()))
    }

    /// Tells if a password is that of a hash, for somebody of this standing. A hash says by which algorithm and at which
    /// cost it was made.
    pub(crate) async fn verify(
        &self,
        standing: Standing,
        password: &Secret<String>,
        hash: &str,
    ) -> Result<bool, DirectoryError> {
        #[cfg(test)]
        self.verified.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let password = if hash.starts_with(OURS) { normalise(password) } else { password.clone() };
        let hash = StoredHash::parse(hash)
            .map_err(|error| DirectoryError::Unavailable(format!("a stored password hash: {error}")))?;
        let memory = self.memory.clone();
        self.lanes.run(standing, move || hash.is_of(&password, &memory)).await
    }
}

#[cfg(test)]
mod tests {
    use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher as _};

    use super::*;

    #[tokio::test]
    async fn hashes_carry_owasps_parameters() {
        let hashing = Hashing::new(HashCost::OWASP);
        let password = Secret::from("correct horse battery staple");
        let hash = hashing.hash(&password, [7; SALT_BYTES]).await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        for standing in [Standing::Stranger, Standing::Proved] {
            assert!(hashing.verify(standing, &password, &hash).await.expect("verifies"));
            assert!(!hashing.verify(standing, &"correct horse battery stapl".into(), &hash).await.expect("verifies"));
        }
    }

    /// Hashes that other software made with other costs, and a former version's, are read.
    #[tokio::test]
    async fn a_hash_says_its_own_cost() {
        let hashing = Hashing::new(HashCost::TEST);
        let password = Secret::from("correct horse battery staple");
        for (algorithm, cost) in
            [(Algorithm::Argon2id, HashCost { memory_kib: 256, passes: 3 }), (Algorithm::Argon2i, HashCost::TEST)]
        {
            let params = Params::new(cost.memory_kib, cost.passes, 2, None).expect("in range");
            let hash = Argon2::new(algorithm, Version::V0x13, params)
                .hash_password_with_salt(password.expose().as_bytes(), &[7; SALT_BYTES])
                .expect("hashes")
                .to_string();
            assert!(hashing.verify(Standing::Stranger, &password, &hash).await.expect("verifies"), "{hash}");
            assert!(!hashing.verify(Standing::Stranger, &"another".into(), &hash).await.expect("verifies"), "{hash}");
        }
        assert!(hashing.verify(Standing::Stranger, &password, "no hash").await.is_err());
    }
}
