//! The subject of a flow, as it is made of an account.
//!
//! A user ID that has no account, a disabled one or one without methods gets [made-up ones](crate::decoy), and nothing
//! in what the person sees or in what is stored along with it differs.

use regain_ports::Account;
use regain_protocol::FlowKind;
use regain_values::UserId;

use crate::{
    Context, Engine, decoy, methods,
    state::{KnownAccount, Method, Offered, Subject},
};

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
        let account = account.map(|account| self.known(account));
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
        methods.retain(|method| method.offered != Offered::BeforeAProof);
        for method in &mut methods {
            method.offered = Offered::Always;
        }
        Subject {
            user_id: account.user_id.clone(),
            account_key,
            methods,
            account: Some(self.known(account)),
            proved: Vec::new(),
            required: if cx.kind == FlowKind::Change { rules.gates.change } else { 1 },
            current_due: false,
        }
    }

    /// The account, as a flow keeps it.
    fn known(&self, account: Account) -> KnownAccount {
        let gates = self.rules().gates.for_groups(&account.groups);
        KnownAccount::of(account, gates)
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
