//! An account of the directory, with its password and its lock.

use jiff::{SignedDuration, Timestamp};
use regain_ports::{AccountRefusal, Person, Unlocked, lies_ahead};
use regain_protocol::Secret;

/// The number of failed sign-ins in a row that lock an account, as in the embedded directory.
const FAILURES_UNTIL_LOCKOUT: usize = 10;

/// The time for which failed sign-ins count, and for which they lock an account.
const LOCKOUT: SignedDuration = SignedDuration::from_mins(15);

/// An account. Passwords stand here as they are: the page shows those of its people, and keeps nobody else's.
#[derive(Debug, Clone)]
pub struct StoredAccount {
    /// The account as its directory tells of it.
    pub person: Person,
    /// The password; none for an account that never had one.
    pub password: Option<Secret<String>>,
    former: Vec<Secret<String>>,
    locked_until: Option<Timestamp>,
    failures: Vec<Timestamp>,
}

impl StoredAccount {
    /// An account that nothing was done to yet.
    pub const fn new(person: Person, password: Option<Secret<String>>) -> Self {
        Self { person, password, former: Vec::new(), locked_until: None, failures: Vec::new() }
    }

    /// The account as it is now.
    pub(super) fn person(&self, now: Timestamp) -> Person {
        Person { locked: self.is_locked(now), has_password: self.password.is_some(), ..self.person.clone() }
    }

    fn is_locked(&self, now: Timestamp) -> bool {
        self.person.locked || self.locked_until.is_some_and(|until| lies_ahead(until, LOCKOUT, now))
    }

    /// Counts a sign-in; tells if it is accepted.
    pub(super) fn sign_in(&mut self, password: &Secret<String>, now: Timestamp) -> bool {
        let is_locked = self.is_locked(now);
        let is_right = self.password.as_ref() == Some(password);
        // They are forgotten when the first is long enough ago. Those from the future count from now on.
        let since = self.failures.first().map(|first| *first.min(&now));
        if since.is_none_or(|since| since <= now - LOCKOUT) {
            self.failures.clear();
        }
        if is_locked {
            // Tries during a lockout do not prolong it, or anyone could keep a person out for good.
            return false;
        }
        self.locked_until = None;
        if is_right && self.person.enabled {
            self.failures.clear();
            return true;
        }
        if let Some(first) = self.failures.first_mut() {
            *first = now.min(*first);
        }
        self.failures.push(now);
        if self.failures.len() >= FAILURES_UNTIL_LOCKOUT {
            self.failures.clear();
            self.locked_until = Some(now + LOCKOUT);
        }
        false
    }

    /// Sets the password and clears a lockout. The current one has to be right where it is given.
    pub(super) fn set_password(
        &mut self,
        new: &Secret<String>,
        current: Option<&Secret<String>>,
        remembered: usize,
    ) -> Result<(), AccountRefusal> {
        if !self.person.enabled {
            return Err(AccountRefusal::NoSuchAccount);
        }
        if current.is_some_and(|current| self.password.as_ref() != Some(current)) {
            return Err(AccountRefusal::WrongPassword);
        }
        self.former.extend(self.password.replace(new.clone()));
        let forgotten = self.former.len().saturating_sub(remembered.saturating_sub(1));
        self.former.drain(..forgotten);
        self.clear_lock();
        Ok(())
    }

    /// Clears a lockout, where the account is in the state that is expected of it.
    pub(super) fn unlock(&mut self, expected: Unlocked, now: Timestamp) -> Result<(), AccountRefusal> {
        match (expected, self.is_locked(now)) {
            _ if !self.person.enabled => return Err(AccountRefusal::NoSuchAccount),
            (Unlocked::WasLocked, false) => return Err(AccountRefusal::NotLocked),
            (Unlocked::WasNotLocked, true) => return Err(AccountRefusal::Locked),
            _ => self.clear_lock(),
        }
        Ok(())
    }

    /// Tells if the account has this password, or had it among the last ones.
    pub(super) fn had(&self, password: &Secret<String>) -> bool {
        self.password.iter().chain(&self.former).any(|had| had == password)
    }

    fn clear_lock(&mut self) {
        self.person.locked = false;
        self.locked_until = None;
        self.failures.clear();
    }
}
