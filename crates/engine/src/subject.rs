//! The subject of a flow: a user ID that proves itself, and the person once that is done.
//!
//! A user ID that has no account, a disabled one or one without methods gets [made-up ones](crate::decoy), and nothing
//! in what the person sees or in what is stored along with it differs.

use regain_ports::{Account, AccountId, DirectoryRules};
use regain_protocol::{FlowKind, MethodKind};
use regain_values::{MailAddress, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Context, Engine, Rules, decoy,
    methods::{self, Method},
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
    fn new(account: Account, rules: &Rules) -> Self {
        Self {
            info: SecurityInfo::of(&account),
            gates: rules.gates.for_groups(&account.groups),
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
            methods::Offered::Always => true,
            methods::Offered::AfterAProof => !self.proved.is_empty(),
            methods::Offered::BeforeAProof => self.proved.is_empty(),
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

impl Engine {
    /// The subject that a typed user ID names. `neighbours` are the accounts after its place on the ring.
    pub(crate) fn subject(
        &self,
        cx: Context<'_>,
        typed: &UserId,
        account: Option<Account>,
        neighbours: &[Account],
        locale: &str,
    ) -> Subject {
        let rules = self.rules();
        let normalised = typed.folded();
        // Both are always worked out, so that it takes as long.
        let made_up = decoy::account(&self.keys, &normalised, neighbours, rules);
        let account = account.filter(|account| account.enabled && methods::can_begin(account, rules));
        // The directory may know an account by several user IDs; its counters are the same for all.
        let spelling = account.as_ref().map_or(normalised, |account| account.user_id.folded());
        let account_key = self.keys.account_key(&spelling);
        let shape = account.as_ref().unwrap_or(&made_up);
        let methods = self.methods(cx, &account_key, account.is_some(), locale, shape);
        let account = account.map(|account| KnownAccount::new(account, rules));
        Subject {
            user_id: typed.clone(),
            methods,
            required: account.as_ref().map_or(rules.gates.required, |account| account.gates),
            account,
            account_key,
            proved: Vec::new(),
            current_due: false,
        }
    }

    /// The subject who has signed in: there are no secrets from them, and nothing is made up. One of their methods
    /// is enough to go on, unless a change asks for more.
    pub(crate) fn known_subject(&self, cx: Context<'_>, account: Account, locale: &str) -> Subject {
        let rules = self.rules();
        let account_key = self.keys.account_key(&account.user_id.folded());
        let mut methods = self.methods(cx, &account_key, true, locale, &account);
        methods.retain(|method| method.offered != methods::Offered::BeforeAProof);
        for method in &mut methods {
            method.offered = methods::Offered::Always;
        }
        Subject {
            user_id: account.user_id.clone(),
            account_key,
            methods,
            account: Some(KnownAccount::new(account, rules)),
            proved: Vec::new(),
            required: if cx.kind == FlowKind::Change { rules.gates.change } else { 1 },
            current_due: false,
        }
    }

    /// The methods of an account, real or made up, grouped by kind; within a kind, as they were registered.
    fn methods(
        &self,
        cx: Context<'_>,
        account_key: &str,
        exists: bool,
        locale: &str,
        account: &Account,
    ) -> Vec<Method> {
        let at = methods::At { engine: self, cx, account_key, exists, locale };
        let all = methods::ALL.into_iter().flat_map(|kind| kind.methods(&at, account));
        let numbered = (0_usize..).zip(all).map(|(index, new)| Method {
            id: self.keys.method_id(account_key, index),
            index: u8::try_from(index).unwrap_or(u8::MAX),
            tries_left: self.rules().codes.tries,
            offered: new.offered,
            how: new.how,
        });
        numbered.collect()
    }
}
