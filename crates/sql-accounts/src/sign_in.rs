//! Signing in: the password compared, the attempt counted.

use jiff::Timestamp;
use regain_password_hashes::StoredHash;
use regain_ports::{DirectoryError, Person, SignIn, Standing};
use regain_protocol::Secret;
use regain_values::UserId;

use crate::{
    database::{Lease, Statement, Values},
    directory::SqlAccounts,
    failure::{ATTEMPTS, Failure},
    people::Found,
};

impl SqlAccounts {
    /// For everybody the same is read, one hash is made and the same statements run.
    pub(crate) async fn check_password(
        &self,
        user_id: &UserId,
        password: &Secret<String>,
        now: Timestamp,
    ) -> Result<SignIn<Person>, DirectoryError> {
        let found = self.within(self.read_alone(user_id, now)).await?;
        let hash = found.as_ref().and_then(Found::hash);
        let right = self.is_of(Standing::Stranger, password, hash).await?;
        for _ in 1..ATTEMPTS {
            match self.within(self.count(user_id, hash, right, now)).await {
                Err(Failure::Conflict) => {}
                Ok(signed_in) => return Ok(signed_in),
                Err(Failure::Directory(error)) => return Err(error),
            }
        }
        self.within(self.count(user_id, hash, right, now)).await.map_err(Failure::into_error)
    }

    /// Tells if a password is that of a hash. Where there is none, or none that can be read, it takes as long.
    pub(crate) async fn is_of(
        &self,
        standing: Standing,
        password: &Secret<String>,
        hash: Option<&Secret<String>>,
    ) -> Result<bool, DirectoryError> {
        let read = hash.map(|hash| StoredHash::parse(hash.expose().trim_end())).transpose();
        if let Err(error) = &read {
            tracing::warn!(%error, "{}: a person cannot sign in here", self.statements.password.key);
        }
        let read = read.ok().flatten();
        let counts = read.is_some();
        let (compared, password, memory) =
            (read.unwrap_or_else(|| self.dummy.clone()), password.clone(), self.memory.clone());
        let is_of = self.lanes.run(standing, move || compared.is_of(&password, &memory)).await?;
        Ok(is_of && counts)
    }

    pub(crate) async fn read_alone(&self, user_id: &UserId, now: Timestamp) -> Result<Option<Found>, DirectoryError> {
        let mut lease = self.lease().await?;
        let found = self.read(&mut lease, user_id, now).await?;
        lease.end();
        Ok(found)
    }

    /// Decides by what the account is now, and counts: a try that comes after the lockout is refused whatever it tried.
    async fn count(
        &self,
        user_id: &UserId,
        compared: Option<&Secret<String>>,
        right: bool,
        now: Timestamp,
    ) -> Result<SignIn<Person>, Failure> {
        let (failed, succeeded) = (self.statements.failed.as_ref(), self.statements.succeeded.as_ref());
        let counts = failed.is_some() || succeeded.is_some();
        let mut lease = self.lease().await?;
        if counts {
            lease.begin().await.map_err(|error| Failure::of(self.url_key, &error))?;
        }
        let found = self.read(&mut lease, user_id, now).await?;
        let accepted = right
            && found.as_ref().is_some_and(|found| {
                let is_usable = found.person.enabled && !found.person.locked;
                is_usable && found.hash().map(Secret::expose) == compared.map(Secret::expose)
            });
        if accepted {
            self.note(&mut lease, succeeded, found.as_ref(), now).await?;
            // A failure counts nothing for nobody, so that both statements run either way.
            self.note(&mut lease, failed, None, now).await?;
        } else {
            self.note(&mut lease, succeeded, None, now).await?;
            // Tries during a lockout do not prolong it, or anyone could keep a person out for good.
            self.note(&mut lease, failed, found.as_ref().filter(|found| !found.person.locked), now).await?;
        }
        if counts {
            lease.commit().await.map_err(|error| Failure::of(self.url_key, &error))?;
        } else {
            lease.end();
        }
        Ok(match found {
            Some(found) if accepted => SignIn::Accepted(found.person),
            _ => SignIn::Refused,
        })
    }

    async fn note(
        &self,
        lease: &mut Lease,
        statement: Option<&Statement>,
        found: Option<&Found>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let Some(statement) = statement else { return Ok(()) };
        let values = Values { id: found.map(|found| &found.person.id), now, ..self.nobody() };
        self.write_one(lease, statement, &values).await.map(drop)
    }
}
