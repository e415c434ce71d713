//! `[flows]`, `[codes]`, `[limits]`

use std::time::Duration;

use jiff::SignedDuration;
use regain_protocol::FlowKind;
use serde::Deserialize;

use super::Faults;

/// `[flows]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the file, on or off by itself")]
pub struct FlowsConfig {
    /// True if forgotten passwords can be reset. Default yes.
    pub reset: bool,
    /// True if locked accounts can be unlocked. Default yes.
    pub unlock: bool,
    /// True if a person who knows the password can change it. Default yes.
    pub change: bool,
    /// True if people can register and change their security info. Default yes.
    pub register: bool,
    /// Number of proofs, of different kinds, that a change of a known password takes besides that password. Default 0.
    pub change_gates: u8,
    /// Lifetime of a flow, in seconds. Default 900, 15 minutes, as Microsoft's.
    pub lifetime_s: u32,
}

impl Default for FlowsConfig {
    fn default() -> Self {
        Self { reset: true, unlock: true, change: true, register: true, change_gates: 0, lifetime_s: 900 }
    }
}

impl FlowsConfig {
    pub(super) fn check(&self, faults: &mut Faults) {
        faults.require((60..=86_400).contains(&self.lifetime_s), "flows.lifetime_s", "must be 60 to 86400");
        faults.require(self.change_gates <= 2, "flows.change_gates", "must be 0, 1 or 2");
    }

    /// The kinds of flow on offer.
    pub fn kinds(&self) -> Vec<FlowKind> {
        let kinds = [
            (self.reset, FlowKind::Reset),
            (self.unlock, FlowKind::Unlock),
            (self.change, FlowKind::Change),
            (self.register, FlowKind::Register),
        ];
        kinds.into_iter().filter_map(|(is_on, kind)| is_on.then_some(kind)).collect()
    }

    /// Lifetime of a flow.
    pub fn lifetime(&self) -> SignedDuration {
        SignedDuration::from_secs(self.lifetime_s.into())
    }
}

/// `[codes]`
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "CodesKeys")]
pub struct CodesConfig {
    /// For how long a code is good, in seconds. Default 600; NIST SP 800-63B-4 allows 10 minutes.
    pub lifetime_s: u32,
    /// Number of wrong proofs that end a flow, for each method. Default 5.
    pub tries: u8,
    /// Number of further codes or calls that may be asked for, for each method. Default 3.
    pub resends: u8,
    /// Time to wait before asking for another, in seconds. Default 30.
    pub resend_after_s: u32,
    /// Maximum number of an account's wrong proofs in 24 hours, in all flows and channels together. Default 20.
    pub tries_per_day: u32,
}

/// The numbers to begin with.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CodesPreset {
    /// Ours.
    #[default]
    Regain,
    /// Those that Microsoft publishes for its own service: a code for 5 minutes, and 5 failed proofs in
    /// 24 hours. Its other two, 15 minutes a session and 10 messages in 10 minutes, are ours too.
    Microsoft,
}

/// The keys as the file has them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CodesKeys {
    /// The numbers to begin with: `regain` (default), or `microsoft`, the published ones of Microsoft's own service, with
    /// codes that are good for 300 seconds and 5 wrong proofs a day.
    preset: CodesPreset,
    lifetime_s: Option<u32>,
    tries: Option<u8>,
    resends: Option<u8>,
    resend_after_s: Option<u32>,
    tries_per_day: Option<u32>,
}

impl From<CodesKeys> for CodesConfig {
    fn from(keys: CodesKeys) -> Self {
        let (lifetime_s, tries_per_day) = match keys.preset {
            CodesPreset::Regain => (600, 20),
            CodesPreset::Microsoft => (300, 5),
        };
        Self {
            lifetime_s: keys.lifetime_s.unwrap_or(lifetime_s),
            tries: keys.tries.unwrap_or(5),
            resends: keys.resends.unwrap_or(3),
            resend_after_s: keys.resend_after_s.unwrap_or(30),
            tries_per_day: keys.tries_per_day.unwrap_or(tries_per_day),
        }
    }
}

impl Default for CodesConfig {
    fn default() -> Self {
        CodesKeys::default().into()
    }
}

