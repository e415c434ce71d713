//! Lookups: what has to be asked of others before an answer can be decided, one at a time.

use regain_ports::{Account, AccountId, Charge, RingPoint, Standing};
use regain_protocol::{QuestionAnswer, Secret, Violation};
use regain_values::UserId;

use crate::{decision::Cost, password::PasswordCheck};

/// A question to others. An account id of `None` stands for an account that does not exist, for which the same work is
/// done.
#[derive(Debug, Clone)]
pub enum Lookup<'a> {
    /// The verdict of an outside service about the token of a solved challenge.
    CaptchaVerdict(&'a str),
    /// The account of a user ID, and those after a place on the ring.
    Account {
        /// The user ID.
        user_id: UserId,
        /// Its place.
        near: RingPoint,
    },
    /// The wrong proofs that the account has had today: what the counter holds.
    WrongToday(Charge),
    /// The client's network: if anybody has proved themselves from there lately, and what others have guessed of the
    /// account's password; what the counters hold.
    Network {
        /// The successes of the network.
        successes: Charge,
        /// The wrong passwords of everybody.
        wrong: Charge,
    },
    /// The account of a flow as it is now.
    Current(UserId),
    /// The key of an account's authenticator app.
    AuthenticatorKey(Option<AccountId>),
    /// The verdict about answers to security questions.
    Answers {
        /// The directory's name for the account.
        account_id: Option<AccountId>,
        /// The standing of the person who answers.
        standing: Standing,
        /// The answers.
        answers: &'a [QuestionAnswer],
        /// The price, paid before.
        costs: Vec<Cost>,
    },
    /// The verdict about a saved recovery code, which uses it up.
    RecoveryCode {
        /// The directory's name for the account.
        account_id: Option<AccountId>,
        /// The code, folded.
        code: Secret<String>,
        /// The price, paid before.
        costs: Vec<Cost>,
    },
    /// The account that a user ID and a password sign in to.
    SignIn {
        /// The user ID.
        user_id: UserId,
        /// The password.
        password: &'a Secret<String>,
        /// The price, paid before: a wrong one counts as a failure elsewhere too.
        costs: Vec<Cost>,
    },
    /// The rules that a new password breaks, of those that the engine cannot judge.
    Password(PasswordCheck<'a>),
}

/// An answer to a [`Lookup`].
#[derive(Debug, Clone)]
pub enum Finding {
    /// To [`Lookup::CaptchaVerdict`].
    CaptchaVerdict(bool),
    /// To [`Lookup::Current`].
    Current(Option<Account>),
    /// To [`Lookup::Account`].
    Account {
        /// The account.
        account: Option<Account>,
        /// The accounts that follow the user ID's place on the ring, the nearest first.
        neighbours: Vec<Account>,
    },
    /// To [`Lookup::WrongToday`].
    WrongToday(u32),
    /// To [`Lookup::Network`].
    Network {
        /// The successes of the network.
        successes: u32,
        /// The wrong passwords of everybody.
        wrong: u32,
    },
    /// To [`Lookup::AuthenticatorKey`].
    AuthenticatorKey(Option<Secret<Vec<u8>>>),
    /// To [`Lookup::Answers`].
    Answers(bool),
    /// To [`Lookup::RecoveryCode`].
    RecoveryCode(bool),
    /// To [`Lookup::SignIn`]: `None` for anything but the right password of an account that may be used.
    SignIn(Option<Account>),
    /// To [`Lookup::Password`].
    Password {
        /// The broken rules.
        violations: Vec<Violation>,
        /// Former passwords were among them.
        with_history: bool,
    },
    /// Found out at the commit: the code was used before.
    CodeUsed,
    /// Found out at the commit: what all share is used up.
    SharedUsedUp,
}

/// The findings of one request. They are kept while a decision is made again: asking may cost, or use something up.
#[derive(Debug, Clone, Default)]
pub struct Findings(Vec<Finding>);

#[expect(clippy::option_option, reason = "not asked, asked and nobody, asked and somebody")]
impl Findings {
    /// Notes one.
    pub fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    pub(crate) fn captcha_verdict(&self) -> Option<bool> {
        self.0
            .iter()
            .find_map(|finding| if let Finding::CaptchaVerdict(verdict) = finding { Some(*verdict) } else { None })
    }

    pub(crate) fn current(&self) -> Option<Option<&Account>> {
        self.0
            .iter()
            .find_map(|finding| if let Finding::Current(account) = finding { Some(account.as_ref()) } else { None })
    }

    pub(crate) fn account(&self) -> Option<(Option<&Account>, &[Account])> {
        self.0.iter().find_map(|finding| match finding {
            Finding::Account { account, neighbours } => Some((account.as_ref(), neighbours.as_slice())),
            _ => None,
        })
    }

    pub(crate) fn wrong_today(&self) -> Option<u32> {
        self.0.iter().find_map(|finding| if let Finding::WrongToday(wrong) = finding { Some(*wrong) } else { None })
    }

    /// The successes of the network, and the wrong passwords of everybody.
    pub(crate) fn network(&self) -> Option<(u32, u32)> {
        self.0.iter().find_map(|finding| match finding {
            Finding::Network { successes, wrong } => Some((*successes, *wrong)),
            _ => None,
        })
    }

    pub(crate) fn authenticator_key(&self) -> Option<Option<&Secret<Vec<u8>>>> {
        self.0
            .iter()
            .find_map(|finding| if let Finding::AuthenticatorKey(key) = finding { Some(key.as_ref()) } else { None })
    }

    pub(crate) fn answers(&self) -> Option<bool> {
        self.0.iter().find_map(|finding| if let Finding::Answers(right) = finding { Some(*right) } else { None })
    }

    pub(crate) fn recovery_code(&self) -> Option<bool> {
        self.0.iter().find_map(|finding| if let Finding::RecoveryCode(right) = finding { Some(*right) } else { None })
    }

    pub(crate) fn sign_in(&self) -> Option<Option<&Account>> {
        self.0
            .iter()
            .find_map(|finding| if let Finding::SignIn(account) = finding { Some(account.as_ref()) } else { None })
    }

    /// The rules that a new password breaks; `None` where that was not asked, or without the former passwords that
    /// count now.
    pub(crate) fn violations(&self, with_history: bool) -> Option<Vec<Violation>> {
        self.0.iter().rev().find_map(|finding| match finding {
            Finding::Password { violations, with_history: had } if *had || !with_history => {
                let counts = |rule: &&Violation| with_history || !matches!(rule, Violation::Reused {});
                Some(violations.iter().filter(counts).cloned().collect())
            }
            _ => None,
        })
    }

    pub(crate) fn shared_used_up(&self) -> bool {
        self.0.iter().any(|finding| matches!(finding, Finding::SharedUsedUp))
    }

    pub(crate) fn code_used(&self) -> bool {
        self.0.iter().any(|finding| matches!(finding, Finding::CodeUsed))
    }
}
