//! Accounts of a directory that may be away when the server starts: opened and looked at once it answers.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use regain_protocol::Secret;
use regain_values::UserId;
use tokio::{sync::Mutex, time::Instant};

use crate::ports::{
    Abilities, AccountId, Accounts, DirectoryError, Finding, PasswordChange, Person, SetPasswordError, Severity,
    SignIn, UnlockError, Unlocked,
};

/// The time for which a failure to open stands, so that a directory that is away is not asked for every request.
const STANDS_FOR: Duration = Duration::from_secs(1);

/// The accounts of a directory, or why there are none yet.
type Opened = Result<Arc<dyn Accounts>, DirectoryError>;

/// An attempt to open a directory.
pub type Opening = Pin<Box<dyn Future<Output = Opened> + Send>>;

/// Opens a directory at the first request that it can be opened for, and refuses all of them until then. One with faults is
/// not used, as a server does not start with one.
pub struct AwaitedAccounts {
    open: Box<dyn Fn() -> Opening + Send + Sync>,
    wrong_passwords_per_account: u32,
    opened: OnceLock<Arc<dyn Accounts>>,
    failed: Mutex<Option<(Instant, DirectoryError)>>,
}

impl AwaitedAccounts {
    /// One that was not asked yet. `wrong_passwords_per_account` is for [`Accounts::inspect`].
    pub fn new(open: impl Fn() -> Opening + Send + Sync + 'static, wrong_passwords_per_account: u32) -> Self {
        Self { open: Box::new(open), wrong_passwords_per_account, opened: OnceLock::new(), failed: Mutex::default() }
    }