impl CodesConfig {
    pub(super) fn check(&self, flows: &FlowsConfig, faults: &mut Faults) {
        faults.require(self.lifetime_s >= 5, "codes.lifetime_s", "must be at least 5");
        faults.require(
            self.lifetime_s <= flows.lifetime_s,
            "codes.lifetime_s",
            "may not be longer than flows.lifetime_s: a code ends with its flow",
        );
        faults.require((1..=10).contains(&self.tries), "codes.tries", "must be 1 to 10");
        faults.require((1..=100).contains(&self.tries_per_day), "codes.tries_per_day", "must be 1 to 100");
        faults.require(self.resends <= 10, "codes.resends", "must be 0 to 10");
    }

    /// For how long a code is good.
    pub fn lifetime(&self) -> SignedDuration {
        SignedDuration::from_secs(self.lifetime_s.into())
    }

    /// Time to wait before asking for another.
    pub fn resend_after(&self) -> SignedDuration {
        SignedDuration::from_secs(self.resend_after_s.into())
    }
}

/// `[limits]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Maximum number of flows that one client network (an IPv4 address, an IPv6 /64) begins in 10 minutes. Default
    /// 300, so that an office behind one address is not shut out.
    pub flows_per_client: u32,
    /// Maximum number of times that one user ID, existing or not, is given in 10 minutes. Default 20.
    pub identifications_per_account: u32,
    /// Maximum number of wrong passwords for one user ID, existing or not, in 15 minutes in flows that ask for the
    /// current one. Default 8; at most 9, because ten failures lock an account, and nobody is to be locked out by what
    /// others do here.
    pub wrong_passwords_per_account: u32,
    /// Maximum number of messages to one destination in 10 minutes, and of those that are asked for of one account's. Default
    /// 10, Microsoft's number.
    pub messages_per_destination: u32,
    /// Maximum number of messages to one destination in 24 hours, over all accounts. Default 40.
    pub messages_per_destination_a_day: u32,
    /// Maximum number of messages in an hour in all, of which one client network may ask for a fifth. Default 10000.
    pub messages_per_hour: u32,
    /// Maximum number of text messages and calls in an hour in all, so that nobody's number range can be made to earn
    /// by it (SMS pumping); one client network may ask for a fifth. Default 500.
    pub phone_per_hour: u32,
    /// Maximum number of text messages and calls in an hour to numbers that differ only in their last four digits.
    /// Default 30.
    pub phone_per_prefix: u32,
    /// Maximum number of ranges of breached passwords that one client network looks up in 10 minutes. Default 3000: a
    /// person who tries passwords looks up some 30, and an office may be behind one address.
    pub ranges_per_client: u32,
    /// Maximum number of requests to the administrators per hour about one account from one client network. Ten times that
    /// about one account, and from one network. Default 3.
    pub requests_per_hour: u32,
    /// The least time that the answer to a user ID takes, in milliseconds, so that its time does not
    /// tell whether the account exists. Default 100; more where the directory is slower than that.
    pub identify_floor_ms: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            flows_per_client: 300,
            identifications_per_account: 20,
            wrong_passwords_per_account: 8,
            messages_per_destination: 10,
            messages_per_destination_a_day: 40,
            messages_per_hour: 10_000,
            phone_per_hour: 500,
            phone_per_prefix: 30,
            ranges_per_client: 3000,
            requests_per_hour: 3,
            identify_floor_ms: 100,
        }
    }
}

impl LimitsConfig {
    pub(super) fn check(&self, faults: &mut Faults) {
        for (key, value) in [
            ("limits.flows_per_client", self.flows_per_client),
            ("limits.identifications_per_account", self.identifications_per_account),
            ("limits.messages_per_destination", self.messages_per_destination),
            ("limits.messages_per_destination_a_day", self.messages_per_destination_a_day),
            ("limits.messages_per_hour", self.messages_per_hour),
            ("limits.phone_per_hour", self.phone_per_hour),
            ("limits.phone_per_prefix", self.phone_per_prefix),
            ("limits.ranges_per_client", self.ranges_per_client),
            ("limits.requests_per_hour", self.requests_per_hour),
        ] {
            faults.require(value > 0, key, "must be at least 1");
        }
        faults.require(
            (1..=9).contains(&self.wrong_passwords_per_account),
            "limits.wrong_passwords_per_account",
            "must be 1 to 9: ten failures lock an account",
        );
        faults.require(self.identify_floor_ms <= 5000, "limits.identify_floor_ms", "must be at most 5000");
    }

    /// The least time that the answer to a user ID takes.
    pub fn identify_floor(&self) -> Duration {
        Duration::from_millis(self.identify_floor_ms.into())
    }
}
