//! Step `identify`: who are you?
//!
//! Takes `identify`. A user ID that has no account, a disabled one or one without methods gets
//! [`decoy`] methods, and nothing in the answer or in what is stored along with it differs.

use regain_protocol::{Answer, Method, MethodKind, Role};

use super::{
    Context, Engine, TEN_MINUTES, decoy,
    effects::{Decision, OnOverLimit, Refusal},
    mask, next,
    state::{KnownAccount, State, Subject, SubjectMethod},
};
use crate::{
    ports::{Account, random_id},
    user_id,
};

impl Engine {
    pub(super) fn at_identify(
        &self,
        cx: Context<'_>,
        state: &State,
        answer: &Answer,
        account: Option<Account>,
    ) -> Result<Decision, Refusal> {
        // No challenge was set, so there is no solution to look at.
        let Answer::Identify { user_id, captcha: _ } = answer else { return Err(Refusal::StepPassed) };
        let typed = user_id::trimmed(user_id)
            .map_err(|_| Refusal::invalid("/user_id", "1 to 256 characters, none of them control characters"))?;
        let subject = self.subject(typed, account);
        let bucket = format!("identify:{}", subject.account_key);
        let mut next = state.moved(random_id(cx.rng), next::after_identify(cx.kind));
        next.subject = Some(subject);
        let mut decision = Decision::new(next);
        let limit = self.rules.limits.identifications_per_account;
        decision.charge(bucket, TEN_MINUTES, limit, OnOverLimit::RateLimited);
        decision.audit("identified");
        Ok(decision)
    }

    /// Whom a user ID is about.
    fn subject(&self, typed: &str, account: Option<Account>) -> Subject {
        let normalised = user_id::normalise(typed);
        // Both are always worked out, so that it takes as long.
        let decoys = decoy::addresses(&self.keys.decoy_seed(&normalised), &normalised, &self.rules.recovery_domains);
        let account = account.filter(|account| account.enabled && !account.mails.is_empty());
        // The directory may know an account by several user IDs; its counters are the same for all.
        let spelling = account.as_ref().map_or(normalised, |account| user_id::normalise(&account.user_id));
        let account_key = self.keys.account_key(&spelling);
        let reachable: Vec<(Role, String)> = match &account {
            Some(account) => account.mails.iter().map(|mail| (mail.role, mail.address.clone())).collect(),
            None => decoys,
        };
        let methods = reachable.into_iter().enumerate().map(|(index, (role, address))| SubjectMethod {
            shown: Method {
                id: self.keys.method_id(&account_key, index),
                kind: MethodKind::Email,
                role: Some(role),
                masked: Some(mask::mail(&address)),
                confirm: false,
            },
            destination: if account.is_some() { address } else { format!("{account_key}/{index}") },
            tries_left: self.rules.codes.tries,
            resends_left: self.rules.codes.resends,
            sent: None,
        });
        Subject {
            user_id: typed.to_owned(),
            methods: methods.collect(),
            account_key,
            account: account.map(|account| KnownAccount {
                addresses: account.mails.into_iter().map(|mail| mail.address).collect(),
                id: account.id,
                user_id: account.user_id,
                display_name: account.display_name,
                first_password: !account.has_password,
            }),
            proved: Vec::new(),
        }
    }
}
