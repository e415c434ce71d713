//! Accounts and their passwords: the organisation's, wherever it keeps them.
//!
//! A directory that is not ours implements [`Accounts`] alone: all that people register here is kept by
//! [`Registrations`](crate::Registrations), in our own database.

use async_trait::async_trait;
use jiff::Timestamp;
use regain_protocol::{MethodKind, Role, Secret, Violation};
use serde::{Deserialize, Serialize};

use regain_values::{AccountId, MailAddress, UserId};

use crate::{AccountMail, AccountPhone, AccountWrite, DirectoryError, Finding};

/// The abilities of a directory. They stay the same from its first answer on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an ability of its own")]
pub struct Abilities {
    /// It checks passwords for signing in.
    pub sign_in: bool,
    /// It clears lockouts.
    pub unlock: bool,
    /// It tells if an account had a password before.
    pub remembers: bool,
    /// It says what the alternate mail address is: people cannot change it here.
    pub owns_alternate: bool,
    /// It says what the mobile phone is, likewise.
    pub owns_mobile: bool,
}

impl Abilities {
    /// Those of a directory that has not answered yet. Nothing is kept from people that it may turn out to do: they hear
    /// that it does not answer.
    pub const NOT_KNOWN_YET: Self = Self { remembers: false, ..Self::ALL };

    /// Those of the embedded directory.
    pub const ALL: Self =
        Self { sign_in: true, unlock: true, remembers: true, owns_alternate: false, owns_mobile: false };

    /// Tells if the directory says what is in a role: people can neither add nor remove it. The office's phone is
    /// always the organisation's to say.
    pub const fn owns(self, kind: MethodKind, role: Role) -> bool {
        match (kind, role) {
            (_, Role::Office) => true,
            (MethodKind::Email, Role::Alternate) => self.owns_alternate,
            (MethodKind::Sms | MethodKind::Call, Role::Mobile) => self.owns_mobile,
            _ => false,
        }
    }
}

/// An account as the directory has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The directory's own name for it: another one for an account that was made anew.
    pub id: AccountId,
    /// The user ID as the directory spells it.
    pub user_id: UserId,
    /// The person's name.
    pub display_name: String,
    /// It may be used; false also for one that the directory does not let us change.
    pub enabled: bool,
    /// Sign-in is locked after too many failures.
    pub locked: bool,
    /// A password was assigned.
    pub has_password: bool,
    /// The mail addresses in the roles that the directory owns.
    pub mails: Vec<AccountMail>,
    /// The phones in the roles that the directory owns.
    pub phones: Vec<AccountPhone>,
    /// Addresses that get confirmations and prove nothing.
    pub notices: Vec<MailAddress>,
    /// The groups that it is in, by which an organisation may ask for more proofs.
    pub groups: Vec<String>,
    /// The directory's own rules for its password.
    pub password_rules: DirectoryRules,
}

/// Password rules of a directory that can be told before it refuses; those that it does not have are 0 or false.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryRules {
    /// The fewest characters.
    pub min_length: u32,
    /// Minimum number of the four classes: lower case, upper case, digits, symbols.
    pub min_classes: u8,
    /// The user ID and the parts of the person's name may not occur.
    pub forbid_names: bool,
}

impl DirectoryRules {
    /// No rules.
    pub const NONE: Self = Self { min_length: 0, min_classes: 0, forbid_names: false };

    /// Tells if there are no rules.
    pub fn are_none(&self) -> bool {
        *self == Self::NONE
    }
}

/// A password to set.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    /// The new password, exactly as typed.
    pub new: Secret<String>,
    /// The current password, where it must be right for the change to happen; compared and set in
    /// one operation.
    pub current: Option<Secret<String>>,
}

/// The result of an attempt to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn<A> {
    /// The right password of an account that may be used.
    Accepted(A),
    /// Anything else, without saying what: unknown, disabled, locked, wrong.
    Refused,
}

