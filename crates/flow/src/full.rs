//! The split into two builds. The steps and flows that few people come to are compiled away from the lean build, which has
//! the full one go on there: a [`Full`] cannot exist in the lean build, and the compiler knows.

#[cfg_attr(not(feature = "full"), path = "full/absent.rs")]
mod present;

use regain_protocol::MethodKind;

pub use present::Full;

/// True in the full build.
pub const IS_FULL: bool = cfg!(feature = "full");

/// Tells if a code is a saved recovery code, which is typed in the full build only.
pub fn is_saved(kind: MethodKind) -> bool {
    IS_FULL && kind == MethodKind::RecoveryCodes
}
