//! The embedded [`Directory`]: accounts and their passwords in Regain's own database.

mod hashing;
mod people;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use hashing::{Hashing, SALT_BYTES};
use jiff::{SignedDuration, Timestamp};
pub use people::{MailRole, People, PeopleError, Person, PersonMail};
use regain_protocol::{Role, Secret};
use sqlx::{Row as _, Transaction, sqlite::SqliteRow};

use super::sqlite::{Backend, Database, from_millis, to_millis};
use crate::{
    ports::{
        Account, AccountMail, Clock, Directory, DirectoryError, GivenAnswer, PasswordChange, Rng, SetPasswordError,
        SignIn, UnlockError, random_id, random_token,
    },
    user_id,
};

/// So many failed sign-ins in a row lock an account. Microsoft Entra smart lockout and OWASP's
/// Authentication Cheat Sheet both start at about ten.
const FAILURES_UNTIL_LOCKOUT: i64 = 10;

/// How long failed sign-ins lock an account.
const LOCKOUT: SignedDuration = SignedDuration::from_mins(15);

/// The row that stands in for accounts that do not exist, so that a failed sign-in reads and writes
/// the same for them. It is disabled, and its key is no normalised user ID, so nobody can name it.
const NOBODY: &str = "NOBODY";

const ACCOUNT: &str = "SELECT id, user_id, display_name, enabled, locked, locked_until, failures, password_hash
     FROM accounts WHERE user_key = $1";

const ACCOUNT_BY_ID: &str = "SELECT id, user_id, display_name, enabled, locked, locked_until, failures, password_hash
     FROM accounts WHERE id = $1";

/// Accounts and passwords in the database file.
pub struct EmbeddedDirectory {
    database: Database,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    hashing: Hashing,
    /// What a password is compared with where there is no account or it has no password.
    dummy_hash: String,
}

impl fmt::Debug for EmbeddedDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedDirectory").field("database", &self.database).finish_non_exhaustive()
    }
}

/// Why people could not be imported. Nobody was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A user ID is empty.
    #[error("person {0} of the list has an empty user_id")]
    EmptyUserId(usize),
    /// Two people of the list have the same user ID.
    #[error("the list has the user_id {0} twice")]
    Twice(String),
    /// The directory does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl From<sqlx::Error> for DirectoryError {
    /// What SQLite says names tables and columns, never values.
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<sqlx::Error> for SetPasswordError {
    fn from(error: sqlx::Error) -> Self {
        Self::Directory(error.into())
    }
}

/// An account as the database has it.
struct Row {
    account: Account,
    locked: bool,
    locked_until: Option<Timestamp>,
    failures: i64,
    password_hash: Option<String>,
}

impl Row {
    fn is_locked(&self, now: Timestamp) -> bool {
        self.locked || self.locked_until.is_some_and(|until| until > now)
    }
}

