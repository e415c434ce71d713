//! The subject of a flow, as it is stored: a user ID that proves itself, and the person once that is done.

use regain_ports::{Account, AccountId, DirectoryRules};
use regain_protocol::MethodKind;
use regain_values::{MailAddress, UserId};
use serde::{Deserialize, Serialize};

use super::{
    method::{Method, Offered},
    security_info::SecurityInfo,
};

/// A user ID that is to prove itself: an account's, or one that only looks so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The user ID as typed, trimmed.
    pub user_id: UserId,
    /// The account's key in counters.
    pub account_key: String,
    /// The account; `None` where there is none that could be recovered.
    pub account: Option<KnownAccount>,
    /// The methods, as they were when the person was named, but for the one in use.
    pub methods: Vec<Method>,
    /// The kinds of proof that were given.
    pub proved: Vec<MethodKind>,
    /// The number of proofs that this account needs.
    pub required: u8,
    /// The current password is asked for besides: the host page's word stood for it so far.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub current_due: bool,
}

/// A person whose identity is proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvedPerson {
    /// The user ID as typed, trimmed.
    pub user_id: UserId,
    /// The account's key in counters.
    pub account_key: String,
    /// The account.
    pub account: KnownAccount,
    /// The kinds of proof that were given.
    pub proved: Vec<MethodKind>,
    /// This flow has changed the account's security info.
    #[serde(default)]
    pub changed: bool,
}

/// An account, as far as a flow keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAccount {
    /// The directory's name for it.
    pub id: AccountId,
    /// The user ID as the directory spells it.
    pub user_id: UserId,
    /// The person's name.
    pub display_name: String,
    /// It never had a password.
    pub first_password: bool,
    /// Sign-in was locked when the person was named.
    pub locked: bool,
    /// The number of proofs that a reset of its password takes.
    pub gates: u8,
    /// The security info. Every mail address in it gets the confirmations.
    pub info: SecurityInfo,
    /// Further addresses that get the confirmations and prove nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<MailAddress>,
    /// The directory's own rules for its password.
    #[serde(default, skip_serializing_if = "DirectoryRules::are_none")]
    pub password_rules: DirectoryRules,
}

impl KnownAccount {
    /// The account as it is now; `gates` is the number of proofs that its groups ask for.
    pub(crate) fn of(account: Account, gates: u8) -> Self {
        Self {
            info: SecurityInfo::of(&account),
            gates,
            id: account.id,
            user_id: account.user_id,
            display_name: account.display_name,
            first_password: !account.has_password,
            locked: account.locked,
            notices: account.notices,
            password_rules: account.password_rules,
        }
    }

    /// The addresses that confirmations go to, each once.
    pub fn addresses(&self) -> Vec<&MailAddress> {
        let mut addresses: Vec<&MailAddress> = Vec::new();
        for address in self.info.mails.iter().map(|(_, address)| address).chain(&self.notices) {
            if !addresses.iter().any(|other| other.folded() == address.folded()) {
                addresses.push(address);
            }
        }
        addresses
    }
}

impl Subject {
    /// The methods on offer now: none of a kind that was used, and what would tell that the account
    /// exists only after a proof.
    pub fn on_offer(&self) -> impl Iterator<Item = &Method> {
        self.methods.iter().filter(|method| self.offers(method))
    }

    fn offers(&self, method: &Method) -> bool {
        let is_offered = match method.offered {
            Offered::Always => true,
            Offered::AfterAProof => !self.proved.is_empty(),
            Offered::BeforeAProof => self.proved.is_empty(),
        };
        is_offered && !self.proved.contains(&method.kind())
    }

    /// Takes a method that is on offer into use.
    pub fn take(&mut self, id: &str) -> Option<Method> {
        let index = self.methods.iter().position(|method| method.id == id && self.offers(method))?;
        Some(self.methods.remove(index))
    }

    /// Puts a method that was in use back into its place.
    pub fn put_back(&mut self, method: Method) {
        let index = self.methods.partition_point(|other| other.index < method.index);
        self.methods.insert(index, method);
    }

    /// Tells if there is an account that the right proofs prove.
    pub const fn exists(&self) -> bool {
        self.account.is_some()
    }

    /// The person, where every proof that the account needs was given.
    #[expect(clippy::result_large_err, reason = "the subject goes on where there is no person")]
    pub fn into_person(self) -> Result<ProvedPerson, Self> {
        match self.account {
            Some(account) if self.proved.len() >= usize::from(self.required.max(1)) => Ok(ProvedPerson {
                user_id: self.user_id,
                account_key: self.account_key,
                account,
                proved: self.proved,
                changed: false,
            }),
            account => Err(Self { account, ..self }),
        }
    }
}

/// The one who enters a code or answers a call: to prove who they are, or to show that a new method works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The method is a proof.
    Proving {
        /// The subject, without the method.
        subject: Subject,
    },
    /// The method is being added.
    Adding {
        /// The person, whose identity is proved.
        person: ProvedPerson,
    },
}

impl Whose {
    /// The subject, where identity is not proved.
    pub const fn subject(&self) -> Option<&Subject> {
        match self {
            Self::Proving { subject } => Some(subject),
            Self::Adding { .. } => None,
        }
    }

    pub(crate) const fn subject_mut(&mut self) -> Option<&mut Subject> {
        match self {
            Self::Proving { subject } => Some(subject),
            Self::Adding { .. } => None,
        }
    }

    /// The person, where identity is proved.
    pub const fn person(&self) -> Option<&ProvedPerson> {
        match self {
            Self::Proving { .. } => None,
            Self::Adding { person } => Some(person),
        }
    }

    /// The account, where there is one.
    pub(crate) const fn account(&self) -> Option<&KnownAccount> {
        match self {
            Self::Proving { subject } => subject.account.as_ref(),
            Self::Adding { person } => Some(&person.account),
        }
    }

    /// Makes a subject one who only looks like an account's.
    pub(crate) fn forget_account(&mut self) {
        match self {
            Self::Proving { subject } => subject.account = None,
            Self::Adding { .. } => {}
        }
    }

    pub(crate) const fn exists(&self) -> bool {
        self.account().is_some()
    }

    pub(crate) fn account_key(&self) -> &str {
        match self {
            Self::Proving { subject } => &subject.account_key,
            Self::Adding { person } => &person.account_key,
        }
    }

    /// The user ID as the directory spells it, or as it was typed.
    pub(crate) const fn spelling(&self) -> &UserId {
        match self {
            Self::Proving { subject } => match &subject.account {
                Some(account) => &account.user_id,
                None => &subject.user_id,
            },
            Self::Adding { person } => &person.account.user_id,
        }
    }
}
