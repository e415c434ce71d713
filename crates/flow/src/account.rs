//! The state of the question for the kind of account.

/// State of the question for the kind of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// Not known before the configuration is there.
    Undecided,
    /// It is.
    Asked,
    /// It was, or need not be.
    Settled,
}
