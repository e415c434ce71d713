//! Randomness, passed in so that tests can know the codes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::TryRng as _;
use regain_protocol::Secret;

/// A cryptographically secure source of random bytes.
pub trait Rng: Send + Sync + 'static {
    /// Fills the buffer with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRng;

impl Rng for OsRng {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness nothing here is safe, so there is nothing sensible left to do.
        rand::rngs::SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes");
    }
}

/// An opaque identifier of 128 random bits, base64url.
pub fn random_id(rng: &dyn Rng) -> String {
    let mut bytes = [0; 16];
    rng.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A bearer token of 256 random bits, base64url.
pub fn random_token(rng: &dyn Rng) -> Secret<String> {
    let mut bytes = [0; 32];
    rng.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes).into()
}

/// A code of six uniform decimal digits: draws outside the largest multiple of a million are
/// rejected, so that no code is likelier than another.
pub fn random_code(rng: &dyn Rng) -> Secret<String> {
    const CODES: u32 = 1_000_000;
    const LIMIT: u32 = u32::MAX - u32::MAX % CODES;
    loop {
        let mut bytes = [0; 4];
        rng.fill(&mut bytes);
        let draw = u32::from_le_bytes(bytes);
        if draw < LIMIT {
            return format!("{:06}", draw % CODES).into();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    struct Scripted(Mutex<Vec<u32>>);

    impl Rng for Scripted {
        fn fill(&self, bytes: &mut [u8]) {
            let draw = self.0.lock().expect("not poisoned").remove(0);
            bytes.copy_from_slice(&draw.to_le_bytes());
        }
    }

    #[test]
    fn codes_keep_leading_zeros_and_reject_the_uneven_tail() {
        let rng = Scripted(Mutex::new(vec![u32::MAX, 4_294_000_000, 7]));
        assert_eq!(random_code(&rng).expose(), "000007");
    }
}
