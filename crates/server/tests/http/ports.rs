//! The ports under the server of these tests, where they are not the real ones alone.

use std::{
    future::pending,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use jiff::Timestamp;
use regain_protocol::Secret;
use regain_server::{
    adapters::EmbeddedDirectory,
    ports::{
        Abilities, AccountId, AccountWrite, Accounts, Clock, DirectoryError, GivenAnswer, JoinedAccounts, Message,
        Notifier, NotifyError, PasswordChange, Person, Phone, PhoneCall, RegisterError, Registered, Registration,
        Registrations, RingPoint, SetPasswordError, SignIn, Standing, TextMessage, UnlockError, Unlocked,
    },
    user_id::UserId,
};

/// A clock that stands still until it is moved.
#[derive(Default)]
pub(crate) struct MovedClock {
    now: Mutex<Timestamp>,
    readings: AtomicUsize,
}

impl MovedClock {
    pub(crate) fn at(now: Timestamp) -> Self {
        Self { now: Mutex::new(now), readings: AtomicUsize::default() }
    }

    /// The number of times that it was read.
    pub(crate) fn readings(&self) -> usize {
        self.readings.load(Ordering::SeqCst)
    }

    pub(crate) fn set(&self, now: Timestamp) {
        *self.now.lock().expect("not poisoned") = now;
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        self.readings.fetch_add(1, Ordering::SeqCst);
        *self.now.lock().expect("not poisoned")
    }
}

/// The real directory, which can be made to fail.
pub(crate) struct FallibleDirectory {
    real: EmbeddedDirectory,
    down: AtomicBool,
    dies: AtomicBool,
    elsewhere: AtomicBool,
    silent: Mutex<Option<Silence>>,
    gives_up: AtomicBool,
    signs_nobody_in: AtomicBool,
    lost_key: AtomicBool,
    altered: Mutex<Option<fn(&mut Person)>>,
    compared: AtomicUsize,
    checked: AtomicUsize,
}

/// A change to which the directory never answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Silence {
    /// It has not made the change.
    Undone,
    /// It has.
    Done,
}

impl FallibleDirectory {
    pub(crate) fn over(real: EmbeddedDirectory) -> Self {
        Self {
            real,
            down: AtomicBool::default(),
            dies: AtomicBool::default(),
            elsewhere: AtomicBool::default(),
            silent: Mutex::default(),
            gives_up: AtomicBool::default(),
            signs_nobody_in: AtomicBool::default(),
            lost_key: AtomicBool::default(),
            altered: Mutex::default(),
            compared: AtomicUsize::default(),
            checked: AtomicUsize::default(),
        }
    }

    /// The accounts are changed as if they were in another database than the flows.
    pub(crate) fn move_elsewhere(&self) {
        self.elsewhere.store(true, Ordering::SeqCst);
    }

    /// It never answers to a change.
    pub(crate) fn fall_silent(&self, silence: Option<Silence>) {
        *self.silent.lock().expect("not poisoned") = silence;
    }

    /// It makes changes, and says after each that nobody knows how it ended.
    pub(crate) fn give_up(&self, gives_up: bool) {
        self.gives_up.store(gives_up, Ordering::SeqCst);
    }

    /// The error after a change, where it gives up.
    fn given_up(&self) -> Result<(), DirectoryError> {
        let gives_up = self.gives_up.load(Ordering::SeqCst);
        if gives_up { Err(DirectoryError::Unanswered("the connection was lost".into())) } else { Ok(()) }
    }

    /// It cannot check passwords any more.
    pub(crate) fn sign_nobody_in(&self) {
        self.signs_nobody_in.store(true, Ordering::SeqCst);
    }

    /// An administrator alters everybody like this.
    pub(crate) fn alter(&self, alter: fn(&mut Person)) {
        *self.altered.lock().expect("not poisoned") = Some(alter);
    }

    /// Says nothing about a change, where it is silent.
    async fn answered<T>(&self, change: impl Future<Output = T>) -> T {
        let silence = *self.silent.lock().expect("not poisoned");
        match silence {
            None => change.await,
            Some(Silence::Undone) => pending().await,
            Some(Silence::Done) => {
                change.await;
                pending().await
            }
        }
    }

    /// The server dies when a password is set and nobody was told yet.
    pub(crate) fn die_after_setting(&self, dies: bool) {
        self.dies.store(dies, Ordering::SeqCst);
    }

    /// The server key is lost that authenticator apps were sealed with.
    pub(crate) fn lose_key(&self) {
        self.lost_key.store(true, Ordering::SeqCst);
    }

    pub(crate) fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// The number of comparisons of a password, or of a person's answers.
    pub(crate) fn compared(&self) -> usize {
        self.compared.load(Ordering::SeqCst)
    }

    /// The number of times that it was asked whether it answers.
    pub(crate) fn checked(&self) -> usize {
        self.checked.load(Ordering::SeqCst)
    }

    fn up(&self) -> Result<&EmbeddedDirectory, DirectoryError> {
        if self.down.load(Ordering::SeqCst) {
            Err(DirectoryError::Unavailable("switched off".into()))
        } else {
            Ok(&self.real)
        }
    }
}