impl EmbeddedDirectory {
    /// The directory in an open database.
    pub async fn open(database: Database, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Result<Self, DirectoryError> {
        let hashing = Hashing::new();
        let dummy_hash = hashing.hash(&random_token(&*rng), salt(&*rng)).await?;
        let mut transaction = database.begin_write().await?;
        sqlx::query(
            "INSERT INTO accounts (id, user_key, user_id, display_name, enabled, locked, locked_until, failures,
             password_hash) VALUES ($1, $1, $1, '', FALSE, FALSE, NULL, 0, NULL) ON CONFLICT (id) DO NOTHING",
        )
        .bind(NOBODY)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Self { database, clock, rng, hashing, dummy_hash })
    }

    /// Adds the people who are not there yet, and leaves those who are as they are. Returns how many
    /// were added.
    pub async fn import(&self, people: &People) -> Result<usize, ImportError> {
        let mut keys = Vec::with_capacity(people.people.len());
        for (index, person) in people.people.iter().enumerate() {
            let key = user_id::normalise(&person.user_id);
            if key.is_empty() {
                return Err(ImportError::EmptyUserId(index + 1));
            }
            if keys.contains(&key) {
                return Err(ImportError::Twice(person.user_id.clone()));
            }
            keys.push(key);
        }
        let mut added = Vec::new();
        for (person, key) in people.people.iter().zip(keys) {
            if self.read(&key).await?.is_some() {
                continue;
            }
            let hash = match &person.password {
                Some(password) => Some(self.hashing.hash(password, salt(&*self.rng)).await?),
                None => None,
            };
            added.push((random_id(&*self.rng), person, key, hash));
        }
        let mut transaction = self.database.begin_write().await.map_err(DirectoryError::from)?;
        for (id, person, key, hash) in &added {
            insert(&mut transaction, id, person, key, hash.as_deref()).await.map_err(DirectoryError::from)?;
        }
        transaction.commit().await.map_err(DirectoryError::from)?;
        Ok(added.len())
    }

    /// The account of a normalised user ID.
    async fn read(&self, key: &str) -> Result<Option<Row>, DirectoryError> {
        let row = sqlx::query(ACCOUNT).bind(key).fetch_optional(self.database.reader()).await?;
        let mut row = row.map(|row| account_from(&row)).transpose()?;
        // Asked for in any case, so that an account that does not exist takes as many queries.
        let id = row.as_ref().map_or(NOBODY, |row| row.account.id.as_str());
        let mails = sqlx::query("SELECT role, address FROM account_mails WHERE account_id = $1 ORDER BY position")
            .bind(id)
            .fetch_all(self.database.reader())
            .await?;
        if let Some(row) = &mut row {
            for mail in mails {
                row.account.mails.push(AccountMail {
                    role: role_from_text(mail.try_get("role")?)?,
                    address: mail.try_get("address")?,
                });
            }
        }
        Ok(row)
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
            let row = sqlx::query(ACCOUNT_BY_ID).bind(account_id).fetch_optional(self.database.reader()).await?;
            let stored = row.map(|row| account_from(&row)).transpose()?.and_then(|row| row.password_hash);
            let right = self.hashing.verify(current, stored.as_deref().unwrap_or(&self.dummy_hash)).await?;
            right_for = stored.filter(|_| right);
        }

        let mut transaction = self.database.begin_write().await?;
        let row = sqlx::query(ACCOUNT_BY_ID).bind(account_id).fetch_optional(&mut *transaction).await?;
        let row = row.map(|row| account_from(&row)).transpose()?.filter(|row| row.account.enabled);
        let row = row.ok_or(SetPasswordError::NoSuchAccount)?;
        // The current password was compared outside the transaction, because that takes long. It
        // counts only if the hash it was compared with is still the account's.
        if change.current.is_some() && (right_for.is_none() || right_for != row.password_hash) {
            return Err(SetPasswordError::WrongPassword);
        }
        sqlx::query(
            "UPDATE accounts SET password_hash = $2, failures = 0, locked = FALSE, locked_until = NULL WHERE id = $1",
        )
        .bind(account_id)
        .bind(hash)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn unlock(&self, _account_id: &str) -> Result<(), UnlockError> {
        Ok(())
    }

    async fn check_answers(&self, _id: Option<&str>, _answers: &[GivenAnswer<'_>]) -> Result<bool, DirectoryError> {
        Ok(false)
    }

    async fn authenticator_key(&self, _id: Option<&str>) -> Result<Option<Secret<Vec<u8>>>, DirectoryError> {
        Ok(None)
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
        let mut transaction = self.database.begin_write().await?;
        let id = found.as_ref().map_or(NOBODY, |row| row.account.id.as_str());
        let row = sqlx::query(ACCOUNT_BY_ID).bind(id).fetch_optional(&mut *transaction).await?;
        let row = row.map(|row| account_from(&row)).transpose()?;
        let row = row.ok_or_else(|| DirectoryError::Unavailable("an account vanished during sign-in".to_owned()))?;
        let locked = row.is_locked(now);
        let accepted = right
            && row.account.enabled
            && !locked
            && row.password_hash.as_deref().is_some_and(|hash| hash == compared);
        let (failures, locked_until) = if accepted {
            (0, None)
        } else if locked {
            // Tries during a lockout do not prolong it, or anyone could keep a person out for good.
            (row.failures, row.locked_until)
        } else if row.failures + 1 >= FAILURES_UNTIL_LOCKOUT {
            (0, Some(now + LOCKOUT))
        } else {
            (row.failures + 1, None)
        };
        sqlx::query("UPDATE accounts SET failures = $2, locked_until = $3 WHERE id = $1")
            .bind(id)
            .bind(failures)
            .bind(locked_until.map(to_millis))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(match found {
            Some(found) if accepted => SignIn::Accepted(Account { locked: false, ..found.account }),
            _ => SignIn::Refused,
        })
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        Ok(self.database.check().await?)
    }
}

