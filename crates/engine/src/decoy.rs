//! Made-up accounts, for user IDs that have none: the same each time, and like the real ones in distribution.
//!
//! One is made [after a neighbour](neighbour) on the ring of accounts, so that whatever shapes there are among real
//! accounts are among made-up ones as often. Only where nobody can be recovered yet it has a
//! [shape by default](default_shape).

mod default_shape;
mod neighbour;

use regain_keys::Keys;
use regain_ports::Account;

use crate::{Rules, methods};

/// The made-up account of a user ID, with methods among those that are on; at least one. It cannot be used.
/// `neighbours` are the accounts that follow its place on the ring.
pub(crate) fn account(keys: &Keys, user_id: &str, neighbours: &[Account], rules: &Rules) -> Account {
    let mut recoverable = neighbours.iter().filter(|neighbour| methods::can_begin(neighbour, rules));
    // Both are always worked out, so that it takes as long.
    let by_default = default_shape::account(&keys.decoy_seed(user_id), user_id, rules);
    match recoverable.next() {
        Some(shape) => neighbour::account(keys, user_id, shape, &recoverable.collect::<Vec<_>>(), rules),
        None => by_default,
    }
}
