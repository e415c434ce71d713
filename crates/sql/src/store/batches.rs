//! Long work in batches of a bounded time: whoever else writes waits for one of them at most.

use std::time::{Duration, Instant};

/// The time that a batch is to take. A commit takes longer now and then, when the log of writes is folded in.
const AIM: Duration = Duration::from_millis(5);

/// The time between two batches. Other processes look for their turn from time to time; this one must not always be first.
const PAUSE: Duration = Duration::from_millis(5);

/// The least and the greatest size of a batch, in rows or pages.
const SIZES: (i64, i64) = (20, 250);

/// The size of the first batch.
const FIRST: i64 = 100;

/// The sizes of batches, by the time that the one before took.
pub(super) struct Batches {
    size: i64,
}

impl Default for Batches {
    fn default() -> Self {
        Self { size: FIRST }
    }
}

impl Batches {
    /// The size of the next batch.
    pub(super) const fn size(&self) -> i64 {
        self.size
    }

    /// The time at which a batch begins, once it is its turn.
    pub(super) fn begin() -> Instant {
        Instant::now()
    }

    /// Chooses the next size after a batch, and leaves others the time to write.
    pub(super) async fn done(&mut self, begun: Instant) {
        self.adapt(begun.elapsed());
        tokio::time::sleep(PAUSE).await;
    }

    /// Chooses as many as fit in the time, but no more than twice as many as before.
    fn adapt(&mut self, took: Duration) {
        let (least, greatest) = SIZES;
        let fits = u128::from(self.size.unsigned_abs()) * AIM.as_nanos() / took.as_nanos().max(1);
        let fits = i64::try_from(fits).unwrap_or(greatest);
        self.size = fits.min(self.size * 2).clamp(least, greatest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d15_a_slow_disk_gets_small_batches_and_a_fast_one_large_ones() {
        let mut batches = Batches::default();
        batches.adapt(AIM / 10);
        assert_eq!(batches.size(), 2 * FIRST, "step by step");
        for _ in 0..10 {
            batches.adapt(Duration::ZERO);
        }
        assert_eq!(batches.size(), SIZES.1);
        batches.adapt(AIM * 4);
        assert_eq!(batches.size(), SIZES.1 / 4, "and at once the other way");
        batches.adapt(Duration::from_mins(1));
        assert_eq!(batches.size(), SIZES.0);
    }
}
