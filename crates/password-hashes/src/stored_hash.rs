//! A stored hash of any family.

use regain_protocol::Secret;

use crate::{argon2, bcrypt, error::HashError, identity, ldap, memory::Memory, pbkdf2, phpass, scrypt, sha_crypt};

/// The longest password that is compared, in bytes. Nobody's is longer, and some formats take time by its length.
const MAX_PASSWORD_BYTES: usize = 4096;

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
