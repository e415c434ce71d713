//! The embedded [`Directory`]: accounts and their passwords in Regain's own database.
//!
//! How accounts are read is in `rows`, how they come in is in `import`, what people register by themselves
//! is in `register`.

mod former;
mod hashing;
mod import;
mod people;
mod recovery_codes;
mod register;
mod rows;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
pub use hashing::HashCost;
use hashing::{Hashing, SALT_BYTES};
pub use import::ImportError;
use jiff::{SignedDuration, Timestamp};
pub use people::{MailRole, People, PeopleError, Person, PersonMail, PersonPhone, PersonQuestion, PhoneRole};
use regain_protocol::Secret;
use rows::{ACCOUNT_BY_ID, account_from};
use sqlx::Row as _;

use crate::database::{Database, to_millis};
use regain_keys::Keys;
use regain_ports::{
    Account, Clock, Directory, DirectoryError, GivenAnswer, PasswordChange, RegisterError, Registration, Rng,
    SetPasswordError, SignIn, UnlockError, Unlocked, random_token,
};
use regain_values::{questions, user_id};

/// So many failed sign-ins in a row lock an account. Microsoft Entra smart lockout and OWASP's
/// Authentication Cheat Sheet both start at about ten.
const FAILURES_UNTIL_LOCKOUT: i64 = 10;

/// For how long failed sign-ins count towards that, from the first of them.
const FAILURES_COUNT_FOR: SignedDuration = SignedDuration::from_mins(15);

/// How long failed sign-ins lock an account.
const LOCKOUT: SignedDuration = SignedDuration::from_mins(15);

/// The row that stands in for accounts that do not exist, so that whatever is done for them reads and
/// writes the same. It is disabled, and its key is no normalised user ID, so nobody can name it.
const NOBODY: &str = "NOBODY";

/// Accounts and passwords in the database file.
pub struct EmbeddedDirectory {
    database: Database,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    /// Seal the keys of authenticator apps, which must be read back.
    keys: Keys,
    hashing: Hashing,
    /// How many of an account's last passwords are remembered.
    remembered: u8,
    /// What a password or answer is compared with where there is none.
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
        let hashing = Hashing::new(cost);
        let dummy_hash = hashing.hash(&random_token(&*rng), salt(&*rng)).await?;
        let mut transaction = database.begin_write().await.map_err(DirectoryError::unavailable)?;
        sqlx::query(
            "INSERT INTO accounts (id, user_key, user_id, display_name, enabled, locked, locked_until, failures,
             password_hash) VALUES ($1, $1, $1, '', FALSE, FALSE, NULL, 0, NULL) ON CONFLICT (id) DO NOTHING",
        )
        .bind(NOBODY)
        .execute(&mut *transaction)
        .await
        .map_err(DirectoryError::unavailable)?;
        transaction.commit().await.map_err(DirectoryError::unavailable)?;
        Ok(Self { database, clock, rng, keys, hashing, remembered: 0, dummy_hash })
    }
}

#[async_trait]
impl Directory for EmbeddedDirectory {
    async fn find(&self, user_id: &str) -> Result<Option<Account>, DirectoryError> {
        let now = self.clock.now();
        let row = self.read(&user_id::normalise(user_id)).await?;
        Ok(row.map(|row| Account { locked: row.is_locked(now), ..row.account }))
    }

    async fn set_password(&self, account_id: &str, change: &PasswordChange) -> Result<(), SetPasswordError> {
        let hash = self.hashing.hash(&change.new, salt(&*self.rng)).await?;
        let mut right_for = None;
        if let Some(current) = &change.current {
            let row = sqlx::query(ACCOUNT_BY_ID)
                .bind(account_id)
                .fetch_optional(self.database.reader())
                .await
                .map_err(DirectoryError::unavailable)?;
            let stored = row
                .map(|row| account_from(&row))
                .transpose()
                .map_err(DirectoryError::unavailable)?
                .and_then(|row| row.password_hash);
            let right = self.hashing.verify(current, stored.as_deref().unwrap_or(&self.dummy_hash)).await?;
            right_for = stored.filter(|_| right);
        }

        let mut transaction = self.database.begin_write().await.map_err(DirectoryError::unavailable)?;
        let row = sqlx::query(ACCOUNT_BY_ID)
            .bind(account_id)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(DirectoryError::unavailable)?;
        let row = row
            .map(|row| account_from(&row))
            .transpose()
            .map_err(DirectoryError::unavailable)?
            .filter(|row| row.account.enabled);
        let row = row.ok_or(SetPasswordError::NoSuchAccount)?;
        // The current password was compared outside the transaction, because that takes long. It
        // counts only if the hash it was compared with is still the account's.
        if change.current.is_some() && (right_for.is_none() || right_for != row.password_hash) {
            return Err(SetPasswordError::WrongPassword);
        }
        self.supersede(&mut transaction, account_id, row.password_hash.as_deref())
            .await
            .map_err(DirectoryError::unavailable)?;
        sqlx::query(
            "UPDATE accounts SET password_hash = $2, failures = 0, failures_since = NULL, locked = FALSE, locked_until = NULL
             WHERE id = $1",
        )
        .bind(account_id)
        .bind(hash)
        .execute(&mut *transaction)
        .await.map_err(DirectoryError::unavailable)?;
        transaction.commit().await.map_err(DirectoryError::unavailable)?;
        Ok(())
    }

