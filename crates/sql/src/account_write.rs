//! Prepared changes of accounts: all that is slow is done, and one transaction has the rest.

use regain_ports::{AccountRefusal, AccountWrite};

use crate::{embedded_directory::AccountChange, registrations::RegistrationChange, transaction::WriteTransaction};

/// Writes a prepared change. A refused one is to be rolled back with everything else.
pub(crate) async fn write(
    change: &AccountWrite,
    transaction: &mut WriteTransaction,
) -> sqlx::Result<Result<(), AccountRefusal>> {
    if let Some(change) = change.get::<AccountChange>() {
        return change.write(transaction).await;
    }
    match change.get::<RegistrationChange>() {
        Some(change) => change.write(transaction).await,
        None => Err(sqlx::Error::Encode("a change of an account that another adapter prepared".into())),
    }
}
