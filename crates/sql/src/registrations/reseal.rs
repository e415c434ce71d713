//! Sealing anew what was sealed with a former server key.

use regain_ports::AccountId;

use super::{OwnRegistrations, write::authenticator_context};
use crate::{DatabaseResult, query::query};

/// The number of rows that one transaction writes.
const BATCH: usize = 1000;

impl OwnRegistrations {
    /// Seals with the server key what was sealed with one that it replaced. Done when the directory is opened and not when
    /// something is used, which would take longer for accounts that there are.
    pub(crate) async fn reseal(&self) -> DatabaseResult<()> {
        if !self.keys.has_former() {
            return Ok(());
        }
        let rows = self.database.read((), |connection, ()| {
            Box::pin(query("SELECT account_id, secret FROM account_authenticators").fetch_all(connection))
        });
        let rows = rows.await?;
        let mut resealed = Vec::new();
        for row in &rows {
            let (id, sealed): (AccountId, String) = (row.get::<String>("account_id")?.into(), row.get("secret")?);
            let context = authenticator_context(&id);
            if self.keys.is_sealed_by_former(&context, &sealed)
                && let Ok(key) = self.keys.open(&context, &sealed)
            {
                resealed.push((id, sealed, self.keys.seal(&*self.rng, &context, &key)));
            }
        }
        for batch in resealed.chunks(BATCH) {
            let written = self.database.write(batch.to_vec(), |transaction, batch| {
                Box::pin(async move {
                    for (id, former, sealed) in batch {
                        // Only where nobody has registered another one meanwhile.
                        query("UPDATE account_authenticators SET secret = $3 WHERE account_id = $1 AND secret = $2")
                            .bind(id.as_str())
                            .bind(former)
                            .bind(sealed)
                            .execute(transaction)
                            .await?;
                    }
                    Ok(())
                })
            });
            written.await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use regain_keys::Keys;
    use regain_ports::{Accounts as _, Clock as _, OsRng, Registrations as _, SystemClock};
    use regain_protocol::Secret;
    use regain_values::UserId;

    use crate::{Database, EmbeddedDirectory, HashCost};
    use regain_people::People;

    async fn open(folder: &tempfile::TempDir, keys: Keys) -> EmbeddedDirectory {
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        let (clock, rng) = (Arc::new(SystemClock), Arc::new(OsRng));
        EmbeddedDirectory::open_with(database, clock, rng, keys, HashCost::TEST).await.expect("opens")
    }

    #[tokio::test]
    async fn d18_apps_and_saved_codes_outlive_a_change_of_the_server_key() {
        let [first, second] = [7, 8].map(|byte| Secret::new(vec![byte; 32]));
        let folder = tempfile::tempdir().expect("a folder");
        let directory = open(&folder, Keys::derive(&first)).await;
        let list = "people = [{ user_id = 'ada', name = 'A', authenticator = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
                    recovery_codes = ['7K3QX-9MBWD-2HZ4T'] }]";
        directory.import(&People::from_toml(list).expect("reads")).await.expect("imports");
        let ada = directory.find(&UserId::of_directory("ada".into())).await.expect("answers").expect("is there").id;
        directory.registrations().database.close().await;

        let directory = open(&folder, Keys::derive(&second).with_former(&[first])).await;
        let key = directory.registrations().authenticator_key(Some(&ada)).await.expect("answers").expect("is there");
        assert_eq!(key.expose(), b"12345678901234567890");
        let code = "7K3QX9MBWD2HZ4T".into();
        assert!(
            directory.registrations().use_recovery_code(Some(&ada), &code, SystemClock.now()).await.expect("answers")
        );
        assert!(
            !directory.registrations().use_recovery_code(Some(&ada), &code, SystemClock.now()).await.expect("answers"),
            "once"
        );
        directory.registrations().database.close().await;

        let directory = open(&folder, Keys::derive(&second)).await;
        let key = directory
            .registrations()
            .authenticator_key(Some(&ada))
            .await
            .expect("it was sealed anew")
            .expect("is there");
        assert_eq!(key.expose(), b"12345678901234567890");
    }
}
