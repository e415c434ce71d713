//! Names and values that Active Directory has from Windows: errors, and the form of a password.

use regain_protocol::Secret;
use zeroize::Zeroize as _;

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

pub(super) const PASSWORD: &str = "unicodePwd";
pub(super) const LOCKOUT_TIME: &str = "lockoutTime";

/// A password as `unicodePwd` takes it: in quotation marks, in UTF-16.
pub(super) fn unicode_password(password: &Secret<String>) -> Secret<Vec<u8>> {
    let mut quoted = Vec::with_capacity(2 * password.expose().len() + 4);
    let mut push = |unit: u16| quoted.extend(unit.to_le_bytes());
    push(u16::from(b'"'));
    let mut units = [0; 2];
    for character in password.expose().chars() {
        character.encode_utf16(&mut units).iter().copied().for_each(&mut push);
    }
    push(u16::from(b'"'));
    units.zeroize();
    Secret::new(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_quoted_utf_16() {
        let value = unicode_password(&"a\u{1f511}".into());
        assert_eq!(value.expose(), &[0x22, 0, 0x61, 0, 0x3d, 0xd8, 0x11, 0xdd, 0x22, 0]);
    }
}
