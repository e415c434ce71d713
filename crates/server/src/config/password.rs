//! `[password]`

use regain_protocol::PasswordPolicy;
use serde::Deserialize;

use super::{Faults, OrganisationConfig};

/// `[password]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordConfig {
    /// The rules to begin with: `nist` (default).
    pub preset: PasswordPreset,
    /// The fewest characters. Default 15, NIST SP 800-63B-4's number for a password that stands alone.
    pub min_length: u32,
    /// The most characters. Default 256; NIST asks that at least 64 be accepted.
    pub max_length: u32,
    /// Words that may not occur in a password. The organisation's name is among them without being named.
    pub forbidden_words: Vec<String>,
}

/// The rules to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordPreset {
    /// NIST SP 800-63B-4: length, and no rules of composition.
    #[default]
    Nist,
}

impl Default for PasswordConfig {
    fn default() -> Self {
        Self { preset: PasswordPreset::Nist, min_length: 15, max_length: 256, forbidden_words: Vec::new() }
    }
}

impl PasswordConfig {
    pub(super) fn check(&mut self, organisation: &OrganisationConfig, faults: &mut Faults) {
        faults.require(self.min_length >= 8, "password.min_length", "must be at least 8");
        faults.require(self.max_length >= 64, "password.max_length", "must be at least 64");
        faults.require(self.max_length <= 4096, "password.max_length", "must be at most 4096");
        faults.require(
            self.min_length <= self.max_length,
            "password.min_length",
            "may not be over password.max_length",
        );
        if !organisation.name.is_empty() && !self.forbidden_words.contains(&organisation.name) {
            self.forbidden_words.insert(0, organisation.name.clone());
        }
    }

    /// The rules, for a password that stands alone.
    pub fn policy(&self) -> PasswordPolicy {
        PasswordPolicy {
            min_length: self.min_length,
            max_length: self.max_length,
            forbid_user_id: true,
            forbidden_words: self.forbidden_words.clone(),
            ..PasswordPolicy::default()
        }
    }
}