    async fn unlock(&self, account_id: &str) -> Result<Unlocked, UnlockError> {
        let now = self.clock.now();
        let mut transaction = self.database.begin_write().await.map_err(DirectoryError::unavailable)?;
        let row = sqlx::query(ACCOUNT_BY_ID)
            .bind(account_id)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(DirectoryError::unavailable)?;
        let row = row.map(|row| account_from(&row)).transpose().map_err(DirectoryError::unavailable)?;
        let was_locked = row.is_some_and(|row| row.is_locked(now));
        let unlocked = sqlx::query(
            "UPDATE accounts SET failures = 0, failures_since = NULL, locked = FALSE, locked_until = NULL
             WHERE id = $1 AND enabled = TRUE",
        )
        .bind(account_id)
        .execute(&mut *transaction)
        .await
        .map_err(DirectoryError::unavailable)?;
        transaction.commit().await.map_err(DirectoryError::unavailable)?;
        if unlocked.rows_affected() == 0 {
            return Err(UnlockError::NoSuchAccount);
        }
        Ok(if was_locked { Unlocked::WasLocked } else { Unlocked::WasNotLocked })
    }

    async fn check_answers(
        &self,
        account_id: Option<&str>,
        answers: &[GivenAnswer<'_>],
    ) -> Result<bool, DirectoryError> {
        let registered = sqlx::query("SELECT question, answer_hash FROM account_questions WHERE account_id = $1")
            .bind(account_id.unwrap_or(NOBODY))
            .fetch_all(self.database.reader())
            .await
            .map_err(DirectoryError::unavailable)?;
        let mut hashes = Vec::with_capacity(registered.len());
        for row in registered {
            hashes.push((
                row.try_get::<String, _>("question").map_err(DirectoryError::unavailable)?,
                row.try_get::<String, _>("answer_hash").map_err(DirectoryError::unavailable)?,
            ));
        }
        // No answers prove nothing.
        let mut all_right = !answers.is_empty();
        for given in answers {
            // Each question counts once: what was answered is gone.
            let at = hashes.iter().position(|(question, _)| question == given.question);
            let hash = at.map(|at| hashes.swap_remove(at).1);
            let compared = hash.as_deref().unwrap_or(&self.dummy_hash);
            // Compared in any case and to the end, so that it takes as long whatever is wrong.
            let right = self.hashing.verify(&questions::normalise(given.answer), compared).await?;
            all_right &= right && hash.is_some();
        }
        Ok(all_right)
    }

    async fn authenticator_key(&self, account_id: Option<&str>) -> Result<Option<Secret<Vec<u8>>>, DirectoryError> {
        let row = sqlx::query("SELECT secret FROM account_authenticators WHERE account_id = $1")
            .bind(account_id.unwrap_or(NOBODY))
            .fetch_optional(self.database.reader())
            .await
            .map_err(DirectoryError::unavailable)?;
        let Some(row) = row else { return Ok(None) };
        let context = register::authenticator_context(account_id.unwrap_or(NOBODY));
        let key = self.keys.open(&context, &row.try_get::<String, _>("secret").map_err(DirectoryError::unavailable)?);
        key.map(Some).map_err(|error| DirectoryError::Unavailable(format!("the key of an authenticator app: {error}")))
    }

    async fn use_recovery_code(
        &self,
        account_id: Option<&str>,
        code: &Secret<String>,
        now: Timestamp,
    ) -> Result<bool, DirectoryError> {
        let used = self.mark_used(account_id.unwrap_or(NOBODY), code, now).await;
        used.map_err(DirectoryError::unavailable)
    }

    async fn sign_in(
        &self,
        user_id: &str,
        password: &Secret<String>,
        now: Timestamp,
    ) -> Result<SignIn, DirectoryError> {
        let found = self.read(&user_id::normalise(user_id)).await?;
        let compared = found.as_ref().and_then(|row| row.password_hash.as_deref()).unwrap_or(&self.dummy_hash);
        let right = self.hashing.verify(password, compared).await?;

        // Decided on what the account is now: under any number of parallel tries, those that come
        // after the lockout are refused whatever they tried.
        let mut transaction = self.database.begin_write().await.map_err(DirectoryError::unavailable)?;
        let id = found.as_ref().map_or(NOBODY, |row| row.account.id.as_str());
        let row = sqlx::query(ACCOUNT_BY_ID)
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(DirectoryError::unavailable)?;
        let row = row.map(|row| account_from(&row)).transpose().map_err(DirectoryError::unavailable)?;
        let row = row.ok_or_else(|| DirectoryError::Unavailable("an account vanished during sign-in".to_owned()))?;
        let locked = row.is_locked(now);
        let accepted = right
            && row.account.enabled
            && !locked
            && row.password_hash.as_deref().is_some_and(|hash| hash == compared);
        let (failures, since) = row.failures(now);
        let (failures, since, locked_until) = if accepted {
            (0, None, None)
        } else if locked {
            // Tries during a lockout do not prolong it, or anyone could keep a person out for good.
            (failures, since, row.locked_until)
        } else if failures + 1 >= FAILURES_UNTIL_LOCKOUT {
            (0, None, Some(now + LOCKOUT))
        } else {
            (failures + 1, since.or(Some(now)), None)
        };
        sqlx::query("UPDATE accounts SET failures = $2, failures_since = $3, locked_until = $4 WHERE id = $1")
            .bind(id)
            .bind(failures)
            .bind(since.map(to_millis))
            .bind(locked_until.map(to_millis))
            .execute(&mut *transaction)
            .await
            .map_err(DirectoryError::unavailable)?;
        transaction.commit().await.map_err(DirectoryError::unavailable)?;
        Ok(match found {
            Some(found) if accepted => SignIn::Accepted(Account { locked: false, ..found.account }),
            _ => SignIn::Refused,
        })
    }

    async fn register(&self, account_id: &str, registration: &Registration) -> Result<(), RegisterError> {
        self.change(account_id, registration).await
    }

    async fn remembers(&self, account_id: &str, password: &Secret<String>) -> Result<bool, DirectoryError> {
        self.had(account_id, password).await
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        Ok(self.database.check().await.map_err(DirectoryError::unavailable)?)
    }
}

fn salt(rng: &dyn Rng) -> [u8; SALT_BYTES] {
    let mut salt = [0; SALT_BYTES];
    rng.fill(&mut salt);
    salt
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use regain_ports::{OsRng, SystemClock};

    async fn open(folder: &tempfile::TempDir) -> EmbeddedDirectory {
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
            let refused = directory.sign_in("unknown", &"wrong".into(), SystemClock.now()).await.expect("answers");
            assert_eq!(refused, SignIn::Refused);
            let row = sqlx::query(ACCOUNT_BY_ID).bind(NOBODY).fetch_one(directory.database.reader()).await;
            assert_eq!(account_from(&row.expect("is there")).expect("reads").failures(SystemClock.now()).0, failures);
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
        let mary = directory.find("mary").await.expect("answers").expect("is there").id;
        let (right, wrong) = (Secret::from("fluffy"), Secret::from("wrong"));
        for (id, questions, answer) in [
            (Some(mary.as_str()), ["first_pet", "dream_job"], &right),
            (Some(&mary), ["dream_job", "first_pet"], &wrong),
            (Some(&mary), ["first_pet", "first_pet"], &right),
            (Some(&mary), ["first_wages", "no_such_question"], &right),
            (Some("no-such-account"), ["first_pet", "dream_job"], &right),
            (None, ["first_pet", "dream_job"], &right),
        ] {
            directory.hashing.verified.store(0, Ordering::Relaxed);
            let given = questions.map(|question| GivenAnswer { question, answer });
            assert!(!directory.check_answers(id, &given).await.expect("answers"));
            assert_eq!(directory.hashing.verified.load(Ordering::Relaxed), 2, "{id:?} {questions:?}");
        }
    }

    /// Whoever can write the file and not read the key gets no further with somebody else's app.
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
        let ada = directory.find("ada").await.expect("answers").expect("is there");
        let grace = directory.find("grace").await.expect("answers").expect("is there");
        let key = directory.authenticator_key(Some(&ada.id)).await.expect("answers").expect("has one");
        assert_eq!(key.expose(), &[0; 20]);

        let mut transaction = directory.database.begin_write().await.expect("begins");
        let stored: String = sqlx::query_scalar("SELECT secret FROM account_authenticators WHERE account_id = $1")
            .bind(&ada.id)
            .fetch_one(&mut *transaction)
            .await
            .expect("is there");
        assert!(!stored.contains("AAAAAAAAAAAAAAAA"), "{stored}");
        sqlx::query("UPDATE account_authenticators SET secret = $1 WHERE account_id = $2")
            .bind(&stored)
            .bind(&grace.id)
            .execute(&mut *transaction)
            .await
            .expect("writes");
        transaction.commit().await.expect("commits");
        assert!(directory.authenticator_key(Some(&grace.id)).await.is_err());
    }
}