/// Why a password was not set. Nothing changed, but for [`DirectoryError::Unanswered`].
#[derive(Debug, thiserror::Error)]
pub enum SetPasswordError {
    /// There is no such account, or it may not be used.
    #[error("no such account")]
    NoSuchAccount,
    /// The current password was given and is not right.
    #[error("the current password is wrong")]
    WrongPassword,
    /// The directory refuses the new password, by these rules of its own.
    #[error("the directory refuses the password")]
    Refused(Vec<Violation>),
    /// The directory does not let us change this account.
    #[error("the directory does not allow changing this account")]
    NotAllowed,
    /// The directory does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

/// The result of unlocking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlocked {
    /// The account was locked and is not any more.
    WasLocked,
    /// The account was not locked.
    WasNotLocked,
}

/// Why an account was not unlocked. Nothing changed, but for [`DirectoryError::Unanswered`].
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// There is no such account, or it may not be used.
    #[error("no such account")]
    NoSuchAccount,
    /// The directory does not let us change this account.
    #[error("the directory does not allow changing this account")]
    NotAllowed,
    /// The directory does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

/// Finds accounts, checks and sets their passwords. Every implementation keeps the contract in
/// `regain_ports::contract::accounts`.
#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// Its abilities.
    fn abilities(&self) -> Abilities;

    /// The account of a user ID, however it is spelt; `None` where there is none, or more than one. It does
    /// the same work either way.
    async fn find(&self, user_id: &UserId) -> Result<Option<Person>, DirectoryError>;

    /// Checks a password for signing in. It counts failures towards the account's lockout, and takes
    /// as long for an account that does not exist.
    async fn sign_in(
        &self,
        user_id: &UserId,
        password: &Secret<String>,
        now: Timestamp,
    ) -> Result<SignIn<Person>, DirectoryError>;

    /// Sets the password and clears a lockout, in one operation: what is refused does neither.
    async fn set_password(&self, id: &AccountId, change: &PasswordChange) -> Result<(), SetPasswordError>;

    /// Clears a lockout and the count of failures that led to it; the password stays. An account that
    /// is not locked stays as it is. Never asked without [`Abilities::unlock`].
    async fn unlock(&self, id: &AccountId) -> Result<Unlocked, UnlockError>;

    /// Tells if the account has this password, or had it among the last ones that the directory is to
    /// remember; the current one counts however few that are. A directory that cannot tell, or judges by
    /// itself when a password is set, says no.
    async fn remembers(&self, _id: &AccountId, _password: &Secret<String>) -> Result<bool, DirectoryError> {
        Ok(false)
    }

    /// The same changes as parts of a commit, for accounts in the store's own database; `None` for those elsewhere.
    fn joined(&self) -> Option<&dyn JoinedAccounts> {
        None
    }

    /// The accounts that have these ids, in any order, those that may not be used among them. Made-up accounts take
    /// after them, and registrations of people who are gone are found by it. `None` where the directory cannot be asked
    /// so: then nobody's roles that it owns can be taken after.
    async fn people(&self, _ids: &[AccountId]) -> Result<Option<Vec<Person>>, DirectoryError> {
        Ok(None)
    }

    /// Tells if the directory answers.
    async fn check(&self) -> Result<(), DirectoryError>;

    /// Findings about the directory and the rights in it, for the server's start and `check-directory`. It writes
    /// nothing. `wrong_passwords_per_account` is the number of wrong passwords that Regain lets through to an account:
    /// as many as the directory locks it after would let a stranger lock people out.
    async fn inspect(&self, _wrong_passwords_per_account: u32) -> Result<Vec<Finding>, DirectoryError> {
        Ok(Vec::new())
    }

    /// Findings about one account that [`Accounts::find`] does not say: rights on it that are missing, reasons for which
    /// it may not be used. It writes nothing.
    async fn examine(&self, _user_id: &UserId) -> Result<Vec<Finding>, DirectoryError> {
        Ok(Vec::new())
    }
}

/// Prepares changes of accounts that are in the store's own database: one transaction has the account and the flow.
#[async_trait]
pub trait JoinedAccounts: Send + Sync {
    /// [`Accounts::set_password`] but for the writing; it takes what is slow, and changes nothing.
    async fn password(&self, id: &AccountId, change: &PasswordChange) -> Result<AccountWrite, SetPasswordError>;

    /// [`Accounts::unlock`] but for the writing, which is refused where the account turns out to be in the other state.
    fn unlocking(&self, id: &AccountId, expected: Unlocked) -> Result<AccountWrite, UnlockError>;
}