    /// The accounts, opened by whoever is the first to ask; those who ask meanwhile wait for that.
    pub async fn opened(&self) -> Result<&dyn Accounts, DirectoryError> {
        if let Some(accounts) = self.opened.get() {
            return Ok(&**accounts);
        }
        let mut failed = self.failed.lock().await;
        if let Some(accounts) = self.opened.get() {
            return Ok(&**accounts);
        }
        if let Some((at, error)) = &*failed
            && at.elapsed() < STANDS_FOR
        {
            return Err(error.clone());
        }
        match self.open_sound().await {
            Ok(accounts) => {
                if failed.take().is_some() {
                    tracing::info!("the directory answers");
                }
                Ok(&**self.opened.get_or_init(|| accounts))
            }
            Err(error) => {
                *failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Opens, and logs the findings once.
    async fn open_sound(&self) -> Opened {
        let accounts = (self.open)().await?;
        let mut faults = Vec::new();
        for Finding { severity, key, text } in accounts.inspect(self.wrong_passwords_per_account).await? {
            match severity {
                Severity::Fact => tracing::info!(key, "{text}"),
                Severity::Warning => tracing::warn!(key, "{text}"),
                Severity::Fault => faults.push(format!("{key}: {text}")),
            }
        }
        if faults.is_empty() { Ok(accounts) } else { Err(DirectoryError::Misconfigured(faults.join("\n"))) }
    }
}

#[async_trait]
impl Accounts for AwaitedAccounts {
    fn abilities(&self) -> Abilities {
        self.opened.get().map_or(Abilities::NOT_KNOWN_YET, |accounts| accounts.abilities())
    }

    async fn find(&self, user_id: &UserId) -> Result<Option<Person>, DirectoryError> {
        self.opened().await?.find(user_id).await
    }

    async fn sign_in(
        &self,
        user_id: &UserId,
        password: &Secret<String>,
        now: Timestamp,
    ) -> Result<SignIn<Person>, DirectoryError> {
        self.opened().await?.sign_in(user_id, password, now).await
    }

    async fn set_password(&self, id: &AccountId, change: &PasswordChange) -> Result<(), SetPasswordError> {
        self.opened().await?.set_password(id, change).await
    }

    async fn unlock(&self, id: &AccountId) -> Result<Unlocked, UnlockError> {
        self.opened().await?.unlock(id).await
    }

    async fn remembers(&self, id: &AccountId, password: &Secret<String>) -> Result<bool, DirectoryError> {
        self.opened().await?.remembers(id, password).await
    }

    async fn people(&self, ids: &[AccountId]) -> Result<Option<Vec<Person>>, DirectoryError> {
        self.opened().await?.people(ids).await
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        self.opened().await?.check().await
    }

    async fn inspect(&self, wrong_passwords_per_account: u32) -> Result<Vec<Finding>, DirectoryError> {
        self.opened().await?.inspect(wrong_passwords_per_account).await
    }

    async fn examine(&self, user_id: &UserId) -> Result<Vec<Finding>, DirectoryError> {
        self.opened().await?.examine(user_id).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Accounts of nobody, with one finding.
    struct Nobody(Finding);

    #[async_trait]
    impl Accounts for Nobody {
        fn abilities(&self) -> Abilities {
            Abilities { unlock: false, owns_mobile: true, ..Abilities::ALL }
        }

        async fn find(&self, _: &UserId) -> Result<Option<Person>, DirectoryError> {
            Ok(None)
        }

        async fn sign_in(
            &self,
            _: &UserId,
            _: &Secret<String>,
            _: Timestamp,
        ) -> Result<SignIn<Person>, DirectoryError> {
            Ok(SignIn::Refused)
        }

        async fn set_password(&self, _: &AccountId, _: &PasswordChange) -> Result<(), SetPasswordError> {
            Err(SetPasswordError::NoSuchAccount)
        }

        async fn unlock(&self, _: &AccountId) -> Result<Unlocked, UnlockError> {
            Err(UnlockError::NoSuchAccount)
        }

        async fn check(&self) -> Result<(), DirectoryError> {
            Ok(())
        }

        async fn inspect(&self, _: u32) -> Result<Vec<Finding>, DirectoryError> {
            Ok(vec![self.0.clone()])
        }
    }

    /// Accounts that are opened at the third attempt, and the attempts so far.
    fn at_the_third_attempt(finding: Finding) -> (AwaitedAccounts, Arc<AtomicUsize>) {
        let attempts = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&attempts);
        let open = move || -> Opening {
            let (attempt, finding) = (counted.fetch_add(1, Ordering::SeqCst), finding.clone());
            Box::pin(async move {
                if attempt < 2 {
                    return Err(DirectoryError::Unavailable("directory.sql.url: nothing is there".into()));
                }
                Ok(Arc::new(Nobody(finding)) as Arc<dyn Accounts>)
            })
        };
        (AwaitedAccounts::new(open, 8), attempts)
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_asked_again_once_a_second_and_then_used() {
        let (accounts, attempts) = at_the_third_attempt(Finding::warning("directory.sql.url", "is odd"));
        let ada = UserId::of_directory("ada".to_owned());
        for attempt in 1..=2 {
            for _ in 0..3 {
                let error = accounts.find(&ada).await.expect_err("nothing is there");
                assert!(matches!(error, DirectoryError::Unavailable(_)), "{error}");
            }
            assert_eq!(attempts.load(Ordering::SeqCst), attempt);
            assert_eq!(accounts.abilities(), Abilities::NOT_KNOWN_YET);
            tokio::time::advance(STANDS_FOR).await;
        }
        assert_eq!(accounts.find(&ada).await.expect("answers"), None);
        assert!(!accounts.abilities().unlock && accounts.abilities().owns_mobile);
        accounts.check().await.expect("answers");
        assert_eq!(attempts.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn one_with_faults_is_not_used() {
        let (accounts, _) = at_the_third_attempt(Finding::fault("limits.wrong_passwords_per_account", "is too high"));
        for _ in 0..2 {
            accounts.check().await.expect_err("nothing is there");
            tokio::time::advance(STANDS_FOR).await;
        }
        let error = accounts.find(&UserId::of_directory("ada".to_owned())).await.expect_err("has a fault");
        assert_eq!(error.keys(), ["limits.wrong_passwords_per_account"]);
        assert_eq!(accounts.abilities(), Abilities::NOT_KNOWN_YET);
    }
}
