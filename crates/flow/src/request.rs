//! The state of the connection: one request at a time, its reply recognised by a ticket, and the same
//! request sent again after a failure.

use std::rc::Rc;

use regain_protocol::Answer;

use crate::clock::Millis;
use crate::effect::{Fault, Resume, Ticket};
use crate::step::Intent;

/// A request without a reply is given up after this long; its reply, if it comes after all, is dropped.
pub(crate) const TIMEOUT: Millis = 30_000;

/// The same for a poll, for which nobody waits.
pub(crate) const POLL_TIMEOUT: Millis = 8_000;

/// After this long the person is told that it takes its time.
pub(crate) const SLOW_AFTER: Millis = 4_000;

/// Waits between the repeats that happen by themselves; after the last, the person decides.
const RETRY_DELAYS: [Millis; 5] = [4_000, 8_000, 16_000, 30_000, 60_000];

/// The wait, in seconds, where the server said 429 and not for how long.
pub(crate) const DEFAULT_RETRY_AFTER: u32 = 30;

/// A kind of request, in words of the flow.
#[derive(Debug, Clone)]
pub(crate) enum RequestKind {
    Create,
    Resume(Resume),
    Refresh,
    /// Asks for the status of a call, behind the person's back: whatever they want goes first.
    Poll,
    Answer {
        intent: Intent,
        step: String,
        answer: Rc<Answer>,
    },
}

/// A request with the key under which the server acts on it once, however often it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) kind: RequestKind,
    pub(crate) key: String,
    /// The number of times that it was sent and lost.
    pub(crate) lost: usize,
    /// The failure that the host page was last notified of.
    pub(crate) notified: Option<Fault>,
}

impl Request {
    /// The time at which it is sent again without being asked. While the device is offline there is no use in
    /// trying: the browser says when it is back.
    pub(crate) fn retry_at(&self, fault: Fault, now: Millis) -> Option<Millis> {
        match fault {
            Fault::Unreachable | Fault::Server => Some(now + RETRY_DELAYS.get(self.lost)?),
            Fault::Offline | Fault::Busy | Fault::Refused => None,
        }
    }
}

/// The state of the connection.
#[derive(Debug, Clone)]
pub(crate) enum Connection {
    Idle,
    /// A request is on its way.
    Busy {
        request: Request,
        ticket: Ticket,
        since: Millis,
        /// The reason why it had to be sent again: shown until something comes back.
        fault: Option<Fault>,
        announced_slow: bool,
    },
    /// A request failed and may be sent again; for [`Fault::Busy`] not before `retry_at`.
    Failed {
        request: Request,
        fault: Fault,
        retry_at: Option<Millis>,
    },
}

impl Connection {
    /// Tells if the person has to wait.
    pub(crate) fn is_busy(&self) -> bool {
        match self {
            Self::Busy { request: Request { kind: RequestKind::Poll, .. }, fault, .. } => fault.is_some(),
            Self::Busy { .. } => true,
            Self::Failed { .. } | Self::Idle => false,
        }
    }
}
