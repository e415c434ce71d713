//! Step `new_password`: choose a new password.
//!
//! Takes `set_password`. The flow is claimed first, so that of many requests one sets the password;
//! then the directory sets it; then the flow is done, the confirmations are queued and the account's
//! other flows are void, in one transaction. A server that dies in between leaves a claimed flow,
//! which takes a password again after [`STUCK_AFTER`].

use jiff::{SignedDuration, Timestamp};
use regain_protocol::{Answer, EndReason, Outcome, PasswordPolicy};

use super::{
    Context, Engine,
    effects::{Decision, Effect, Refusal, Reply},
    state::{KnownAccount, Stage, State, Subject},
};
use crate::{
    outgoing::{Content, Outgoing},
    ports::random_id,
};

/// How long a directory may take to set a password before it is taken for dead.
const STUCK_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// For how long a confirmation is worth sending.
const CONFIRMATION_LIFETIME: SignedDuration = SignedDuration::from_hours(72);

/// How it went to set a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The directory has it.
    Set,
    /// The account is gone or may no longer be used.
    NoAccount,
    /// The directory does not answer.
    Unavailable,
}

impl Engine {
    pub(super) fn at_new_password(
        &self,
        cx: Context<'_>,
        state: &State,
        applying_since: Option<Timestamp>,
        answer: &Answer,
    ) -> Result<Decision, Refusal> {
        let Answer::SetPassword { password, current: _ } = answer else { return Err(Refusal::StepPassed) };
        let account = known(state).ok_or(Refusal::StepPassed)?;
        if applying_since.is_some_and(|since| !is_stuck(since, cx.now)) {
            return Err(Refusal::Busy);
        }
        let violations = regain_policy::violations(&self.policy(account), &account.user_id, password.expose());
        if !violations.is_empty() {
            return Err(Refusal::PasswordRefused(violations));
        }
        let mut claimed = state.clone();
        claimed.stage = Stage::NewPassword { applying_since: Some(cx.now) };
        let set = Effect::SetPassword { account_id: account.id.clone(), new: password.clone() };
        Ok(Decision { state: claimed, effects: vec![set], reply: Reply::Accepted })
    }

    /// What follows from how setting the password went. `claimed` is the state that was committed
    /// before; whatever became of the flow meanwhile, a password that is set is said to be set.
    pub fn applied(&self, cx: Context<'_>, claimed: &State, applied: Applied) -> Decision {
        match (applied, claimed.subject.as_ref(), known(claimed)) {
            (Applied::Set, Some(subject), Some(account)) => done(cx, claimed, subject, account),
            (Applied::Unavailable, ..) => {
                let mut released = claimed.clone();
                released.stage = Stage::NewPassword { applying_since: None };
                let mut decision = Decision::new(released);
                decision.reply = Reply::Unavailable;
                decision.audit("password_not_set");
                decision
            }
            _ => {
                let mut decision = Decision::new(claimed.ended(random_id(cx.rng), EndReason::Cancelled, None));
                decision.reply = Reply::Ended;
                decision.audit("account_gone");
                decision
            }
        }
    }

    /// The rules for this person: the organisation's, and their own names.
    pub(super) fn policy(&self, account: &KnownAccount) -> PasswordPolicy {
        let mut policy = self.rules.password.clone();
        let names = account.display_name.split(|c: char| !c.is_alphanumeric());
        for name in names.filter(|name| name.chars().count() >= regain_policy::MIN_CONTEXT_LENGTH) {
            if !policy.forbidden_words.iter().any(|word| word.eq_ignore_ascii_case(name)) {
                policy.forbidden_words.push(name.to_owned());
            }
        }
        policy
    }
}

/// The flow, done; the confirmations; the end of the account's other flows.
fn done(cx: Context<'_>, claimed: &State, subject: &Subject, account: &KnownAccount) -> Decision {
    let mut state = claimed.moved(
        random_id(cx.rng),
        Stage::Done {
            outcome: Outcome::Reset,
            user_id: account.user_id.clone(),
            notified: !account.addresses.is_empty(),
        },
    );
    state.subject = None;
    let mut decision = Decision::new(state);
    for address in &account.addresses {
        decision.effects.push(Effect::Send {
            outgoing: Outgoing {
                to: Some(address.clone()),
                locale: claimed.locale.clone(),
                user_id: account.user_id.clone(),
                content: Content::Confirmation {
                    outcome: Outcome::Reset,
                    at: cx.now,
                    client: cx.client.map(Into::into),
                },
            },
            not_after: cx.now.saturating_add(CONFIRMATION_LIFETIME).unwrap_or(Timestamp::MAX),
            voidable: false,
        });
    }
    decision.effects.push(Effect::VoidOthers);
    decision.audit_with("password_reset", serde_json::json!({ "proved_by": subject.proved }));
    decision
}

/// Whether a claim is so old that whoever made it is taken for dead.
pub(super) fn is_stuck(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) >= STUCK_AFTER
}

/// The account that a proof was given for.
pub(super) fn known(state: &State) -> Option<&KnownAccount> {
    state.subject.as_ref().and_then(|subject| subject.account.as_ref())
}