fn salt(rng: &dyn Rng) -> [u8; SALT_BYTES] {
    let mut salt = [0; SALT_BYTES];
    rng.fill(&mut salt);
    salt
}

fn account_from(row: &SqliteRow) -> sqlx::Result<Row> {
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
            mails: Vec::new(),
            phones: Vec::new(),
            questions: Vec::new(),
            authenticator: false,
            groups: Vec::new(),
        },
        locked,
        locked_until: row.try_get::<Option<i64>, _>("locked_until")?.map(from_millis).transpose()?,
        failures: row.try_get("failures")?,
        password_hash,
    })
}

async fn insert(
    transaction: &mut Transaction<'_, Backend>,
    id: &str,
    person: &Person,
    key: &str,
    hash: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO accounts (id, user_key, user_id, display_name, enabled, locked, locked_until, failures,
         password_hash) VALUES ($1, $2, $3, $4, $5, $6, NULL, 0, $7)",
    )
    .bind(id)
    .bind(key)
    .bind(&person.user_id)
    .bind(&person.name)
    .bind(person.enabled)
    .bind(person.locked)
    .bind(hash)
    .execute(&mut **transaction)
    .await?;
    for (position, mail) in (0_i64..).zip(&person.mails) {
        sqlx::query("INSERT INTO account_mails (account_id, position, role, address) VALUES ($1, $2, $3, $4)")
            .bind(id)
            .bind(position)
            .bind(role_to_text(mail.role))
            .bind(&mail.address)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// The role's name in the database.
const fn role_to_text(role: MailRole) -> &'static str {
    match role {
        MailRole::Alternate => "alternate",
        MailRole::Authentication => "authentication",
    }
}

/// The role of a name in the database.
fn role_from_text(text: &str) -> sqlx::Result<Role> {
    match text {
        "alternate" => Ok(Role::Alternate),
        "authentication" => Ok(Role::Authentication),
        _ => Err(sqlx::Error::Decode("a mail role that this version does not know".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{OsRng, SystemClock};

    async fn open(folder: &tempfile::TempDir) -> EmbeddedDirectory {
        let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
        EmbeddedDirectory::open(database, Arc::new(SystemClock), Arc::new(OsRng)).await.expect("opens")
    }

    fn people(text: &str) -> People {
        People::from_toml(text).expect("reads")
    }

    #[tokio::test]
    async fn importing_again_leaves_people_as_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = open(&folder).await;
        let list = people("[[people]]\nuser_id = 'Ada'\nname = 'Ada'\npassword = 'first'\n");
        assert_eq!(directory.import(&list).await.expect("imports"), 1);
        let ada = directory.find("ada").await.expect("answers").expect("is there");
        let change = PasswordChange { new: "second".into(), current: None };
        directory.set_password(&ada.id, &change).await.expect("sets");
        drop(directory);

        let directory = open(&folder).await;
        let list =
            people("people = [{ user_id = 'ADA', name = 'A', password = 'first' }, { user_id = 'b', name = 'B' }]");
        assert_eq!(directory.import(&list).await.expect("imports"), 1, "only the new one");
        assert_eq!(directory.find("ada").await.expect("answers"), Some(ada));
        let signed_in = directory.sign_in("ada", &"second".into(), SystemClock.now()).await.expect("answers");
        assert!(matches!(signed_in, SignIn::Accepted(_)));
    }

    #[tokio::test]
    async fn a_list_that_is_wrong_imports_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = open(&folder).await;
        let list = people("people = [{ user_id = 'ada', name = 'A' }, { user_id = ' Ada ', name = 'B' }]");
        assert!(matches!(directory.import(&list).await, Err(ImportError::Twice(id)) if id == " Ada "));
        let list = people("people = [{ user_id = 'ada', name = 'A' }, { user_id = ' ', name = 'B' }]");
        assert!(matches!(directory.import(&list).await, Err(ImportError::EmptyUserId(2))));
        assert_eq!(directory.find("ada").await.expect("answers"), None);
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
            assert_eq!(account_from(&row.expect("is there")).expect("reads").failures, failures);
        }
    }
}
