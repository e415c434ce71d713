//! Password hashes as other systems store them: all of these are verified, and those of [`Scheme`] are made.
//!
//! | format | beginning | made by |
//! |---|---|---|
//! | Argon2 as a PHC string | `$argon2id$`, `$argon2i$` | PHP, Spring, `argon2-cffi` |
//! | bcrypt | `$2a$`, `$2b$`, `$2y$` | Laravel, PHP, Devise without a pepper, Node |
//! | bcrypt over an HMAC | `$wp$2y$` | WordPress from 6.8 on |
//! | phpass | `$P$`, `$H$` | WordPress before, `phpBB` |
//! | Django's | `pbkdf2_sha256$`, `pbkdf2_sha1$`, `argon2$`, `bcrypt$`, `bcrypt_sha256$`, `scrypt$` | Django |
//! | Werkzeug's | `pbkdf2:`, `scrypt:` | Flask |
//! | PBKDF2 as a modular crypt string | `$pbkdf2-sha256$`, `$pbkdf2-sha512$`, `$pbkdf2$` | passlib |
//! | SHA-crypt | `$5$`, `$6$` | `crypt(3)` |
//! | salted SHA | `{SSHA}`, `{SSHA256}`, `{SSHA512}` | LDAP servers |
//! | Identity, version 3 | base64 of a byte 1 | ASP.NET Core Identity |
//! | scrypt with a salt in hex | 32 hex digits and a colon | better-auth |
//!
//! `{bcrypt}`, `{argon2}` and `{CRYPT}` before a hash are read over. What a stored hash asks for is [bounded](bounds),
//! so that a row cannot take the server's memory or hold its cores. All of it is blocking work, for
//! which [`Lanes`] has threads, a bounded number at a time.

mod argon2;
mod bcrypt;
pub mod bounds;
mod identity;
mod lanes;
mod ldap;
mod memory;
mod pbkdf2;
mod phpass;
mod scheme;
mod scrypt;
mod sha_crypt;

use regain_protocol::Secret;
use subtle::ConstantTimeEq as _;

pub use lanes::Lanes;
pub use memory::Memory;
pub use scheme::{Costs, Scheme};

/// The longest password that is compared, in bytes. Nobody's is longer, and some formats take time by its length.
const MAX_PASSWORD_BYTES: usize = 4096;

/// Why a stored hash cannot be compared with. The text is for the operator and has nothing of the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// It has the form of no hash that is known.
    #[error("the format of the stored hash is not known")]
    UnknownFormat,
    /// It begins like a hash that is known and goes on otherwise.
    #[error("the stored hash is malformed")]
    Malformed,
    /// It asks for more memory or passes than one hash may have.
    #[error("the stored hash asks for more memory or iterations than are allowed")]
    TooCostly,
}

/// A stored hash, read.
#[derive(Clone)]
pub struct StoredHash(Format);

#[derive(Clone)]
enum Format {
    Argon2(argon2::Hash),
    Bcrypt(bcrypt::Hash),
    Identity(pbkdf2::Hash),
    Ldap(ldap::Hash),
    Pbkdf2(pbkdf2::Hash),
    Phpass(phpass::Hash),
    Scrypt(scrypt::Hash),
    ShaCrypt(sha_crypt::Hash),
}

impl StoredHash {
    /// Reads a hash as it is stored.
    pub fn parse(stored: &str) -> Result<Self, HashError> {
        let hash = ["{bcrypt}", "{argon2}", "{CRYPT}"].into_iter().find_map(|prefix| stored.strip_prefix(prefix));
        let hash = hash.unwrap_or(stored);
        let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| hash.starts_with(prefix));
        let format = if begins(&["$argon2", "argon2$"]) {
            Format::Argon2(argon2::Hash::parse(hash)?)
        } else if begins(&["$2", "bcrypt$", "bcrypt_sha256$", "$wp$2"]) {
            Format::Bcrypt(bcrypt::Hash::parse(hash)?)
        } else if begins(&["pbkdf2_", "pbkdf2:", "$pbkdf2"]) {
            Format::Pbkdf2(pbkdf2::Hash::parse(hash)?)
        } else if begins(&["scrypt$", "scrypt:"]) {
            Format::Scrypt(scrypt::Hash::parse(hash)?)
        } else if begins(&["$P$", "$H$"]) {
            Format::Phpass(phpass::Hash::parse(hash)?)
        } else if begins(&["$5$", "$6$"]) {
            Format::ShaCrypt(sha_crypt::Hash::parse(hash)?)
        } else if begins(&["{SSHA"]) {
            Format::Ldap(ldap::Hash::parse(hash)?)
        } else if let Some(hash) = scrypt::Hash::parse_hex(hash) {
            Format::Scrypt(hash)
        } else {
            Format::Identity(identity::parse(hash)?)
        };
        Ok(Self(format))
    }

    /// Its format, as an operator knows it.
    pub const fn format(&self) -> &'static str {
        match &self.0 {
            Format::Argon2(_) => "Argon2",
            Format::Bcrypt(hash) => hash.format(),
            Format::Identity(_) => "ASP.NET Core Identity",
            Format::Ldap(_) => "salted SHA",
            Format::Pbkdf2(_) => "PBKDF2",
            Format::Phpass(_) => "phpass",
            Format::Scrypt(_) => "scrypt",
            Format::ShaCrypt(_) => "SHA-crypt",
        }
    }

    /// Tells if this is the hash of a password, as typed. It blocks for as long as the hash asks, and compares in
    /// constant time.
    pub fn is_of(&self, password: &Secret<String>, memory: &Memory) -> bool {
        let typed = password.expose();
        if typed.len() > MAX_PASSWORD_BYTES {
            return false;
        }
        let bytes = typed.as_bytes();
        match &self.0 {
            Format::Argon2(hash) => hash.is_of(bytes, memory),
            Format::Bcrypt(hash) => hash.is_of(bytes),
            Format::Identity(hash) | Format::Pbkdf2(hash) => hash.is_of(bytes),
            Format::Ldap(hash) => hash.is_of(bytes),
            Format::Phpass(hash) => hash.is_of(bytes),
            Format::Scrypt(hash) => hash.is_of(typed),
            Format::ShaCrypt(hash) => hash.is_of(bytes),
        }
    }
}

/// Compares digests in constant time.
fn same(computed: &[u8], expected: &[u8]) -> bool {
    computed.ct_eq(expected).into()
}
