//! The server key that a database was made with, by its fingerprint.

use regain_keys::Keys;

use crate::{
    Database, DatabaseError, DatabaseResult,
    connection::Connection,
    query::{query, query_scalar},
};

/// Why a database is not opened with a server key.
#[derive(Debug, thiserror::Error)]
pub enum ServerKeyError {
    /// It was made with another one.
    #[error(
        "the database was made with another server key: put that key back (server.key_file; all servers of a database have \
         the same), or list its file in server.former_key_files. \
         If it is lost, `regain-server adopt-key` has the database take this one"
    )]
    Another,
    /// The database does not answer.
    #[error("cannot look for the database's server key: {0}")]
    Unavailable(#[from] DatabaseError),
}

impl Database {
    /// Checks that the database was made with this server key or one that it replaced, and notes this one. One that was
    /// made by a version without fingerprints takes the first key that comes.
    pub async fn use_key(&self, keys: &Keys) -> Result<(), ServerKeyError> {
        let noted = self.read((), |connection, ()| Box::pin(fingerprint(connection))).await?;
        if noted.as_ref() == Some(&keys.fingerprint()) {
            return Ok(());
        }
        let taken = self.write(keys.clone(), |transaction, keys| {
            Box::pin(async move {
                // Of two processes that start with a new database the second one sees the first one's key.
                transaction.lock(["server_key".to_owned()]).await?;
                let noted = fingerprint(transaction).await?;
                if noted.as_ref().is_some_and(|noted| !keys.has_fingerprint(noted)) {
                    return Ok(false);
                }
                if noted.is_some() {
                    tracing::info!("the database goes on with a new server key");
                }
                note(transaction, &keys.fingerprint()).await.map(|()| true)
            })
        });
        if taken.await? { Ok(()) } else { Err(ServerKeyError::Another) }
    }

    /// Notes a server key, whatever the database was made with. What the lost key signed can no longer be verified.
    pub async fn adopt_key(&self, keys: &Keys) -> Result<(), ServerKeyError> {
        Ok(self.note_key(keys).await?)
    }

    async fn note_key(&self, keys: &Keys) -> DatabaseResult<()> {
        self.write(keys.fingerprint(), |transaction, fingerprint| Box::pin(note(transaction, fingerprint))).await
    }
}

async fn note(transaction: &mut Connection, fingerprint: &str) -> DatabaseResult<()> {
    query(
        "INSERT INTO server_key (id, fingerprint) VALUES (1, $1)
         ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint",
    )
    .bind(fingerprint)
    .execute(transaction)
    .await
    .map(drop)
}

/// The fingerprint that is noted; `None` before the first start.
async fn fingerprint(connection: &mut Connection) -> DatabaseResult<Option<String>> {
    query_scalar("SELECT fingerprint FROM server_key").fetch_optional(connection).await
}
