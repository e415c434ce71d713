//! Accounts as the database has them.

use std::str::FromStr;

use jiff::Timestamp;
use regain_protocol::Role;
use sqlx::{Executor, Row as _, sqlite::SqliteRow};

use super::{
    EmbeddedDirectory, NOBODY,
    accounts::{FAILURES_COUNT_FOR, LOCKOUT},
};
use crate::database::{Backend, from_millis};
use regain_ports::{AccountId, AccountPhone, Person, lies_ahead};
use regain_values::UserId;

const BY_KEY: &str = "SELECT id, user_id, display_name, enabled, locked, locked_until, failures, failures_since,
     password_hash FROM accounts WHERE user_key = $1";

const BY_ID: &str = "SELECT id, user_id, display_name, enabled, locked, locked_until, failures, failures_since,
     password_hash FROM accounts WHERE id = $1";

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
    pub(super) async fn read(&self, key: &str) -> sqlx::Result<Option<Row>> {
        let row = sqlx::query(BY_KEY).bind(key).fetch_optional(self.database.reader()).await?;
        let row = row.map(|row| row_from(&row)).transpose()?;
        // The rest is asked for in any case, so that an account that does not exist takes as many
        // queries.
        let nobody = AccountId::from(NOBODY);
        let id = row.as_ref().map_or(&nobody, |row| &row.person.id);
        let phones = self.phones(id).await?.into_iter().filter(|phone| phone.role == Role::Office).collect();
        let groups = "SELECT name FROM account_groups WHERE account_id = $1 ORDER BY position";
        let groups = self.all(id, groups, |row| row.try_get("name")).await?;
        Ok(row.map(|row| Row { person: Person { phones, groups, ..row.person }, ..row }))
    }

    /// The phones of an account, the office's among them.
    pub(super) async fn phones(&self, id: &AccountId) -> sqlx::Result<Vec<AccountPhone>> {
        self.all(id, "SELECT role, number FROM account_phones WHERE account_id = $1 ORDER BY position", |row| {
            let role = role_from_text(row.try_get("role")?)?;
            Ok(destination_from(row, "number", id)?.map(|number| AccountPhone { role, number }))
        })
        .await
        .map(|phones| phones.into_iter().flatten().collect())
    }

    /// The rows that one query gives of an account.
    pub(super) async fn all<T>(
        &self,
        id: &AccountId,
        query: &'static str,
        read: impl Fn(&SqliteRow) -> sqlx::Result<T>,
    ) -> sqlx::Result<Vec<T>> {
        let rows = sqlx::query(query).bind(id.as_str()).fetch_all(self.database.reader()).await?;
        rows.iter().map(read).collect()
    }
}

/// The row of an account alone.
pub(super) async fn by_id(
    executor: impl Executor<'_, Database = Backend>,
    id: &AccountId,
) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query(BY_ID).bind(id.as_str()).fetch_optional(executor).await?;
    row.map(|row| row_from(&row)).transpose()
}

pub(super) fn row_from(row: &SqliteRow) -> sqlx::Result<Row> {
    let locked: bool = row.try_get("locked")?;
    let password_hash: Option<String> = row.try_get("password_hash")?;
    Ok(Row {
        person: Person {
            id: row.try_get::<String, _>("id")?.into(),
            user_id: UserId::of_directory(row.try_get("user_id")?),
            display_name: row.try_get("display_name")?,
            enabled: row.try_get("enabled")?,
            locked,
            has_password: password_hash.is_some(),
            ..Person::default()
        },
        locked,
        locked_until: time_from(row, "locked_until")?,
        failures: row.try_get("failures")?,
        failures_since: time_from(row, "failures_since")?,
        password_hash,
    })
}

/// The time in a column.
pub(super) fn time_from(row: &SqliteRow, column: &str) -> sqlx::Result<Option<Timestamp>> {
    row.try_get::<Option<i64>, _>(column)?.map(from_millis).transpose()
}

/// The role of a name in the database.
pub(super) fn role_from_text(text: &str) -> sqlx::Result<Role> {
    Role::from_text(text).ok_or_else(|| sqlx::Error::Decode("a role that this version does not know".into()))
}

/// The address or number in a column; `None` for one that no longer can be sent to: former versions took some in that
/// nothing arrives at.
pub(super) fn destination_from<T: FromStr>(row: &SqliteRow, column: &str, id: &AccountId) -> sqlx::Result<Option<T>> {
    let destination = row.try_get::<&str, _>(column)?.parse().ok();
    if destination.is_none() {
        tracing::warn!(account = %id, column, "nothing can be sent to what is registered: it is left out");
    }
    Ok(destination)
}
