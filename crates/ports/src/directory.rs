//! The directory: where accounts and passwords live.

use async_trait::async_trait;
use jiff::Timestamp;
use regain_protocol::{Role, Secret, Violation};

/// The abilities of a directory. They stay the same while the server runs.
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
    /// Those of the embedded directory.
    pub const ALL: Self =
        Self { sign_in: true, unlock: true, remembers: true, owns_alternate: false, owns_mobile: false };
}

/// An account as the directory has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them can go with any other")]
pub struct Account {
    /// The directory's own, stable name for it.
    pub id: String,
    /// The user ID as the directory spells it.
    pub user_id: String,
    /// The person's name.
    pub display_name: String,
    /// Whether it may be used at all.
    pub enabled: bool,
    /// Whether sign-in is locked after too many failures.
    pub locked: bool,
    /// Whether a password was ever assigned.
    pub has_password: bool,
    /// The addresses that count for recovery and for confirmations.
    pub mails: Vec<AccountMail>,
    /// The phones that count for recovery.
    pub phones: Vec<AccountPhone>,
    /// The security questions that were registered, without their answers.
    pub questions: Vec<AccountQuestion>,
    /// Whether an authenticator app was registered.
    pub authenticator: bool,
    /// How many saved recovery codes are left; `None` where none were ever made.
    pub recovery_codes: Option<u8>,
    /// Further addresses that only get confirmations.
    pub notices: Vec<String>,
    /// When its owner last looked at what is registered and found it right; `None` for never.
    pub security_info_confirmed_at: Option<Timestamp>,
    /// The groups that it is in, by which an organisation may ask for more proofs.
    pub groups: Vec<String>,
}

/// A mail address of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountMail {
    /// What it is to the account: [`Role::Alternate`] or [`Role::Authentication`].
    pub role: Role,
    /// The address.
    pub address: String,
}

/// A phone of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPhone {
    /// What it is to the account: [`Role::Mobile`], [`Role::Authentication`] or [`Role::Office`].
    pub role: Role,
    /// The number in E.164 form, such as `+14255550123`; an extension is not part of it.
    pub number: String,
}

/// A security question of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountQuestion {
    /// Names it: the id of a predefined question or of one of the organisation's, or an id of its own.
    pub id: String,
    /// The person's own words; `None` for a predefined question or one of the organisation's.
    pub own: Option<String>,
}

/// An answer to a security question, as given.
#[derive(Debug, Clone, Copy)]
pub struct GivenAnswer<'a> {
    /// The question's id.
    pub question: &'a str,
    /// The answer as typed.
    pub answer: &'a Secret<String>,
}

/// A change of what an account can prove itself by. A method of the same kind and role takes the place of
/// the former one. Nothing gets here that was not shown to work: a code came back from the address or
/// number, or out of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registration {
    /// Sets the mail address of that role: [`Role::Alternate`] or [`Role::Authentication`].
    Mail(AccountMail),
    /// Sets the phone of that role: [`Role::Mobile`] or [`Role::Authentication`]; never the office's,
    /// which is the organisation's to say.
    Phone(AccountPhone),
    /// Sets the key of the authenticator app.
    Authenticator(Secret<Vec<u8>>),
    /// Sets the saved recovery codes, all of them anew; each as it is shown.
    RecoveryCodes(Vec<Secret<String>>),
    /// Sets the security questions, all of them anew.
    Questions(Vec<NewQuestion>),
    /// Removes the mail address of that role.
    RemoveMail(Role),
    /// Removes the phone of that role.
    RemovePhone(Role),
    /// Removes the authenticator app.
    RemoveAuthenticator,
    /// Removes the saved recovery codes.
    RemoveRecoveryCodes,
    /// Removes the security questions.
    RemoveQuestions,
    /// Nothing is changed: the owner looked at it at this time and found it right.
    Confirm(Timestamp),
}

