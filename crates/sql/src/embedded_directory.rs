//! The embedded directory: accounts and their passwords in Regain's own database, and the registrations beside them.
//!
//! Of an account's phones the office's is the directory's to say. All others, and all mail addresses, are
//! registrations: people change them here.

mod accounts;
mod former;
mod import;
mod rows;
mod update;
mod upkeep;
mod write;

use std::{fmt, sync::Arc};

pub use import::ImportError;
pub use upkeep::{Named, Outcome, Upkeep, UpkeepReport};
pub(crate) use write::AccountChange;

use crate::{
    database::Database,
    hashing::{HashCost, Hashing},
    query::query,
    registrations::{NOBODY, OwnRegistrations},
};
use regain_keys::Keys;
use regain_ports::{Clock, Directory, DirectoryError, Rng};

/// Accounts and passwords in the database; cheap to clone.
#[derive(Clone)]
pub struct EmbeddedDirectory {
    database: Database,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    registrations: OwnRegistrations,
    hashing: Hashing,
    /// The number of an account's last passwords that are remembered.
    remembered: u8,
    /// The hash that a password or answer is compared with where there is none.
    dummy_hash: String,
}

impl fmt::Debug for EmbeddedDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedDirectory").field("database", &self.database).finish_non_exhaustive()
    }
}

impl EmbeddedDirectory {
    /// The directory in an open database.
    pub async fn open(
        database: Database,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        keys: Keys,
    ) -> Result<Self, DirectoryError> {
        Self::open_with(database, clock, rng, keys, HashCost::OWASP).await
    }

    /// [`EmbeddedDirectory::open`] with another cost for new hashes; one that is stored has its own with it.
    pub async fn open_with(
        database: Database,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        keys: Keys,
        cost: HashCost,
    ) -> Result<Self, DirectoryError> {
        let registrations = OwnRegistrations::beside_embedded(database.clone(), rng.clone(), keys, cost).await?;
        let (hashing, dummy_hash) = (registrations.hashing.clone(), registrations.dummy_hash.clone());
        let made = database.write((), |transaction, ()| {
            let nobody = query(
                "INSERT INTO accounts (id, user_key, user_id, display_name, enabled, locked, locked_until, failures,
                 password_hash) VALUES ($1, $1, $1, '', FALSE, FALSE, NULL, 0, NULL) ON CONFLICT (id) DO NOTHING",
            );
            Box::pin(nobody.bind(NOBODY).execute(transaction))
        });
        made.await.map_err(DirectoryError::unavailable)?;
        Ok(Self { database, clock, rng, registrations, hashing, remembered: 0, dummy_hash })
    }

    /// The registrations of its accounts.
    pub const fn registrations(&self) -> &OwnRegistrations {
        &self.registrations
    }

    /// The directory as the flows ask it.
    pub fn whole(self: Arc<Self>) -> Directory {
        Directory { registrations: Arc::new(self.registrations.clone()), accounts: self }
    }
}

#[cfg(test)]
mod tests {
    use regain_values::UserId;
    use std::sync::atomic::Ordering;

    use regain_people::People;
    use regain_protocol::Secret;

    use super::*;
    use crate::query::query_scalar;
    use regain_ports::{Accounts as _, GivenAnswer, OsRng, Registrations as _, SignIn, Standing, SystemClock};

    /// One in a folder, with another cost for hashes.
    pub(super) async fn open(folder: &tempfile::TempDir) -> EmbeddedDirectory {
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        let keys = Keys::derive(&Secret::new(vec![7; 32]));
        EmbeddedDirectory::open_with(database, Arc::new(SystemClock), Arc::new(OsRng), keys, HashCost::TEST)
            .await
            .expect("opens")
    }

    /// The work that a failed sign-in does is the same whoever it names: what differs between them is
    /// only in which row the failure is counted.
    #[tokio::test]
    async fn nobodys_failures_are_counted_like_anybodys() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = open(&folder).await;
        for failures in 1..=3_i64 {
            let refused = directory
                .sign_in(&UserId::of_directory("unknown".into()), &"wrong".into(), SystemClock.now())
                .await
                .expect("answers");
            assert_eq!(refused, SignIn::Refused);
            let row = directory.read_by_id(&NOBODY.into()).await.expect("answers");
            assert_eq!(row.expect("is there").failures(SystemClock.now()).0, failures);
        }
    }

    /// Each answer costs one comparison, whether there is something to compare it with or not.
    #[tokio::test]
    async fn every_answer_is_compared_with_something() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = open(&folder).await;
        let list = "people = [{ user_id = 'mary', name = 'M', questions = [{ id = 'first_pet', answer = 'Fluffy' },
                    { id = 'dream_job', answer = 'Engineer' }] }]";
        directory.import(&People::from_toml(list).expect("reads")).await.expect("imports");
        let mary = directory.find(&UserId::of_directory("mary".into())).await.expect("answers").expect("is there").id;
        let (right, wrong) = (Secret::from("fluffy"), Secret::from("wrong"));
        for (id, questions, answer) in [
            (Some(mary.clone()), ["first_pet", "dream_job"], &right),
            (Some(mary.clone()), ["dream_job", "first_pet"], &wrong),
            (Some(mary.clone()), ["first_pet", "first_pet"], &right),
            (Some(mary), ["first_wages", "no_such_question"], &right),
            (Some("no-such-account".into()), ["first_pet", "dream_job"], &right),
            (None, ["first_pet", "dream_job"], &right),
        ] {
            directory.hashing.verified.store(0, Ordering::Relaxed);
            let given = questions.map(|question| GivenAnswer { question, answer });
            assert!(
                !directory
                    .registrations()
                    .check_answers(id.as_ref(), Standing::Stranger, &given)
                    .await
                    .expect("answers")
            );
            assert_eq!(directory.hashing.verified.load(Ordering::Relaxed), 2, "{id:?} {questions:?}");
        }
    }

    /// Writing the file without reading the key gets nobody further with somebody else's app.
    #[tokio::test]
    async fn the_key_of_an_authenticator_app_is_sealed_for_its_account() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = open(&folder).await;
        let person = |id: &str, key: char| {
            let key = String::from(key).repeat(32);
            format!("[[people]]\nuser_id = \"{id}\"\nname = \"{id}\"\npassword = \"p\"\nauthenticator = \"{key}\"\n")
        };
        let people = People::from_toml(&[person("ada", 'A'), person("grace", 'Q')].concat()).expect("reads");
        directory.import(&people).await.expect("imports");
        let ada = directory.find(&UserId::of_directory("ada".into())).await.expect("answers").expect("is there");
        let grace = directory.find(&UserId::of_directory("grace".into())).await.expect("answers").expect("is there");
        let key = directory.registrations().authenticator_key(Some(&ada.id)).await.expect("answers").expect("has one");
        assert_eq!(key.expose(), &[0; 20]);

        let swapped = directory.database.write((ada.id, grace.id.clone()), |transaction, (ada, grace)| {
            Box::pin(async move {
                let stored = query_scalar("SELECT secret FROM account_authenticators WHERE account_id = $1");
                let stored: String = stored.bind(ada.as_str()).fetch_one(transaction).await?;
                let swap = query("UPDATE account_authenticators SET secret = $1 WHERE account_id = $2");
                swap.bind(&stored).bind(grace.as_str()).execute(transaction).await?;
                Ok(stored)
            })
        });
        let stored = swapped.await.expect("writes");
        assert!(!stored.contains("AAAAAAAAAAAAAAAA"), "{stored}");
        assert!(directory.registrations().authenticator_key(Some(&grace.id)).await.is_err());
    }
}
