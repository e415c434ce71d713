//! What only the full build has. The steps that few people come to are compiled away from the lean build,
//! which has the full one go on there: whatever holds an [`InFull`] can't exist in the lean build, and the
//! compiler knows.

use regain_protocol::MethodKind;

/// True in the full build.
pub(crate) const IS_FULL: bool = cfg!(feature = "full");

/// Tells if a code is a saved recovery code, which is typed in the full build only.
pub(crate) fn is_saved(kind: MethodKind) -> bool {
    IS_FULL && kind == MethodKind::RecoveryCodes
}

/// A mark of what only the full build has.
#[cfg(feature = "full")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InFull;

/// A mark of what only the full build has: here there is none.
#[cfg(not(feature = "full"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InFull {}

impl InFull {
    /// The mark, in the full build.
    #[cfg(feature = "full")]
    #[expect(clippy::unnecessary_wraps, reason = "in the lean build there is none")]
    pub(crate) const fn get() -> Option<Self> {
        Some(Self)
    }

    /// The mark, in the full build.
    #[cfg(not(feature = "full"))]
    pub(crate) const fn get() -> Option<Self> {
        None
    }
}
