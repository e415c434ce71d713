//! Sliding counters: each charge by itself, so that a window slides exactly and not in steps.

use std::collections::BTreeMap;

use jiff::Timestamp;
use regain_ports::Charge;

/// The charges of all counters.
#[derive(Debug, Clone, Default)]
pub(super) struct Charges(BTreeMap<String, Vec<Charged>>);

/// One charge, or what was given back of one.
#[derive(Debug, Clone)]
struct Charged {
    at: Timestamp,
    cost: i64,
    expires_at: Timestamp,
}

impl Charges {
    /// Charges a counter, or says from when it has room.
    pub(super) fn charge(&mut self, charge: &Charge, now: Timestamp) -> Result<(), Timestamp> {
        self.date_back(&charge.bucket, now);
        let charged = self.0.entry(charge.bucket.clone()).or_default();
        let begin = now.saturating_sub(charge.window).unwrap_or(Timestamp::MIN);
        charged.retain(|charged| charged.at > begin);
        let held: i64 = charged.iter().map(|charged| charged.cost).sum();
        let room = i64::from(charge.limit) - i64::from(charge.cost.max(1));
        if held > room {
            // A counter without room enough even when empty: no time is right.
            let free_at = free_at(charged, held - room).unwrap_or(now);
            return Err(free_at.saturating_add(charge.window).unwrap_or(Timestamp::MAX));
        }
        if charge.cost > 0 {
            charged.push(Charged::of(charge, now, i64::from(charge.cost)));
        }
        Ok(())
    }

    /// Has charges from the future count from now on: they were made before a clock was set back.
    pub(super) fn date_back(&mut self, bucket: &str, now: Timestamp) {
        for charged in self.0.get_mut(bucket).into_iter().flatten().filter(|charged| charged.at > now) {
            charged.expires_at -= charged.at.duration_since(now);
            charged.at = now;
        }
    }

    /// The sum that a counter holds.
    pub(super) fn held(&self, charge: &Charge, now: Timestamp) -> u32 {
        let begin = now.saturating_sub(charge.window).unwrap_or(Timestamp::MIN);
        let charged = self.0.get(&charge.bucket).into_iter().flatten();
        let held: i64 = charged.filter(|charged| charged.at > begin).map(|charged| charged.cost).sum();
        u32::try_from(held.max(0)).unwrap_or(u32::MAX)
    }

    /// Gives a charge back: what was taken and what is returned leave the window together.
    pub(super) fn refund(&mut self, charge: &Charge, charged_at: Timestamp) {
        let charged = self.0.entry(charge.bucket.clone()).or_default();
        charged.push(Charged::of(charge, charged_at, -i64::from(charge.cost)));
    }

    /// Forgets those that are out of time; returns how many.
    pub(super) fn purge(&mut self, now: Timestamp) -> usize {
        let before: usize = self.0.values().map(Vec::len).sum();
        self.0.values_mut().for_each(|charged| charged.retain(|charged| charged.expires_at > now));
        self.0.retain(|_, charged| !charged.is_empty());
        before - self.0.values().map(Vec::len).sum::<usize>()
    }
}

impl Charged {
    fn of(charge: &Charge, at: Timestamp, cost: i64) -> Self {
        Self { at, cost, expires_at: at.saturating_add(charge.window).unwrap_or(Timestamp::MAX) }
    }
}

/// The date of the charge with which so much will have left a counter, the oldest leaving first; `None` where it never
/// holds so much.
fn free_at(charged: &[Charged], mut too_much: i64) -> Option<Timestamp> {
    let mut by_time: BTreeMap<Timestamp, i64> = BTreeMap::new();
    for charged in charged {
        *by_time.entry(charged.at).or_default() += charged.cost;
    }
    by_time.into_iter().find_map(|(at, cost)| {
        too_much -= cost;
        (too_much <= 0).then_some(at)
    })
}
