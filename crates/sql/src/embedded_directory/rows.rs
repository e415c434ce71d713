//! Accounts as the database has them.

use jiff::Timestamp;
use regain_protocol::Role;
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{EmbeddedDirectory, FAILURES_COUNT_FOR, NOBODY};
use crate::database::from_millis;
use regain_ports::{Account, AccountMail, AccountPhone, AccountQuestion, DirectoryError};

const ACCOUNT: &str = "SELECT id, user_id, display_name, enabled, locked, locked_until, failures, failures_since,
     password_hash, security_info_confirmed_at FROM accounts WHERE user_key = $1";

pub(super) const ACCOUNT_BY_ID: &str =
    "SELECT id, user_id, display_name, enabled, locked, locked_until, failures, failures_since,
     password_hash, security_info_confirmed_at FROM accounts WHERE id = $1";

/// An account as the database has it.
pub(super) struct Row {
    pub(super) account: Account,
    locked: bool,
    pub(super) locked_until: Option<Timestamp>,
    failures: i64,
    failures_since: Option<Timestamp>,
    pub(super) password_hash: Option<String>,
}

impl Row {
    pub(super) fn is_locked(&self, now: Timestamp) -> bool {
        self.locked || self.locked_until.is_some_and(|until| until > now)
    }

    /// The failures that count, and since when: they are forgotten when the first is long enough ago, or
    /// a few of a stranger's a day would add up to a lockout.
    pub(super) fn failures(&self, now: Timestamp) -> (i64, Option<Timestamp>) {
        let since = self.failures_since.filter(|since| *since > now - FAILURES_COUNT_FOR);
        (if since.is_some() { self.failures } else { 0 }, since)
    }
}

impl EmbeddedDirectory {
    /// The account of a normalised user ID, with all that belongs to it.
    pub(super) async fn read(&self, key: &str) -> Result<Option<Row>, DirectoryError> {
        let row = sqlx::query(ACCOUNT)
            .bind(key)
            .fetch_optional(self.database.reader())
            .await
            .map_err(DirectoryError::unavailable)?;
        let row = row.map(|row| account_from(&row)).transpose().map_err(DirectoryError::unavailable)?;
        // The rest is asked for in any case, so that an account that does not exist takes as many
        // queries.
        let id = row.as_ref().map_or(NOBODY, |row| row.account.id.as_str());
        let mails = self
            .all(id, "SELECT role, address FROM account_mails WHERE account_id = $1 ORDER BY position", |row| {
                Ok(AccountMail { role: role_from_text(row.try_get("role")?)?, address: row.try_get("address")? })
            })
            .await
            .map_err(DirectoryError::unavailable)?;
        let phones = self
            .all(id, "SELECT role, number FROM account_phones WHERE account_id = $1 ORDER BY position", |row| {
                Ok(AccountPhone { role: role_from_text(row.try_get("role")?)?, number: row.try_get("number")? })
            })
            .await
            .map_err(DirectoryError::unavailable)?;
        let questions = self
            .all(id, "SELECT question, own FROM account_questions WHERE account_id = $1 ORDER BY position", |row| {
                Ok(AccountQuestion { id: row.try_get("question")?, own: row.try_get("own")? })
            })
            .await
            .map_err(DirectoryError::unavailable)?;
        let authenticators = self
            .all(id, "SELECT 1 FROM account_authenticators WHERE account_id = $1", |_| Ok(()))
            .await
            .map_err(DirectoryError::unavailable)?;
        let recovery_codes = self
            .all(id, "SELECT used_at IS NULL AS is_left FROM account_recovery_codes WHERE account_id = $1", |row| {
                row.try_get::<bool, _>("is_left")
            })
            .await
            .map_err(DirectoryError::unavailable)?;
        let left = recovery_codes.iter().filter(|is_left| **is_left).count();
        let groups = self
            .all(id, "SELECT name FROM account_groups WHERE account_id = $1 ORDER BY position", |row| {
                row.try_get("name")
            })
            .await
            .map_err(DirectoryError::unavailable)?;
        Ok(row.map(|row| Row {
            account: Account {
                mails,
                phones,
                questions,
                authenticator: !authenticators.is_empty(),
                recovery_codes: u8::try_from(left).ok().filter(|_| !recovery_codes.is_empty()),
                groups,
                ..row.account
            },
            ..row
        }))
    }

    /// What one query gives of an account.
    async fn all<T>(
        &self,
        account_id: &str,
        query: &'static str,
        read: impl Fn(&SqliteRow) -> sqlx::Result<T>,
    ) -> sqlx::Result<Vec<T>> {
        let rows = sqlx::query(query).bind(account_id).fetch_all(self.database.reader()).await?;
        rows.iter().map(read).collect()
    }
}

/// The account of a row of `accounts` alone.
pub(super) fn account_from(row: &SqliteRow) -> sqlx::Result<Row> {
    let locked: bool = row.try_get("locked")?;
    let password_hash: Option<String> = row.try_get("password_hash")?;
    Ok(Row {
        account: Account {
            id: row.try_get("id")?,
            user_id: row.try_get("user_id")?,
            display_name: row.try_get("display_name")?,
            enabled: row.try_get("enabled")?,
            locked,
            has_password: password_hash.is_some(),
            security_info_confirmed_at: time_from(row, "security_info_confirmed_at")?,
            ..Account::default()
        },
        locked,
        locked_until: time_from(row, "locked_until")?,
        failures: row.try_get("failures")?,
        failures_since: time_from(row, "failures_since")?,
        password_hash,
    })
}

fn time_from(row: &SqliteRow, column: &str) -> sqlx::Result<Option<Timestamp>> {
    row.try_get::<Option<i64>, _>(column)?.map(from_millis).transpose()
}

/// The role's name in the database.
pub(super) fn role_to_text(role: Role) -> sqlx::Result<&'static str> {
    match role {
        Role::Alternate => Ok("alternate"),
        Role::Authentication => Ok("authentication"),
        Role::Mobile => Ok("mobile"),
        Role::Office => Ok("office"),
        Role::Unknown => Err(sqlx::Error::Encode("a role that this version does not know".into())),
    }
}

/// The role of a name in the database.
fn role_from_text(text: &str) -> sqlx::Result<Role> {
    match text {
        "alternate" => Ok(Role::Alternate),
        "authentication" => Ok(Role::Authentication),
        "mobile" => Ok(Role::Mobile),
        "office" => Ok(Role::Office),
        _ => Err(sqlx::Error::Decode("a role that this version does not know".into())),
    }
}
