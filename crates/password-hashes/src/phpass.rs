//! phpass, the portable hash of PHP applications: iterated MD5.

use std::sync::LazyLock;

use data_encoding::{BitOrder, Encoding, Specification};
use md5::{Digest as _, Md5};

use crate::{bounds::MAX_PHPASS_COST, error::HashError, parts::same};

const SYMBOLS: &str = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// phpass' base64.
static BASE64: LazyLock<Encoding> = LazyLock::new(|| {
    let mut form = Specification::new();
    form.symbols.push_str(SYMBOLS);
    form.bit_order = BitOrder::LeastSignificantFirst;
    form.encoding().expect("64 symbols")
});

/// A hash that is stored.
#[derive(Clone)]
pub(crate) struct Hash {
    rounds: u32,
    salt: String,
    digest: Vec<u8>,
}

impl Hash {
    pub(crate) fn parse(stored: &str) -> Result<Self, HashError> {
        let rest = stored.get(3..).ok_or(HashError::Malformed)?;
        let cost = rest.chars().next().and_then(|symbol| SYMBOLS.find(symbol)).ok_or(HashError::Malformed)?;
        let cost = u32::try_from(cost).map_err(|_| HashError::Malformed)?;
        if cost > MAX_PHPASS_COST {
            return Err(HashError::TooCostly);
        }
        let (salt, digest) = rest[1..].split_at_checked(8).ok_or(HashError::Malformed)?;
        let digest = BASE64.decode(digest.as_bytes()).map_err(|_| HashError::Malformed)?;
        if digest.len() != 16 {
            return Err(HashError::Malformed);
        }
        Ok(Self { rounds: 1 << cost, salt: salt.to_owned(), digest })
    }

    pub(crate) fn is_of(&self, password: &[u8]) -> bool {
        let mut digest = Md5::new_with_prefix(&self.salt).chain_update(password).finalize();
        for _ in 0..self.rounds {
            digest = Md5::new_with_prefix(digest).chain_update(password).finalize();
        }
        same(&digest, &self.digest)
    }
}
