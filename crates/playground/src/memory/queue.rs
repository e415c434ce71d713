//! The queue of sealed messages.

use jiff::{SignedDuration, Timestamp};
use regain_ports::{Channel, ClaimedMessage, NewMessage, Settlement};
use regain_values::FlowId;

/// Longer than any wait for a retry: a message that is due later than that was queued before a clock was set back, and is
/// due.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(10);

/// All messages.
#[derive(Debug, Clone, Default)]
pub(super) struct Queue(Vec<Queued>);

#[derive(Debug, Clone)]
struct Queued {
    message: NewMessage,
    progress: Progress,
    attempts: u32,
    due_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Waiting,
    Claimed { until: Timestamp },
    Over,
}

impl Queue {
    /// Queues a message, due at once; `false` where there is one of that id.
    pub(super) fn add(&mut self, message: &NewMessage, now: Timestamp) -> bool {
        let is_new = !self.0.iter().any(|queued| queued.message.id == message.id);
        self.0.push(Queued { message: message.clone(), progress: Progress::Waiting, attempts: 0, due_at: now });
        is_new
    }

    /// Claims the message of these channels that has been due for longest, unless one was left behind that must not be
    /// lost.
    pub(super) fn claim(&mut self, channels: &[Channel], now: Timestamp, until: Timestamp) -> Option<ClaimedMessage> {
        let from_the_future = now + LONGEST_WAIT;
        let rank = |queued: &Queued| match queued.progress {
            _ if !channels.contains(&queued.message.channel) => None,
            Progress::Claimed { until: lease } => (!queued.message.voidable && is_over(lease, now, until)).then_some(0),
            Progress::Waiting if queued.due_at <= now => Some(1),
            Progress::Waiting if queued.due_at > from_the_future => Some(2),
            Progress::Waiting | Progress::Over => None,
        };
        let ranked = self.0.iter_mut().filter_map(|queued| rank(queued).map(|rank| (rank, queued)));
        let order = |(rank, queued): &(u8, &mut Queued)| (*rank, queued.due_at, queued.message.id.clone());
        let (_, queued) = ranked.min_by_key(order)?;
        queued.progress = Progress::Claimed { until };
        queued.attempts += 1;
        Some(ClaimedMessage {
            id: queued.message.id.clone(),
            payload: queued.message.payload.clone(),
            attempts: queued.attempts - 1,
            not_after: queued.message.not_after,
        })
    }

    /// Says what became of a claimed message, where the lease is still the same.
    pub(super) fn settle(&mut self, claimed: &ClaimedMessage, settlement: Settlement) {
        let is_it = |queued: &&mut Queued| {
            queued.message.id == claimed.id
                && queued.attempts == claimed.attempts + 1
                && matches!(queued.progress, Progress::Claimed { .. })
        };
        let Some(queued) = self.0.iter_mut().find(is_it) else { return };
        match settlement {
            Settlement::RetryAt(at) if at < queued.message.not_after => {
                queued.due_at = at;
                queued.progress = Progress::Waiting;
            }
            _ => queued.end(),
        }
    }

    /// Gives up on codes and calls whose lease is over; returns how many.
    pub(super) fn abandon(&mut self, now: Timestamp, until: Timestamp) -> usize {
        let is_left = |queued: &&mut Queued| {
            queued.message.voidable
                && matches!(queued.progress, Progress::Claimed { until: lease } if is_over(lease, now, until))
        };
        self.0.iter_mut().filter(is_left).map(Queued::end).count()
    }

    /// Drops voidable messages of some flows. One that is being sent cannot be called back, but is not tried again.
    pub(super) fn drop_voidable(&mut self, is_theirs: impl Fn(&FlowId) -> bool, now: Timestamp) {
        let voidable = |queued: &&mut Queued| queued.message.voidable && is_theirs(&queued.message.flow_id);
        for queued in self.0.iter_mut().filter(voidable) {
            match queued.progress {
                Progress::Waiting => {
                    queued.message.not_after = now;
                    queued.end();
                }
                Progress::Claimed { .. } => queued.message.not_after = queued.message.not_after.min(now),
                Progress::Over => {}
            }
        }
    }

    /// Forgets those that were over at a time; returns how many.
    pub(super) fn purge(&mut self, until: Timestamp) -> usize {
        let before = self.0.len();
        self.0.retain(|queued| queued.message.not_after > until);
        before - self.0.len()
    }

    /// Tells if a message is of a flow.
    pub(super) fn refers_to(&self, flow_id: &FlowId) -> bool {
        self.0.iter().any(|queued| queued.message.flow_id == *flow_id)
    }
}

impl Queued {
    /// Erases what was sealed.
    fn end(&mut self) {
        self.progress = Progress::Over;
        self.message.payload.clear();
    }
}

/// Tells if a lease is over, or from a clock that was wrong: two leases from now.
fn is_over(lease: Timestamp, now: Timestamp, until: Timestamp) -> bool {
    lease <= now || lease > until.saturating_add(until.duration_since(now)).unwrap_or(Timestamp::MAX)
}
