//! The state of the question for the kind of account.

use crate::clock::Millis;

/// The longest wait of the first step for the configuration; then it comes without this question.
const WAIT: Millis = 4_000;

/// State of the question for the kind of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// Not known before the configuration is there, or this time is reached.
    Undecided { until: Millis },
    /// It is.
    Asked,
    /// It was, or need not be.
    Settled,
}

impl Account {
    pub(crate) fn new(now: Millis) -> Self {
        Self::Undecided { until: now + WAIT }
    }
}
