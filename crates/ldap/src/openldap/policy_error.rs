//! Errors of the password policy's control (draft-behera-ldap-password-policy, 6.2).

pub(super) const EXPIRED: u8 = 0;
pub(super) const MODIFICATION_NOT_ALLOWED: u8 = 3;
pub(super) const MUST_SUPPLY_OLD_PASSWORD: u8 = 4;
pub(super) const INSUFFICIENT_QUALITY: u8 = 5;
pub(super) const TOO_SHORT: u8 = 6;
pub(super) const TOO_YOUNG: u8 = 7;
pub(super) const IN_HISTORY: u8 = 8;
