//! Windows errors, as refused binds and changes have them.

/// `ERROR_INVALID_PASSWORD`: the current password is not right.
pub(super) const WRONG_CURRENT: u32 = 0x56;
/// `ERROR_PASSWORD_RESTRICTION`: the new password breaks a rule.
pub(super) const RESTRICTION: u32 = 0x52d;
/// `ERROR_PASSWORD_EXPIRED`, said for the right password alone.
pub(super) const EXPIRED: u32 = 0x532;
/// `ERROR_PASSWORD_MUST_CHANGE`, likewise.
pub(super) const MUST_CHANGE: u32 = 0x773;
/// `ERROR_ACCOUNT_LOCKED_OUT`.
pub(super) const LOCKED: u32 = 0x775;
