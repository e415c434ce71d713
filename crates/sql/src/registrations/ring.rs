//! The ring of the accounts that have something to be recovered by.

use std::sync::Arc;

use regain_protocol::Role;

use super::OwnRegistrations;
use crate::{
    DatabaseResult,
    columns::{destination_from, role_from_text},
    connection::Connection,
    query::{Row, query, query_scalar},
};
use regain_ports::{AccountId, AccountMail, AccountPhone, AccountQuestion, NEIGHBOURS, Registered, RingPoint};

/// Everything that is registered for the accounts after a place, in one look-up; after the last comes the first.
const AFTER: &str = "
WITH near AS (
    SELECT lap, point, account_id FROM (
        SELECT * FROM (SELECT 0 AS lap, point, account_id FROM account_ring
            WHERE directory = $3 AND point >= $1
            AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = account_id AND enabled = FALSE)
            ORDER BY point, account_id LIMIT $2) AS ahead
        UNION ALL
        SELECT * FROM (SELECT 1 AS lap, point, account_id FROM account_ring
            WHERE directory = $3 AND point < $1
            AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = account_id AND enabled = FALSE)
            ORDER BY point, account_id LIMIT $2) AS around
    ) AS both_laps ORDER BY lap, point, account_id LIMIT $2
)
SELECT lap, point, near.account_id AS account_id, 0 AS part, 0 AS position, '' AS one, '' AS other FROM near
UNION ALL SELECT lap, point, near.account_id, 1, position, role, address
    FROM near JOIN account_mails ON account_mails.account_id = near.account_id
UNION ALL SELECT lap, point, near.account_id, 2, position, role, number
    FROM near JOIN account_phones ON account_phones.account_id = near.account_id
UNION ALL SELECT lap, point, near.account_id, 3, position, question, own
    FROM near JOIN account_questions ON account_questions.account_id = near.account_id
UNION ALL SELECT lap, point, near.account_id, 4, 0, '', ''
    FROM near JOIN account_authenticators ON account_authenticators.account_id = near.account_id
UNION ALL SELECT lap, point, near.account_id, 5, position, '', CASE WHEN used_at IS NULL THEN 'left' ELSE '' END
    FROM near JOIN account_recovery_codes ON account_recovery_codes.account_id = near.account_id
ORDER BY 1, 2, 3, 4, 5";

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
        let limit = i64::try_from(NEIGHBOURS).unwrap_or(i64::MAX);
        let input = (near.get(), limit, self.directory.clone());
        let rows = self.database.read_inline(input, |connection, (near, limit, directory)| {
            Box::pin(query(AFTER).bind(*near).bind(*limit).bind(&**directory).fetch_all(connection))
        });
        let rows = rows.await?;
        let mut neighbours: Vec<(AccountId, Registered)> = Vec::with_capacity(NEIGHBOURS);
        for row in &rows {
            if row.get::<i64>("part")? == 0 {
                neighbours.push((self.id_of(row.get("account_id")?), Registered::default()));
            } else if let Some((id, registered)) = neighbours.last_mut() {
                add(registered, row, id)?;
            }
        }
        Ok(neighbours)
    }
}

/// Adds a row of [`AFTER`] to what is registered.
fn add(registered: &mut Registered, row: &Row, id: &AccountId) -> DatabaseResult<()> {
    match row.get::<i64>("part")? {
        1 => {
            let role = role_from_text(row.get("one")?)?;
            let address = destination_from(row, "other", id)?;
            registered.mails.extend(address.map(|address| AccountMail { role, address }));
        }
        2 => {
            let role = role_from_text(row.get("one")?)?;
            let number = destination_from(row, "other", id)?.filter(|_| role != Role::Office);
            registered.phones.extend(number.map(|number| AccountPhone { role, number }));
        }
        3 => registered.questions.push(AccountQuestion { id: row.get("one")?, own: row.get("other")? }),
        4 => registered.authenticator = true,
        _ => {
            let left = u8::from(row.get::<String>("other")? == "left");
            registered.recovery_codes = Some(registered.recovery_codes.unwrap_or_default().saturating_add(left));
        }
    }
    Ok(())
}
