//! `[security_info]`: how much security info people are asked for, and how often they are to look at it.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{Faults, GatesConfig};

/// The hours of a day, as far as reminders go.
const HOURS_A_DAY: i64 = 24;

/// `[security_info]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecurityInfoConfig {
    /// How many ways to prove who one is people are asked to register, 1 to 5. Default: as many as there
    /// are gates.
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

    /// How many ways to prove who one is people are asked to register.
    pub fn required(&self) -> u8 {
        self.required.unwrap_or(self.gates)
    }

    /// Whether the last look at it was too long ago. Who never looked is to look when something is missing,
    /// not at once.
    pub fn is_stale(&self, confirmed_at: Option<Timestamp>, now: Timestamp) -> bool {
        let interval = SignedDuration::from_hours(HOURS_A_DAY * i64::from(self.reconfirm_days));
        self.reconfirm_days > 0 && confirmed_at.is_some_and(|at| now.duration_since(at) >= interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_due_when_the_last_one_is_too_long_ago() {
        let at = |days: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(HOURS_A_DAY * days);
        let config = SecurityInfoConfig::default();
        assert!(!config.is_stale(Some(at(0)), at(179)) && config.is_stale(Some(at(0)), at(180)));
        assert!(!config.is_stale(None, at(1000)), "nobody ever said that it was right");
        let never = SecurityInfoConfig { reconfirm_days: 0, ..config };
        assert!(!never.is_stale(Some(at(0)), at(10_000)));
    }
}
