//! Argon2: PHC strings, also with Django's name before them.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use zeroize::Zeroizing;

use crate::{
    bounds::{MAX_MEMORY_KIB, MAX_WORK_KIB},
    error::HashError,
    memory::Memory,
    parts::same,
};

/// More lanes than any system asks for: each has a share of the memory, and they are computed one after the other.
const MAX_LANES: u32 = 64;

/// A hash that is stored.
#[derive(Clone)]
pub(crate) struct Hash {
    argon2: Argon2<'static>,
    salt: Salt,
    output: Output,
}

impl Hash {
    pub(crate) fn parse(stored: &str) -> Result<Self, HashError> {
        let stored = stored.strip_prefix("argon2$").map_or_else(|| stored.to_owned(), |phc| format!("${phc}"));
        let hash = PasswordHash::new(&stored).map_err(|_| HashError::Malformed)?;
        let (Some(salt), Some(output)) = (hash.salt, hash.hash) else { return Err(HashError::Malformed) };
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|_| HashError::UnknownFormat)?;
        let version = hash.version.map_or(Ok(Version::V0x10), Version::try_from).map_err(|_| HashError::Malformed)?;
        let params = Params::try_from(&hash).map_err(|_| HashError::Malformed)?;
        let work = u64::from(params.m_cost()) * u64::from(params.t_cost());
        if params.m_cost() > MAX_MEMORY_KIB || work > MAX_WORK_KIB || params.p_cost() > MAX_LANES {
            return Err(HashError::TooCostly);
        }
        Ok(Self { argon2: Argon2::new(algorithm, version, params), salt, output })
    }

    pub(crate) fn is_of(&self, password: &[u8], memory: &Memory) -> bool {
        let computed = output(&self.argon2, memory, password, &self.salt, self.output.len());
        computed.is_some_and(|computed| same(computed.as_bytes(), self.output.as_bytes()))
    }
}

/// Makes a PHC string of Argon2id.
pub(crate) fn make(params: &Params, salt: &[u8], password: &[u8], memory: &Memory) -> Option<String> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let salt = Salt::new(salt).ok()?;
    let hash = output(&argon2, memory, password, &salt, Params::DEFAULT_OUTPUT_LEN)?;
    let made = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).ok()?,
        salt: Some(salt),
        hash: Some(hash),
    };
    Some(made.to_string())
}

fn output(argon2: &Argon2<'_>, memory: &Memory, password: &[u8], salt: &[u8], length: usize) -> Option<Output> {
    let mut buffer = Zeroizing::new([0; Output::MAX_LENGTH]);
    let out = buffer.get_mut(..length)?;
    let blocks = memory.take(argon2.params().block_count());
    argon2.hash_password_into_with_memory(password, salt, out, blocks).ok()?;
    Output::new(out).ok()
}
