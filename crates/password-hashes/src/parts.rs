//! Parts of a stored hash.

use subtle::ConstantTimeEq as _;

use crate::error::HashError;

/// Compares digests in constant time.
pub(crate) fn same(computed: &[u8], expected: &[u8]) -> bool {
    computed.ct_eq(expected).into()
}

/// The parts between dollar signs, exactly so many.
pub(crate) fn parts<const N: usize>(text: &str) -> Result<[&str; N], HashError> {
    let mut parts = text.split('$');
    let mut found = [""; N];
    for part in &mut found {
        *part = parts.next().ok_or(HashError::Malformed)?;
    }
    if parts.next().is_none() { Ok(found) } else { Err(HashError::Malformed) }
}
