//! Faults of providers, which all processes know.

use jiff::Timestamp;

use crate::{
    DatabaseResult,
    connection::Connection,
    database::{Database, from_millis, to_millis},
    query::query,
};

/// Notes a fault, or that there is none any more. That a provider goes on working writes nothing.
pub(super) async fn note(
    database: &Database,
    provider: &str,
    fault: Option<&str>,
    now: Timestamp,
) -> DatabaseResult<()> {
    let provider = provider.to_owned();
    let Some(fault) = fault else {
        let has_fault =
            database.read_inline(provider.clone(), |connection, provider| Box::pin(last(connection, provider)));
        if has_fault.await?.is_none() {
            return Ok(());
        }
        let forgotten = database.write(provider, |transaction, provider| {
            let forgotten = query("DELETE FROM provider_faults WHERE provider = $1").bind(provider);
            Box::pin(async { forgotten.execute(transaction).await.map(drop) })
        });
        return forgotten.await;
    };
    let noted = database.write((provider, fault.to_owned(), now), |transaction, (provider, fault, now)| {
        let noted = query(
            "INSERT INTO provider_faults (provider, fault, at) VALUES ($1, $2, $3)
             ON CONFLICT (provider) DO UPDATE SET fault = excluded.fault, at = excluded.at",
        );
        let noted = noted.bind(provider).bind(fault).bind(to_millis(*now));
        Box::pin(async { noted.execute(transaction).await.map(drop) })
    });
    noted.await
}

/// The last fault and its time.
pub(super) async fn last(connection: &mut Connection, provider: &str) -> DatabaseResult<Option<(String, Timestamp)>> {
    let row = query("SELECT fault, at FROM provider_faults WHERE provider = $1").bind(provider);
    let Some(row) = row.fetch_optional(connection).await? else { return Ok(None) };
    Ok(Some((row.get("fault")?, from_millis(row.get("at")?)?)))
}
