//! Accounts as the database has them.

use jiff::{SignedDuration, Timestamp};
use regain_protocol::Role;

use super::EmbeddedDirectory;
use crate::{
    DatabaseResult,
    columns::{destination_from, time_from},
    connection::Connection,
    query::{self, query},
    registrations::NOBODY,
};
use regain_ports::{AccountId, AccountPhone, Person, lies_ahead};
use regain_values::UserId;

/// The account of a normalised user ID, with the office's phones and the groups that the directory has of it. Those of
/// nobody are looked for where there is no such account: it takes as much either way.
const BY_KEY: &str = "
SELECT 0 AS part, 0 AS position, id, user_id, display_name, enabled, locked, locked_until, failures, failures_since,
    password_hash, '' AS number FROM accounts WHERE user_key = $1
UNION ALL SELECT 1, position, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, number FROM account_phones
    WHERE account_id = COALESCE((SELECT id FROM accounts WHERE user_key = $1), $2) AND role = 'office'
UNION ALL SELECT 2, position, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, name FROM account_groups
    WHERE account_id = COALESCE((SELECT id FROM accounts WHERE user_key = $1), $2)
ORDER BY 1, 2";

const BY_ID: &str = "SELECT id, user_id, display_name, enabled, locked, locked_until, failures, failures_since,
     password_hash FROM accounts WHERE id = $1";

/// [`BY_ID`] for whoever changes the account next.
const BY_ID_TO_CHANGE: &str =
    "SELECT id, user_id, display_name, enabled, locked, locked_until, failures, failures_since,
     password_hash FROM accounts WHERE id = $1 FOR UPDATE";

/// The accounts of sixteen ids, with the office's phones.
const BY_IDS: &str = "
SELECT id, user_id, display_name, enabled, locked, locked_until, failures, failures_since, password_hash, number
FROM accounts LEFT JOIN account_phones ON account_id = id AND role = 'office'
WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ORDER BY id, position";

/// The number of ids that [`BY_IDS`] takes.
const IDS: usize = 16;

/// The time for which failed sign-ins count towards a lockout, from the first of them.
const FAILURES_COUNT_FOR: SignedDuration = SignedDuration::from_mins(15);

/// The time for which failed sign-ins lock an account.
pub(super) const LOCKOUT: SignedDuration = SignedDuration::from_mins(15);

/// An account as the database has it.
pub(super) struct Row {
    pub(super) person: Person,
    locked: bool,
    pub(super) locked_until: Option<Timestamp>,
    failures: i64,
    failures_since: Option<Timestamp>,
    pub(super) password_hash: Option<String>,
}

impl Row {
    pub(super) fn is_locked(&self, now: Timestamp) -> bool {
        self.locked || self.locked_until.is_some_and(|until| lies_ahead(until, LOCKOUT, now))
    }

    /// The failures that count, and since when: they are forgotten when the first is long enough ago, or
    /// a few of a stranger's a day would add up to a lockout.
    pub(super) fn failures(&self, now: Timestamp) -> (i64, Option<Timestamp>) {
        // Those from the future were counted before a clock was set back: they count from now on.
        let since = self.failures_since.map(|since| since.min(now)).filter(|since| *since > now - FAILURES_COUNT_FOR);
        (if since.is_some() { self.failures } else { 0 }, since)
    }
}

impl EmbeddedDirectory {
    /// The account of a normalised user ID, with what the directory has of it.
    pub(super) async fn read(&self, key: &str) -> DatabaseResult<Option<Row>> {
        self.database.read_inline(key.to_owned(), |connection, key| Box::pin(by_key(connection, key))).await
    }

    /// The account of an id, without what else the directory has of it.
    pub(super) async fn read_by_id(&self, id: &AccountId) -> DatabaseResult<Option<Row>> {
        self.database.read_inline(id.clone(), |connection, id| Box::pin(by_id(connection, id))).await
    }

    /// The accounts that have some of these ids.
    pub(super) async fn by_ids(&self, ids: &[AccountId]) -> DatabaseResult<Vec<Person>> {
        self.database.read_inline(ids.to_vec(), |connection, ids| Box::pin(by_ids(connection, ids))).await
    }
}

async fn by_key(connection: &mut Connection, key: &str) -> DatabaseResult<Option<Row>> {
    let rows = query(BY_KEY).bind(key).bind(NOBODY).fetch_all(connection).await?;
    let mut account: Option<Row> = None;
    for row in &rows {
        match (row.get::<i64>("part")?, &mut account) {
            (0, _) => account = Some(row_from(row)?),
            (1, Some(Row { person, .. })) => person.phones.extend(office_from(row, &person.id)?),
            (_, Some(Row { person, .. })) => person.groups.push(row.get("number")?),
            (_, None) => {}
        }
    }
    Ok(account)
}

async fn by_ids(connection: &mut Connection, ids: &[AccountId]) -> DatabaseResult<Vec<Person>> {
    let mut people: Vec<Person> = Vec::with_capacity(ids.len());
    for some in ids.chunks(IDS) {
        let mut query = query(BY_IDS);
        for index in 0..IDS {
            query = query.bind(some.get(index).map_or("", AccountId::as_str));
        }
        for row in &query.fetch_all(connection).await? {
            let Row { person, .. } = row_from(row)?;
            if people.last().is_none_or(|last| last.id != person.id) {
                people.push(person);
            }
            let has_phone = row.get::<Option<&str>>("number")?.is_some();
            if let Some(person) = people.last_mut().filter(|_| has_phone) {
                person.phones.extend(office_from(row, &person.id)?);
            }
        }
    }
    Ok(people)
}

/// The office's phone in a row.
fn office_from(row: &query::Row, id: &AccountId) -> DatabaseResult<Option<AccountPhone>> {
    Ok(destination_from(row, "number", id)?.map(|number| AccountPhone { role: Role::Office, number }))
}

/// The row of an account alone.
pub(super) async fn by_id(connection: &mut Connection, id: &AccountId) -> DatabaseResult<Option<Row>> {
    let row = query(BY_ID).bind(id.as_str()).fetch_optional(connection).await?;
    row.map(|row| row_from(&row)).transpose()
}

/// The row of an account alone, which nobody else changes until the transaction ends.
pub(super) async fn to_change(transaction: &mut Connection, id: &AccountId) -> DatabaseResult<Option<Row>> {
    let row = query(BY_ID_TO_CHANGE).bind(id.as_str()).fetch_optional(transaction).await?;
    row.map(|row| row_from(&row)).transpose()
}

fn row_from(row: &query::Row) -> DatabaseResult<Row> {
    let locked: bool = row.get("locked")?;
    let password_hash: Option<String> = row.get("password_hash")?;
    Ok(Row {
        person: Person {
            id: row.get::<String>("id")?.into(),
            user_id: UserId::of_directory(row.get("user_id")?),
            display_name: row.get("display_name")?,
            enabled: row.get("enabled")?,
            locked,
            has_password: password_hash.is_some(),
            ..Person::default()
        },
        locked,
        locked_until: time_from(row, "locked_until")?,
        failures: row.get("failures")?,
        failures_since: time_from(row, "failures_since")?,
        password_hash,
    })
}
