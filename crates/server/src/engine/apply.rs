//! What follows once the directory was told to set a password or to unlock an account.
//!
//! Whoever applies has claimed the flow, so that of many requests one does it; afterwards the flow is
//! done, the confirmations are queued and the account's other flows are void, in one transaction.

use jiff::{SignedDuration, Timestamp};
use regain_protocol::{EndReason, Outcome};

use super::{
    Context, Engine,
    effects::{Decision, Effect, Reply},
    state::{KnownAccount, Stage, State, Subject},
};
use crate::{
    outgoing::{Content, Outgoing},
    ports::random_id,
};

/// How long a directory may take before it is taken for dead.
const STUCK_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// For how long a confirmation is worth sending.
const CONFIRMATION_LIFETIME: SignedDuration = SignedDuration::from_hours(72);

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The directory has it.
    Done,
    /// The account is gone or may no longer be used.
    NoAccount,
    /// The directory does not answer.
    Unavailable,
}

impl Engine {
    /// What follows from how it went. `claimed` is the state that was committed before; whatever became
    /// of the flow meanwhile, a password that is set is said to be set.
    pub fn applied(&self, cx: Context<'_>, claimed: &State, applied: Applied) -> Decision {
        match (applied, outcome(&claimed.stage), claimed.subject.as_ref(), known(claimed)) {
            (Applied::Done, Some(outcome), Some(subject), Some(account)) => {
                let mut decision = done(cx, claimed, outcome, subject, account);
                if outcome == Outcome::Reset && self.rules().ends_sessions {
                    decision.effects.push(end_sessions(cx, claimed, account));
                }
                decision
            }
            (Applied::Unavailable, ..) => {
                let mut released = claimed.clone();
                match &mut released.stage {
                    Stage::NewPassword { applying_since } | Stage::ChooseOutcome { applying_since } => {
                        *applying_since = None;
                    }
                    _ => {}
                }
                let mut decision = Decision::new(released);
                decision.reply = Reply::Unavailable;
                decision.audit("not_applied");
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
}

/// What was being done at this step.
const fn outcome(stage: &Stage) -> Option<Outcome> {
    match stage {
        Stage::NewPassword { .. } => Some(Outcome::Reset),
        Stage::ChooseOutcome { .. } => Some(Outcome::Unlocked),
        _ => None,
    }
}

/// The flow, done; the confirmations; the end of the account's other flows.
fn done(cx: Context<'_>, claimed: &State, outcome: Outcome, subject: &Subject, account: &KnownAccount) -> Decision {
    let mut state = claimed.moved(
        random_id(cx.rng),
        Stage::Done { outcome, user_id: account.user_id.clone(), notified: !account.addresses.is_empty() },
    );
    state.subject = None;
    let mut decision = Decision::new(state);
    for address in &account.addresses {
        decision.effects.push(Effect::Send {
            outgoing: Outgoing {
                to: Some(address.clone()),
                locale: claimed.locale.clone(),
                user_id: account.user_id.clone(),
                content: Content::Confirmation { outcome, at: cx.now, client: cx.client.map(Into::into) },
            },
            not_after: cx.now.saturating_add(CONFIRMATION_LIFETIME).unwrap_or(Timestamp::MAX),
            voidable: false,
        });
    }
    decision.effects.push(Effect::VoidOthers);
    let event = if outcome == Outcome::Unlocked { "account_unlocked" } else { "password_reset" };
    decision.audit_with(event, serde_json::json!({ "proved_by": subject.proved }));
    decision
}

/// A new password ends what was signed in with the former one: whoever had found it out is out.
fn end_sessions(cx: Context<'_>, claimed: &State, account: &KnownAccount) -> Effect {
    Effect::Send {
        outgoing: Outgoing {
            to: Some(account.id.clone()),
            locale: claimed.locale.clone(),
            user_id: account.user_id.clone(),
            content: Content::SessionsEnded { before: cx.now },
        },
        not_after: cx.now.saturating_add(CONFIRMATION_LIFETIME).unwrap_or(Timestamp::MAX),
        voidable: false,
    }
}

/// Whether a claim is so old that whoever made it is taken for dead.
pub(super) fn is_stuck(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) >= STUCK_AFTER
}

/// The account that a flow is about.
pub(super) fn known(state: &State) -> Option<&KnownAccount> {
    state.subject.as_ref().and_then(|subject| subject.account.as_ref())
}
