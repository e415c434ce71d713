//! Registrations: what people have registered here to prove themselves by. Kept in our own database, whatever
//! directory has the accounts.

use async_trait::async_trait;
use jiff::Timestamp;
use regain_protocol::{Role, Secret};
use regain_values::{recovery_code, totp};

use crate::{AccountId, AccountMail, AccountPhone, AccountQuestion, AccountWrite, DirectoryError, RingPoint};

/// The registrations of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registered {
    /// The mail addresses.
    pub mails: Vec<AccountMail>,
    /// The phones.
    pub phones: Vec<AccountPhone>,
    /// The security questions, without their answers.
    pub questions: Vec<AccountQuestion>,
    /// There is an authenticator app.
    pub authenticator: bool,
    /// The number of saved recovery codes that are left; `None` where none were ever made.
    pub recovery_codes: Option<u8>,
    /// The time at which the owner last looked at it and found it right; `None` for never.
    pub confirmed_at: Option<Timestamp>,
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

impl Registration {
    /// Refuses what is nobody's to register, and what could not be used afterwards.
    pub fn check(&self) -> Result<(), RegisterError> {
        let fits = match self {
            Self::Mail(mail) => matches!(mail.role, Role::Alternate | Role::Authentication),
            Self::Phone(phone) => matches!(phone.role, Role::Mobile | Role::Authentication),
            Self::RemoveMail(role) => matches!(role, Role::Alternate | Role::Authentication),
            Self::RemovePhone(role) => matches!(role, Role::Mobile | Role::Authentication),
            Self::Authenticator(key) => key.expose().len() >= totp::MIN_KEY_BYTES,
            Self::Questions(questions) => questions
                .iter()
                .enumerate()
                .all(|(index, one)| !questions[..index].iter().any(|earlier| earlier.question.id == one.question.id)),
            Self::RecoveryCodes(codes) => {
                !codes.is_empty() && codes.iter().all(|code| recovery_code::normalise(code).is_some())
            }
            Self::RemoveAuthenticator | Self::RemoveRecoveryCodes | Self::RemoveQuestions | Self::Confirm(_) => true,
        };
        if fits { Ok(()) } else { Err(RegisterError::NotRegistrable) }
    }
}

/// A security question to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewQuestion {
    /// Its id, and the person's own words where it is theirs.
    pub question: AccountQuestion,
    /// The answer as typed.
    pub answer: Secret<String>,
}

/// Why security info was not changed. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// There is no such account, or it may not be used.
    #[error("no such account")]
    NoSuchAccount,
    /// It is nobody's to register or remove (the office's phone, a role that the kind does not have, one that the
    /// directory owns), or could not be used afterwards (a question twice, an authenticator's key that is too short).
    #[error("that cannot be registered")]
    NotRegistrable,
    /// The database does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

/// Standing of the person for whom a secret is compared: who has proved something waits for no stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is proved yet.
    Stranger,
    /// They have proved something in this flow.
    Proved,
}

/// Keeps what people register. An account id of `None` stands for an account that does not exist, for which the same
/// work is done. Every implementation keeps the contract in `regain_ports::contract::registrations`.
#[async_trait]
pub trait Registrations: Send + Sync + 'static {
    /// The registrations of an account.
    async fn of(&self, id: Option<&AccountId>) -> Result<Registered, DirectoryError>;

    /// The accounts with something to be recovered by that follow a place on the ring, the nearest first, at most
    /// [`NEIGHBOURS`](crate::NEIGHBOURS); after the last comes the first. An account's own place is a keyed hash of its
    /// id, so that it stays the same whoever comes and goes. One look-up, whoever is asked for.
    async fn neighbours(&self, near: RingPoint) -> Result<Vec<(AccountId, Registered)>, DirectoryError>;

    /// Tells if all of these answers are right, each of another question that was registered; no answers
    /// at all are not. It takes as long however many of them are wrong.
    async fn check_answers(
        &self,
        id: Option<&AccountId>,
        standing: Standing,
        answers: &[GivenAnswer<'_>],
    ) -> Result<bool, DirectoryError>;

    /// The key that an account shares with its authenticator app (RFC 6238); `None` where none was
    /// registered.
    async fn authenticator_key(&self, id: Option<&AccountId>) -> Result<Option<Secret<Vec<u8>>>, DirectoryError>;

    /// Tells if this is one of the account's saved recovery codes that was not used before, and uses it up in the same
    /// transaction. `code` is folded.
    async fn use_recovery_code(
        &self,
        id: Option<&AccountId>,
        code: &Secret<String>,
        now: Timestamp,
    ) -> Result<bool, DirectoryError>;

    /// Changes what an account can prove itself by, in one transaction. Done twice, it is as if it were
    /// done once.
    async fn register(&self, id: &AccountId, registration: &Registration) -> Result<(), RegisterError>;

    /// [`Registrations::register`] but for the writing, which is part of a commit of the store.
    async fn prepare(&self, id: &AccountId, registration: &Registration) -> Result<AccountWrite, RegisterError>;

    /// The accounts for which anything is registered, in any order.
    async fn accounts(&self) -> Result<Vec<AccountId>, DirectoryError>;

    /// Removes everything that is registered for an account, in one transaction.
    async fn forget(&self, id: &AccountId) -> Result<(), DirectoryError>;
}
