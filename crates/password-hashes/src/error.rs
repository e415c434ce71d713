//! Stored hashes that cannot be used.

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
