//! The ring: accounts in the order of a keyed hash of their ids. A user ID that has no account is given methods like
//! those of the accounts that follow its own place there.

/// The number of accounts that are looked at after a place: enough to find one that can be recovered, and others to
/// draw from what a mask shows.
pub const NEIGHBOURS: usize = 16;

/// A place on the ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RingPoint(i64);

impl RingPoint {
    /// The place of a keyed hash.
    pub const fn new(hash: [u8; 8]) -> Self {
        Self(i64::from_be_bytes(hash))
    }

    /// The place as a number, for a column.
    pub const fn get(self) -> i64 {
        self.0
    }
}