/// A security question to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewQuestion {
    /// Its id, and the person's own words where it is theirs.
    pub question: AccountQuestion,
    /// The answer as typed.
    pub answer: Secret<String>,
}

/// A password to set.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    /// The new password, exactly as typed.
    pub new: Secret<String>,
    /// The current password, where it must be right for the change to happen; compared and set in
    /// one transaction.
    pub current: Option<Secret<String>>,
}

/// How an attempt to sign in ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "it is short-lived, and the other variant is for failures")]
pub enum SignIn {
    /// The right password of an account that may be used.
    Accepted(Account),
    /// Anything else, without saying what: unknown, disabled, locked, wrong.
    Refused,
}

/// Why the directory could not answer.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// It does not answer; trying again may help. The text is for the log and names no secret.
    #[error("the directory is unavailable: {0}")]
    Unavailable(String),
}

impl DirectoryError {
    /// [`DirectoryError::Unavailable`] by an error whose text names no secret.
    pub fn unavailable(error: impl std::fmt::Display) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Why a password was not set. Nothing changed.
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

/// Why an account was not unlocked. Nothing changed.
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

/// Why security info was not changed. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// There is no such account, or it may not be used.
    #[error("no such account")]
    NoSuchAccount,
    /// It is nobody's to register or remove (the office's phone, a role that the kind does not have), or
    /// could not be used afterwards (a question twice, an authenticator's key that is too short).
    #[error("that cannot be registered")]
    NotRegistrable,
    /// The directory does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

/// Finds accounts and keeps their passwords.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// The account of a user ID, in any case and Unicode form; `None` where there is none. It does
    /// the same work either way.
    async fn find(&self, user_id: &str) -> Result<Option<Account>, DirectoryError>;

    /// Sets the password and clears a lockout, in one transaction.
    async fn set_password(&self, account_id: &str, change: &PasswordChange) -> Result<(), SetPasswordError>;

    /// Clears a lockout and the count of failures that led to it; the password stays. An account that
    /// is not locked stays as it is.
    async fn unlock(&self, account_id: &str) -> Result<Unlocked, UnlockError>;

    /// Whether all of these answers are right, each of another question that was registered; no answers
    /// at all are not. It takes as long for an account that does not exist (`None`), and however many of
    /// them are wrong.
    async fn check_answers(
        &self,
        account_id: Option<&str>,
        answers: &[GivenAnswer<'_>],
    ) -> Result<bool, DirectoryError>;

    /// The key that an account shares with its authenticator app (RFC 6238); `None` where none was
    /// registered. It does the same work for an account that does not exist (`None`).
    async fn authenticator_key(&self, account_id: Option<&str>) -> Result<Option<Secret<Vec<u8>>>, DirectoryError>;

    /// Tells if this is one of the account's saved recovery codes that was not used before, and uses it up in the same
    /// transaction. `code` is folded. It does the same work for an account that does not exist (`None`).
    async fn use_recovery_code(
        &self,
        account_id: Option<&str>,
        code: &Secret<String>,
        now: Timestamp,
    ) -> Result<bool, DirectoryError>;

    /// Checks a password for signing in. It counts failures towards the account's lockout, and takes
    /// as long for an account that does not exist.
    async fn sign_in(&self, user_id: &str, password: &Secret<String>, now: Timestamp)
    -> Result<SignIn, DirectoryError>;

    /// Changes what an account can prove itself by, in one transaction. Done twice, it is as if it were
    /// done once.
    async fn register(&self, account_id: &str, registration: &Registration) -> Result<(), RegisterError>;

    /// Whether the account has this password, or had it among the last ones that the directory is to
    /// remember; the current one counts however few that are. A directory that cannot tell, or judges by
    /// itself when a password is set, says no.
    async fn remembers(&self, _account_id: &str, _password: &Secret<String>) -> Result<bool, DirectoryError> {
        Ok(false)
    }

    /// Whether the directory answers.
    async fn check(&self) -> Result<(), DirectoryError>;
}
