//! Prepared changes of accounts: all that is slow is done, and one transaction has the rest.

use regain_ports::{AccountRefusal, AccountWrite};

use crate::{
    DatabaseError, DatabaseResult, connection::Connection, embedded_directory::AccountChange,
    registrations::RegistrationChange,
};

/// Writes a prepared change. A refused one is to be rolled back with everything else.
pub(crate) async fn write(
    change: &AccountWrite,
    transaction: &mut Connection,
) -> DatabaseResult<Result<(), AccountRefusal>> {
    if let Some(change) = change.get::<AccountChange>() {
        return change.write(transaction).await;
    }
    match change.get::<RegistrationChange>() {
        Some(change) => change.write(transaction).await,
        None => Err(DatabaseError::not_done("a change of an account that another adapter prepared")),
    }
}
