//! `[security_info]`: how much security info people are asked for, and how often they are to look at it.

use jiff::SignedDuration;
use serde::Deserialize;

use super::{Faults, GatesConfig};

/// The hours of a day, as far as reminders go.
const HOURS_A_DAY: i64 = 24;

/// `[security_info]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecurityInfoConfig {
    /// Number of methods that people are asked to register, 1 to 5. Default: the number of gates.
    required: Option<u8>,
    /// After how many days people are asked to look whether it is all still right; 0 for never. Default
    /// 180, which is Microsoft's.
    pub reconfirm_days: u16,
    #[serde(skip)]
    gates: u8,
}

impl Default for SecurityInfoConfig {
    fn default() -> Self {
        Self { required: None, reconfirm_days: 180, gates: 1 }
    }
}

impl SecurityInfoConfig {
    pub(super) fn check(&mut self, gates: &GatesConfig, faults: &mut Faults) {
        self.gates = gates.required;
        let fine = self.required.is_none_or(|required| (1..=5).contains(&required));
        faults.require(fine, "security_info.required", "must be 1 to 5");
    }

    /// Number of methods that people are asked to register.
    pub fn required(&self) -> u8 {
        self.required.unwrap_or(self.gates)
    }

    /// The time after which people are asked to look at it again; `None` for never.
    pub fn reconfirm_after(&self) -> Option<SignedDuration> {
        (self.reconfirm_days > 0).then(|| SignedDuration::from_hours(HOURS_A_DAY * i64::from(self.reconfirm_days)))
    }
}
