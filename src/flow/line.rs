//! The line to the server: one request at a time, its reply recognised by a ticket, and the same
//! request sent again after a failure.

use std::rc::Rc;

use regain_protocol::Answer;

use super::{Fault, Resume, Ticket};
use crate::clock::Millis;

/// A request without a reply is given up after this long; its reply, if it comes after all, is dropped.
pub(super) const PATIENCE: Millis = 30_000;

/// The same for what nobody waits for.
pub(super) const POLL_PATIENCE: Millis = 8_000;

/// After this long the person is told that it takes its time.
pub(super) const SLOW: Millis = 4_000;

/// Waits between the repeats that happen by themselves; after the last, the person decides.
const WAITS: [Millis; 5] = [4_000, 8_000, 16_000, 30_000, 60_000];

/// How long to wait where the server said 429 and not for how long.
pub(super) const BUSY_WAIT: u32 = 30;

/// What the person wanted that led to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Submit,
    AnotherCaptcha,
    AnotherCode,
    /// What needs no care of its own.
    Other,
}

/// A request in words of the flow.
#[derive(Debug, Clone)]
pub(super) enum Call {
    Create,
    Resume(Resume),
    Refresh,
    /// How does the call go? Asked behind the person's back: whatever they want goes first.
    Poll,
    Answer {
        wish: Wish,
        step: String,
        answer: Rc<Answer>,
    },
}

/// A request with the key under which the server acts on it once, however often it is sent.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) call: Call,
    pub(super) key: String,
    /// How often it was sent and lost.
    pub(super) lost: usize,
}

impl Ask {
    /// When to send it again without being asked. While the device is offline there is no use in
    /// trying: the browser says when it is back.
    pub(super) fn retry_at(&self, fault: Fault, now: Millis) -> Option<Millis> {
        match fault {
            Fault::Unreachable | Fault::Server => Some(now + WAITS.get(self.lost)?),
            Fault::Offline | Fault::Busy | Fault::Refused => None,
        }
    }
}

impl Line {
    /// Whether the person has to wait.
    pub(super) fn is_busy(&self) -> bool {
        match self {
            Self::Busy { ask: Ask { call: Call::Poll, .. }, fault, .. } => fault.is_some(),
            Self::Busy { .. } => true,
            Self::Failed { .. } | Self::Idle => false,
        }
    }
}

/// What the line is doing.
#[derive(Debug, Clone)]
pub(super) enum Line {
    Idle,
    /// A request is on its way.
    Busy {
        ask: Ask,
        ticket: Ticket,
        since: Millis,
        /// Why it had to be sent again: shown until something comes back.
        fault: Option<Fault>,
        said_slow: bool,
    },
    /// A request failed and may be sent again; for [`Fault::Busy`] not before `retry_at`.
    Failed {
        ask: Ask,
        fault: Fault,
        retry_at: Option<Millis>,
    },
}
