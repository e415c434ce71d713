//! The rules to begin with.

use regain_protocol::PasswordPolicy;

/// The most characters that both presets accept, as Microsoft Entra does. NIST asks for at least 64.
const MAX_LENGTH: u32 = 256;

/// The fewest points that a password needs in Microsoft's check of banned words.
pub const ENTRA_POINTS: u8 = 5;

/// The rules of NIST SP 800-63B-4 section 3.1.1.2: length, no composition, every character, and nothing
/// that an attacker who knows the person would try first. `min_length` is 15 where a password stands
/// alone, and may be 8 where it is always one of two factors.
pub fn nist(min_length: u32) -> PasswordPolicy {
    PasswordPolicy { min_length, max_length: MAX_LENGTH, forbid_user_id: true, ..PasswordPolicy::default() }
}

/// The rules of Microsoft Entra ("Password policies and account restrictions in Microsoft Entra ID"): 8
/// to 256 characters, three of the four classes, not the user ID. The score over banned words
/// ([`crate::Banned`]) goes with them.
pub fn entra() -> PasswordPolicy {
    PasswordPolicy {
        min_length: 8,
        max_length: MAX_LENGTH,
        min_classes: 3,
        min_different: ENTRA_POINTS,
        forbid_user_id: true,
        ..PasswordPolicy::default()
    }
}
