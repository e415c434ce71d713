//! The passwords that an account had before, for organisations that refuse them.

use regain_protocol::Secret;

use super::EmbeddedDirectory;
use crate::{
    DatabaseResult,
    connection::Connection,
    query::{query, query_scalar},
};
use regain_ports::{AccountId, DirectoryError, Standing};

impl EmbeddedDirectory {
    /// The same directory, remembering so many of each account's last passwords, the current one being the
    /// first of them; 0 for none but the current one.
    #[must_use]
    pub fn remembering(self, passwords: u8) -> Self {
        Self { remembered: passwords, ..self }
    }

    /// Tells if a password is the account's, or one of those that it is to be remembered for. Each comparison
    /// costs what a sign-in does, so the first that fits is the last.
    pub(super) async fn had(&self, id: &AccountId, password: &Secret<String>) -> Result<bool, DirectoryError> {
        let current = self.read_by_id(id).await.map_err(DirectoryError::unavailable)?;
        let current = current.and_then(|row| row.password_hash);
        let input = (id.clone(), i64::from(self.remembered.saturating_sub(1)));
        let former = self.database.read(input, |connection, (id, limit)| {
            let former = query_scalar(
                "SELECT password_hash FROM account_former_passwords WHERE account_id = $1 ORDER BY position DESC LIMIT $2",
            );
            Box::pin(former.bind(id.as_str()).bind(*limit).fetch_all::<String>(connection))
        });
        let former = former.await.map_err(DirectoryError::unavailable)?;
        for hash in current.into_iter().chain(former) {
            if self.hashing.verify(Standing::Proved, password, &hash).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Makes what was the current password a former one, and forgets what is no longer asked for.
pub(super) async fn supersede(
    transaction: &mut Connection,
    id: &AccountId,
    current: Option<&str>,
    remembered: u8,
) -> DatabaseResult<()> {
    let newest: Option<i64> = query_scalar("SELECT MAX(position) FROM account_former_passwords WHERE account_id = $1")
        .bind(id.as_str())
        .fetch_one(transaction)
        .await?;
    let newest = newest.unwrap_or_default() + 1;
    if let Some(hash) = current {
        query("INSERT INTO account_former_passwords (account_id, position, password_hash) VALUES ($1, $2, $3)")
            .bind(id.as_str())
            .bind(newest)
            .bind(hash)
            .execute(transaction)
            .await?;
    }
    query("DELETE FROM account_former_passwords WHERE account_id = $1 AND position <= $2")
        .bind(id.as_str())
        .bind(newest - i64::from(remembered.saturating_sub(1)))
        .execute(transaction)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use regain_values::UserId;
    use std::sync::Arc;

    use regain_protocol::Secret;

    use crate::{Database, EmbeddedDirectory, HashCost, query::query_scalar};
    use regain_keys::Keys;
    use regain_people::People;
    use regain_ports::{Accounts as _, OsRng, PasswordChange, SystemClock};

    /// Passwords that are not asked for are not kept, nor those that were asked for before.
    #[tokio::test]
    async fn no_more_hashes_are_kept_than_are_needed() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        let open = async |remembered| {
            let opened = EmbeddedDirectory::open_with(
                database.clone(),
                Arc::new(SystemClock),
                Arc::new(OsRng),
                Keys::derive(&Secret::new(vec![7; 32])),
                HashCost::TEST,
            )
            .await;
            opened.expect("opens").remembering(remembered)
        };
        let people = People::from_toml("people = [{ user_id = 'ada', name = 'A', password = '0' }]").expect("reads");
        let directory = open(3).await;
        directory.import(&people).await.expect("imports");
        let ada = directory.find(&UserId::of_directory("ada".into())).await.expect("answers").expect("is there").id;
        let kept = async || -> i64 {
            let count = database.read((), |connection, ()| {
                Box::pin(query_scalar("SELECT COUNT(*) FROM account_former_passwords").fetch_one(connection))
            });
            count.await.expect("counts")
        };
        let mut directory = directory;
        for (remembered, new, expected) in
            [(3, "1", 1), (3, "2", 2), (3, "3", 2), (2, "4", 1), (1, "5", 0), (0, "6", 0)]
        {
            directory = directory.remembering(remembered);
            let change = PasswordChange { new: new.into(), current: None };
            directory.set_password(&ada, &change).await.expect("sets");
            assert_eq!(kept().await, expected, "{new}");
            assert!(directory.remembers(&ada, &new.into()).await.expect("answers"), "the current one counts always");
        }
        assert!(!directory.remembers(&ada, &"5".into()).await.expect("answers"));
    }
}
