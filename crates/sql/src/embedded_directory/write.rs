//! Prepared changes of embedded accounts.

use jiff::Timestamp;
use regain_ports::{AccountId, AccountRefusal, Unlocked};

use super::{former, rows};
use crate::{DatabaseResult, connection::Connection, query::query};

/// A prepared change of an account.
pub(crate) enum AccountChange {
    /// Sets the password and clears a lockout.
    Password {
        /// The account.
        id: AccountId,
        /// The new password's hash.
        hash: String,
        /// The stored hash that the current password was compared with, where it had to be right.
        compared: Compared,
        /// The number of the account's last passwords that are remembered.
        remembered: u8,
    },
    /// Clears a lockout and the failures that led to it.
    Unlocking {
        /// The account.
        id: AccountId,
        /// The state in which it is expected to be.
        expected: Unlocked,
        /// The time now.
        now: Timestamp,
    },
}

/// The comparison with the current password. It takes long, so it is made outside of the transaction, and counts only
/// if the hash is still the account's.
pub(crate) enum Compared {
    /// None was asked for.
    NotAsked,
    /// It was right for this hash.
    Right(String),
    /// It was wrong.
    Wrong,
}

impl AccountChange {
    /// Writes it. What is refused is to be rolled back with everything else.
    pub(crate) async fn write(&self, transaction: &mut Connection) -> DatabaseResult<Result<(), AccountRefusal>> {
        let (Self::Password { id, .. } | Self::Unlocking { id, .. }) = self;
        let row = rows::to_change(transaction, id).await?;
        let Some(row) = row.filter(|row| row.person.enabled) else { return Ok(Err(AccountRefusal::NoSuchAccount)) };
        match self {
            Self::Password { id, hash, compared, remembered } => {
                let still_right = match compared {
                    Compared::NotAsked => true,
                    Compared::Right(hash) => row.password_hash.as_ref() == Some(hash),
                    Compared::Wrong => false,
                };
                if !still_right {
                    return Ok(Err(AccountRefusal::WrongPassword));
                }
                former::supersede(transaction, id, row.password_hash.as_deref(), *remembered).await?;
                set_password(transaction, id, hash).await?;
            }
            Self::Unlocking { id, expected, now } => match (expected, row.is_locked(*now)) {
                (Unlocked::WasLocked, false) => return Ok(Err(AccountRefusal::NotLocked)),
                (Unlocked::WasNotLocked, true) => return Ok(Err(AccountRefusal::Locked)),
                _ => unlock(transaction, id).await?,
            },
        }
        Ok(Ok(()))
    }
}

pub(super) async fn set_password(transaction: &mut Connection, id: &AccountId, hash: &str) -> DatabaseResult<()> {
    query(
        "UPDATE accounts SET password_hash = $2, failures = 0, failures_since = NULL, locked = FALSE, locked_until = NULL
         WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(hash)
    .execute(transaction)
    .await
    .map(drop)
}

pub(super) async fn unlock(transaction: &mut Connection, id: &AccountId) -> DatabaseResult<()> {
    query("UPDATE accounts SET failures = 0, failures_since = NULL, locked = FALSE, locked_until = NULL WHERE id = $1")
        .bind(id.as_str())
        .execute(transaction)
        .await
        .map(drop)
}