#[async_trait]
impl Accounts for FallibleDirectory {
    fn abilities(&self) -> Abilities {
        Abilities { sign_in: !self.signs_nobody_in.load(Ordering::SeqCst), ..self.real.abilities() }
    }

    async fn find(&self, user_id: &UserId) -> Result<Option<Person>, DirectoryError> {
        let mut found = self.up()?.find(user_id).await?;
        if let (Some(found), Some(alter)) = (&mut found, *self.altered.lock().expect("not poisoned")) {
            alter(found);
        }
        Ok(found)
    }

    async fn sign_in(
        &self,
        id: &UserId,
        password: &Secret<String>,
        now: Timestamp,
    ) -> Result<SignIn<Person>, DirectoryError> {
        let up = self.up()?;
        self.compared.fetch_add(1, Ordering::SeqCst);
        up.sign_in(id, password, now).await
    }

    async fn set_password(&self, id: &AccountId, change: &PasswordChange) -> Result<(), SetPasswordError> {
        let set = self.answered(self.up()?.set_password(id, change)).await;
        assert!(!self.dies.load(Ordering::SeqCst), "the server dies here");
        self.given_up()?;
        set
    }

    async fn unlock(&self, id: &AccountId) -> Result<Unlocked, UnlockError> {
        let unlocked = self.answered(self.up()?.unlock(id)).await;
        self.given_up()?;
        unlocked
    }

    async fn remembers(&self, id: &AccountId, password: &Secret<String>) -> Result<bool, DirectoryError> {
        self.up()?.remembers(id, password).await
    }

    fn joined(&self) -> Option<&dyn JoinedAccounts> {
        (!self.elsewhere.load(Ordering::SeqCst)).then_some(self)
    }

    async fn people(&self, ids: &[AccountId]) -> Result<Option<Vec<Person>>, DirectoryError> {
        self.up()?.people(ids).await
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        self.checked.fetch_add(1, Ordering::SeqCst);
        self.up()?.check().await
    }
}

#[async_trait]
impl JoinedAccounts for FallibleDirectory {
    async fn password(&self, id: &AccountId, change: &PasswordChange) -> Result<AccountWrite, SetPasswordError> {
        let prepared = self.up()?.password(id, change).await;
        assert!(!self.dies.load(Ordering::SeqCst), "the server dies here");
        prepared
    }

    fn unlocking(&self, id: &AccountId, expected: Unlocked) -> Result<AccountWrite, UnlockError> {
        self.up()?.unlocking(id, expected)
    }
}

#[async_trait]
impl Registrations for FallibleDirectory {
    async fn of(&self, id: Option<&AccountId>) -> Result<Registered, DirectoryError> {
        self.up()?.registrations().of(id).await
    }

    async fn neighbours(&self, near: RingPoint) -> Result<Vec<(AccountId, Registered)>, DirectoryError> {
        self.up()?.registrations().neighbours(near).await
    }

    async fn check_answers(
        &self,
        id: Option<&AccountId>,
        standing: Standing,
        answers: &[GivenAnswer<'_>],
    ) -> Result<bool, DirectoryError> {
        let up = self.up()?;
        self.compared.fetch_add(1, Ordering::SeqCst);
        up.registrations().check_answers(id, standing, answers).await
    }

    async fn authenticator_key(&self, id: Option<&AccountId>) -> Result<Option<Secret<Vec<u8>>>, DirectoryError> {
        match self.up()?.registrations().authenticator_key(id).await? {
            Some(_) if self.lost_key.load(Ordering::SeqCst) => {
                Err(DirectoryError::Unreadable("its key is lost".into()))
            }
            key => Ok(key),
        }
    }

    async fn use_recovery_code(
        &self,
        id: Option<&AccountId>,
        code: &Secret<String>,
        now: Timestamp,
    ) -> Result<bool, DirectoryError> {
        self.up()?.registrations().use_recovery_code(id, code, now).await
    }

    async fn register(&self, id: &AccountId, registration: &Registration) -> Result<(), RegisterError> {
        self.up()?.registrations().register(id, registration).await
    }

    async fn prepare(&self, id: &AccountId, registration: &Registration) -> Result<AccountWrite, RegisterError> {
        self.up()?.registrations().prepare(id, registration).await
    }

    async fn accounts(&self) -> Result<Vec<AccountId>, DirectoryError> {
        self.up()?.registrations().accounts().await
    }

    async fn forget(&self, id: &AccountId) -> Result<(), DirectoryError> {
        self.up()?.registrations().forget(id).await
    }
}

/// Nothing is delivered here: the tests read the queue.
pub(crate) struct NoNotifier;

#[async_trait]
impl Notifier for NoNotifier {
    async fn send(&self, _: &Message) -> Result<(), NotifyError> {
        Err(NotifyError::Refused("nothing is delivered in these tests".into()))
    }
}

#[async_trait]
impl Phone for NoNotifier {
    async fn text(&self, _: &TextMessage) -> Result<(), NotifyError> {
        Err(NotifyError::Refused("nothing is delivered in these tests".into()))
    }

    async fn call(&self, _: &PhoneCall) -> Result<(), NotifyError> {
        Err(NotifyError::Refused("nothing is delivered in these tests".into()))
    }
}
