//! Lookups: what the engine asks others before it decides, answered by the directory of the world.

use std::sync::atomic::Ordering;

use regain_engine::{Decision, Effect, Finding, Findings, LimitPolicy, Lookup, Refusal, Stage};
use regain_ports::{Account, AccountMail, AccountPhone, AccountQuestion};
use regain_protocol::{Answer, Secret};
use regain_values::StepId;

use crate::{
    action::Action,
    node::Node,
    spoken::next_code,
    turn::World,
    world::{APP_KEY, RIGHT, SAVED},
};

impl World {
    /// The engine's decision, with everything that it asks for looked up.
    pub(crate) fn decide(
        &self,
        node: &Node,
        action: &Action,
        step_id: &StepId,
    ) -> (Result<Decision, Refusal>, Found, Answer) {
        let answer = self.spoken(node, action);
        self.draws.code.store(u64::from(next_code(node, action)), Ordering::Relaxed);
        let cx = self.cx(node);
        let (mut findings, mut found) = (Findings::default(), Found::default());
        while let Some(lookup) = self.engine.lookup(cx, &node.state, step_id, &answer, &findings) {
            found.lookups.push(asked(&lookup));
            findings.add(self.look_up(node, action, lookup, &mut found));
        }
        let mut decided = self.engine.answer(cx, &node.state, step_id, &answer, &findings);
        let used = |effect: &Effect| match effect {
            Effect::Charge(charge, LimitPolicy::CodeUsed) => Some(charge.bucket.clone()),
            _ => None,
        };
        found.used = decided.as_ref().ok().and_then(|decision| decision.effects.iter().find_map(used));
        if found.used.as_ref().is_some_and(|bucket| node.ledger.used.contains(bucket)) {
            found.is_used_again = true;
            findings.add(Finding::CodeUsed);
            decided = self.engine.answer(cx, &node.state, step_id, &answer, &findings);
        }
        (decided, found, answer)
    }

    /// The engine's decision, and the questions that it asked for that, with their prices.
    pub(crate) fn decided(
        &self,
        node: &Node,
        action: &Action,
        step_id: &StepId,
    ) -> (Result<Decision, Refusal>, Vec<String>) {
        let (decided, found, _) = self.decide(node, action, step_id);
        (decided, found.lookups)
    }

    fn look_up(&self, node: &Node, action: &Action, lookup: Lookup<'_>, found: &mut Found) -> Finding {
        match lookup {
            Lookup::CaptchaVerdict(_) => Finding::CaptchaVerdict(true),
            Lookup::Account { user_id, .. } => {
                let account = self.account(&user_id);
                Finding::Account { account, neighbours: Vec::new() }
            }
            Lookup::WrongToday(_) => Finding::WrongToday(0),
            Lookup::Network { .. } => Finding::Network { successes: 0, wrong: 0 },
            Lookup::Current(user_id) => {
                let account = self.account(&user_id);
                Finding::Current(account.map(|account| with_what_was_added(&node.state.stage, account)))
            }
            Lookup::AuthenticatorKey(id) => Finding::AuthenticatorKey(id.map(|_| Secret::new(APP_KEY.to_vec()))),
            Lookup::Answers { account_id, .. } => {
                Finding::Answers(account_id.is_some() && *action == Action::Answer(true))
            }
            Lookup::RecoveryCode { account_id, code, .. } => {
                let saved = (0_u8..).zip(SAVED).find(|(_, saved)| *saved == code.expose()).map(|(at, _)| at);
                found.recovery_code = saved.filter(|at| account_id.is_some() && !node.ledger.saved.contains(at));
                Finding::RecoveryCode(found.recovery_code.is_some())
            }
            Lookup::SignIn { user_id, password, .. } => {
                let account = self.account(&user_id);
                let account = account.filter(|account| account.enabled && !account.locked);
                Finding::SignIn(account.filter(|_| password.expose() == RIGHT))
            }
            Lookup::Password(check) => Finding::Password { violations: Vec::new(), with_history: check.history },
        }
    }
}

/// Everything that was found out for one answer, and that the ledger is kept by.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The saved recovery code that was used up.
    pub(crate) recovery_code: Option<u8>,
    /// The counter of an app's code.
    pub(crate) used: Option<String>,
    pub(crate) is_used_again: bool,
    lookups: Vec<String>,
}

/// A question to others, without whom it is about.
fn asked(lookup: &Lookup<'_>) -> String {
    let costs = match lookup {
        Lookup::Answers { costs, .. } | Lookup::RecoveryCode { costs, .. } | Lookup::SignIn { costs, .. } => costs,
        _ => &Vec::new(),
    };
    let costs = costs.iter().map(|cost| (cost.charge.limit, cost.charge.cost, cost.over_limit, cost.only_wrong));
    format!("{:?} {:?}", std::mem::discriminant(lookup), costs.collect::<Vec<_>>())
}

/// An account with what the flow has registered and removed.
fn with_what_was_added(stage: &Stage, account: Account) -> Account {
    let Some(person) = stage.person() else { return account };
    let info = &person.account.info;
    Account {
        mails: info.mails.iter().map(|(role, address)| AccountMail { role: *role, address: address.clone() }).collect(),
        phones: info.phones.iter().map(|(role, number)| AccountPhone { role: *role, number: number.clone() }).collect(),
        questions: vec![AccountQuestion { id: "first_pet".into(), own: None }; info.questions],
        authenticator: info.authenticator,
        recovery_codes: info.recovery_codes,
        ..account
    }
}
