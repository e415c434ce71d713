//! Hashes that are made.

use argon2::Params;
use regain_ports::Rng;
use regain_protocol::Secret;
use serde::Deserialize;

use crate::{argon2 as argon2_hash, bcrypt, memory::Memory, pbkdf2, scrypt};

/// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, two passes, one lane.
const OWASP: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Django's Argon2, unchanged from 3.2 to 6.0 (`Argon2PasswordHasher`): 100 MiB, two passes, eight lanes.
const DJANGO_ARGON2: (u32, u32, u32) = (102_400, 2, 8);

/// Iterations of Django 5.2, the version with long-term support (`PBKDF2PasswordHasher`). Django 6.0 has 1,200,000, and
/// makes such a hash anew when its person signs in next.
const DJANGO_ITERATIONS: u32 = 1_000_000;

/// The letters of Django's salts (`RANDOM_STRING_CHARS`), and how many make 128 bits.
const DJANGO_LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const DJANGO_SALT: usize = 22;

/// A format in which new hashes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Argon2id as a PHC string.
    Argon2id,
    /// bcrypt, `$2b$`.
    Bcrypt,
    /// bcrypt as PHP names it, `$2y$`.
    #[serde(rename = "bcrypt_2y")]
    Bcrypt2y,
    /// Django's `argon2`.
    DjangoArgon2,
    /// Django's `pbkdf2_sha256`.
    DjangoPbkdf2Sha256,
    /// better-auth's scrypt.
    BetterAuth,
}

/// Costs of new hashes, where a format leaves the choice to its users.
#[derive(Debug, Clone, Copy)]
pub struct Costs {
    /// bcrypt's, as a power of two.
    pub bcrypt: u32,
    /// Memory in KiB, passes and lanes of [`Scheme::Argon2id`].
    pub argon2id: (u32, u32, u32),
}

impl Default for Costs {
    fn default() -> Self {
        // PHP 8.4, Laravel 11 and Devise.
        Self { bcrypt: 12, argon2id: OWASP }
    }
}

impl Scheme {
    /// The bytes of a password beyond which it reads no more; `None` where there is no such end.
    pub const fn max_bytes(self) -> Option<usize> {
        match self {
            Self::Bcrypt | Self::Bcrypt2y => Some(bcrypt::MAX_BYTES),
            Self::Argon2id | Self::DjangoArgon2 | Self::DjangoPbkdf2Sha256 | Self::BetterAuth => None,
        }
    }

    /// Tells if a hash would be of all of a password. A NUL ends one for some of bcrypt's libraries.
    pub fn takes(self, password: &Secret<String>) -> bool {
        let password = password.expose();
        self.max_bytes().is_none_or(|most| password.len() <= most && !password.contains('\0'))
    }

    /// Makes the hash of a password, as typed; `None` where the costs are out of range. It blocks.
    pub fn hash(self, costs: Costs, password: &Secret<String>, rng: &dyn Rng, memory: &Memory) -> Option<String> {
        let mut salt = [0; 16];
        rng.fill(&mut salt);
        let text = password.expose();
        let bytes = text.as_bytes();
        match self {
            Self::Argon2id => argon2id(costs, salt, password, memory),
            Self::DjangoArgon2 => {
                let costs = Costs { argon2id: DJANGO_ARGON2, ..costs };
                argon2id(costs, salt, password, memory).map(|phc| format!("argon2{phc}"))
            }
            Self::Bcrypt => Some(bcrypt::make("2b", costs.bcrypt, salt, bytes)),
            Self::Bcrypt2y => Some(bcrypt::make("2y", costs.bcrypt, salt, bytes)),
            Self::DjangoPbkdf2Sha256 => Some(pbkdf2::make_django(DJANGO_ITERATIONS, &django_salt(rng), bytes)),
            Self::BetterAuth => scrypt::make_better_auth(salt, text),
        }
    }
}

/// Makes a hash of [`Scheme::Argon2id`] with a given salt; `None` where the costs are out of range. It blocks.
pub fn argon2id(costs: Costs, salt: [u8; 16], password: &Secret<String>, memory: &Memory) -> Option<String> {
    let (memory_kib, passes, lanes) = costs.argon2id;
    let params = Params::new(memory_kib, passes, lanes, None).ok()?;
    argon2_hash::make(&params, &salt, password.expose().as_bytes(), memory)
}

/// A salt of letters and digits. Draws beyond a multiple of their number are left out, so that none is likelier.
fn django_salt(rng: &dyn Rng) -> String {
    let mut salt = String::with_capacity(DJANGO_SALT);
    while salt.len() < DJANGO_SALT {
        let mut drawn = [0; 1];
        rng.fill(&mut drawn);
        let drawn = usize::from(drawn[0] & 63);
        salt.extend(DJANGO_LETTERS.get(drawn).copied().map(char::from));
    }
    salt
}

#[cfg(test)]
mod tests {
    use regain_ports::OsRng;

    use super::*;
    use crate::StoredHash;

    const COSTS: Costs = Costs { bcrypt: 4, argon2id: (64, 1, 1) };

    #[test]
    fn what_is_made_is_verified() {
        let memory = Memory::default();
        let password = Secret::from("correct horse ba\u{308}ttery staple");
        for (scheme, beginning) in [
            (Scheme::Argon2id, "$argon2id$v=19$m=64,t=1,p=1$"),
            (Scheme::Bcrypt, "$2b$04$"),
            (Scheme::Bcrypt2y, "$2y$04$"),
            (Scheme::DjangoArgon2, "argon2$argon2id$v=19$m=102400,t=2,p=8$"),
            (Scheme::DjangoPbkdf2Sha256, "pbkdf2_sha256$1000000$"),
            (Scheme::BetterAuth, ""),
        ] {
            let hash = scheme.hash(COSTS, &password, &OsRng, &memory).expect("makes");
            assert!(hash.starts_with(beginning), "{hash}");
            let read = StoredHash::parse(&hash).expect("reads");
            assert!(read.is_of(&password, &memory), "{hash}");
            assert!(!read.is_of(&"another".into(), &memory), "{hash}");
            assert_ne!(scheme.hash(COSTS, &password, &OsRng, &memory).expect("makes"), hash, "a salt of its own");
        }
        let owasp = Scheme::Argon2id.hash(Costs::default(), &password, &OsRng, &memory).expect("makes");
        assert!(owasp.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{owasp}");
    }

    #[test]
    fn bcrypt_takes_72_bytes_and_no_more() {
        for scheme in [Scheme::Bcrypt, Scheme::Bcrypt2y] {
            assert!(scheme.takes(&"x".repeat(72).into()) && !scheme.takes(&"x".repeat(73).into()));
            assert!(scheme.takes(&"\u{e4}".repeat(36).into()) && !scheme.takes(&"\u{e4}".repeat(37).into()));
            assert!(!scheme.takes(&"a\0b".into()));
        }
        assert!(Scheme::Argon2id.takes(&"x".repeat(300).into()));
    }
}
