//! The ring of the accounts that have something to be recovered by.

use std::sync::Arc;

use super::{OwnRegistrations, registered};
use crate::{
    DatabaseResult,
    connection::Connection,
    query::{query, query_scalar},
};
use regain_ports::{AccountId, NEIGHBOURS, Registered, RingPoint};

/// The accounts from a place on, in their order.
const AHEAD: &str = "SELECT account_id FROM account_ring WHERE directory = $1 AND point >= $2
    AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = account_id AND enabled = FALSE)
    ORDER BY point, account_id LIMIT $3";

/// Those before it: after the last one comes the first.
const AROUND: &str = "SELECT account_id FROM account_ring WHERE directory = $1 AND point < $2
    AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = account_id AND enabled = FALSE)
    ORDER BY point, account_id LIMIT $3";

/// Everything that is registered for as many owners as there are neighbours.
const OF_ALL: &str = "
WITH near (owner) AS (VALUES ($1), ($2), ($3), ($4), ($5), ($6), ($7), ($8), ($9), ($10), ($11), ($12), ($13), ($14), ($15), ($16))
SELECT owner, 1 AS part, position, role AS one, address AS other FROM near JOIN account_mails ON account_id = owner
UNION ALL SELECT owner, 2, position, role, number FROM near JOIN account_phones ON account_id = owner
UNION ALL SELECT owner, 3, position, question, own FROM near JOIN account_questions ON account_id = owner
UNION ALL SELECT owner, 4, 0, '', '' FROM near JOIN account_authenticators ON account_id = owner
UNION ALL SELECT owner, 5, position, '', CASE WHEN used_at IS NULL THEN 'left' ELSE '' END
    FROM near JOIN account_recovery_codes ON account_id = owner
ORDER BY 1, 2, 3";

/// An account has a place as long as anything is registered for it.
const LEAVE: &str = "DELETE FROM account_ring WHERE account_id = $1
    AND NOT EXISTS (SELECT 1 FROM account_mails WHERE account_id = $1)
    AND NOT EXISTS (SELECT 1 FROM account_phones WHERE account_id = $1)
    AND NOT EXISTS (SELECT 1 FROM account_questions WHERE account_id = $1)
    AND NOT EXISTS (SELECT 1 FROM account_authenticators WHERE account_id = $1)
    AND NOT EXISTS (SELECT 1 FROM account_recovery_codes WHERE account_id = $1)";
const JOIN: &str = "INSERT INTO account_ring (account_id, directory, point) SELECT $1, $3, $2
    WHERE (EXISTS (SELECT 1 FROM account_mails WHERE account_id = $1)
      OR EXISTS (SELECT 1 FROM account_phones WHERE account_id = $1)
      OR EXISTS (SELECT 1 FROM account_questions WHERE account_id = $1)
      OR EXISTS (SELECT 1 FROM account_authenticators WHERE account_id = $1)
      OR EXISTS (SELECT 1 FROM account_recovery_codes WHERE account_id = $1))
    ON CONFLICT (account_id) DO NOTHING";

/// A place on the ring.
#[derive(Clone)]
pub(crate) struct Place {
    /// The owner of registrations that it is of.
    owner: AccountId,
    /// The directory that has the account.
    directory: Arc<str>,
    point: RingPoint,
}

/// Gives an account its place on the ring, or takes it away where nothing is registered any more. Belongs into every
/// transaction that changes what is registered.
pub(crate) async fn place(transaction: &mut Connection, place: &Place) -> DatabaseResult<()> {
    let Place { owner, directory, point } = place;
    query(LEAVE).bind(owner.as_str()).execute(transaction).await?;
    let join = query(JOIN).bind(owner.as_str()).bind(point.get()).bind(&**directory);
    join.execute(transaction).await.map(drop)
}

impl OwnRegistrations {
    /// The place of an owner on the ring.
    pub(crate) fn place_of(&self, owner: &AccountId) -> Place {
        let point = self.keys.account_place(owner.as_str());
        Place { owner: owner.clone(), directory: Arc::clone(&self.directory), point }
    }

    /// Writes the places that a migration had to leave open.
    pub(crate) async fn place_all(&self, transaction: &mut Connection) -> DatabaseResult<()> {
        let open: Vec<String> =
            query_scalar("SELECT account_id FROM account_ring WHERE point IS NULL AND directory = $1")
                .bind(&*self.directory)
                .fetch_all(transaction)
                .await?;
        for id in open {
            let point = self.place_of(&id.as_str().into()).point.get();
            let written = query("UPDATE account_ring SET point = $2 WHERE account_id = $1").bind(&id).bind(point);
            written.execute(transaction).await?;
        }
        Ok(())
    }

    /// The accounts after a place.
    pub(super) async fn after(&self, near: RingPoint) -> DatabaseResult<Vec<(AccountId, Registered)>> {
        let input = (self.directory.clone(), near.get());
        let owners = self
            .database
            .read_inline(input, |connection, (directory, near)| Box::pin(neighbours(connection, directory, *near)));
        Ok(owners.await?.into_iter().map(|(owner, registered)| (self.id_of(owner), registered)).collect())
    }
}

/// The owners after a place of a directory's ring, with everything that is registered for them.
async fn neighbours(
    connection: &mut Connection,
    directory: &str,
    near: i64,
) -> DatabaseResult<Vec<(String, Registered)>> {
    let mut owners: Vec<String> = Vec::with_capacity(NEIGHBOURS);
    for statement in [AHEAD, AROUND] {
        let left = i64::try_from(NEIGHBOURS.saturating_sub(owners.len())).unwrap_or(i64::MAX);
        if left > 0 {
            let more = query_scalar(statement).bind(directory).bind(near).bind(left);
            owners.extend(more.fetch_all::<String>(connection).await?);
        }
    }
    let all = (0..NEIGHBOURS).fold(query(OF_ALL), |all, index| all.bind(owners.get(index).map_or("", String::as_str)));
    let rows = all.fetch_all(connection).await?;
    let mut neighbours: Vec<_> = owners.into_iter().map(|owner| (owner, Registered::default())).collect();
    for row in &rows {
        let owner: &str = row.get("owner")?;
        if let Some((owner, registered)) = neighbours.iter_mut().find(|(one, _)| one == owner) {
            registered::add(registered, row, &owner.as_str().into())?;
        }
    }
    Ok(neighbours)
}
