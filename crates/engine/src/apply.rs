//! What follows once the directory was told to do something to an account.
//!
//! Whoever applies has claimed the flow, so that of many requests one does it; afterwards the flow is
//! done, the confirmations are queued and the account's other flows are void, in one transaction.

use jiff::{SignedDuration, Timestamp};
use regain_protocol::{EndReason, FlowKind, Outcome};

use super::{
    Context, Engine,
    effects::{Application, Decision, Effect, Reply},
    state::{KnownAccount, Stage, State, Subject},
};
use crate::outgoing::{Content, Outgoing};
use regain_ports::{Registration, random_id};

/// How long a directory may take before it is taken for dead.
const STUCK_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The directory has it.
    Done,
    /// The account is gone or may no longer be used.
    NoAccount,
    /// It was not the current password after all.
    WrongPassword,
    /// The directory does not answer.
    Unavailable,
}

impl Engine {
    /// What follows from how it went. `claimed` is the state that was committed before; whatever became
    /// of the flow meanwhile, a password that is set is said to be set.
    pub fn applied(&self, cx: Context<'_>, claimed: &State, what: &Application, applied: Applied) -> Decision {
        let follows = match applied {
            Applied::Done => self.follows(cx, claimed, what),
            Applied::WrongPassword => {
                Some(Self::wrong_password(cx, &claimed.moved(claimed.step_id.clone(), claimed.stage.clone())))
            }
            Applied::Unavailable => {
                let mut decision = Decision::new(claimed.moved(claimed.step_id.clone(), claimed.stage.clone()));
                decision.reply = Reply::Unavailable;
                decision.audit("not_applied");
                Some(decision)
            }
            Applied::NoAccount => None,
        };
        follows.unwrap_or_else(|| {
            let mut decision = Decision::new(claimed.ended(random_id(cx.rng), EndReason::Cancelled, None));
            decision.reply = Reply::Ended;
            decision.audit("account_gone");
            decision
        })
    }

    /// What follows once the directory has done it.
    fn follows(&self, cx: Context<'_>, claimed: &State, what: &Application) -> Option<Decision> {
        let (subject, account) = (claimed.subject.as_ref()?, known(claimed)?);
        match what {
            Application::Register(Registration::Confirm(_)) => {
                Some(self.finished(cx, claimed, Outcome::Registered, account, subject.changed))
            }
            Application::Register(registration) => self.registered(cx, claimed, registration),
            Application::Unlock => Some(self.done(cx, claimed, Outcome::Unlocked, subject, account)),
            Application::SetPassword { .. } if cx.kind == FlowKind::Change => {
                Some(self.done(cx, claimed, Outcome::Changed, subject, account))
            }
            Application::SetPassword { .. } => {
                let mut decision = self.done(cx, claimed, Outcome::Reset, subject, account);
                if self.rules().ends_sessions {
                    decision.effects.push(end_sessions(cx, claimed, account));
                }
                Some(decision)
            }
        }
    }

    /// The flow, done; what was known of the person is forgotten.
    fn finished(
        &self,
        cx: Context<'_>,
        claimed: &State,
        outcome: Outcome,
        account: &KnownAccount,
        notified: bool,
    ) -> Decision {
        let notified = notified && account.info.addresses().next().is_some();
        let info_due = outcome != Outcome::Registered && self.is_info_due(cx, account);
        let stage = Stage::Done { outcome, user_id: account.user_id.clone(), notified, info_due };
        let mut state = claimed.moved(random_id(cx.rng), stage);
        state.subject = None;
        let mut decision = Decision::new(state);
        if outcome == Outcome::Registered {
            decision.audit("security_info_confirmed");
        }
        decision
    }

    /// The flow, done; the confirmations; the end of the account's other flows.
    fn done(
        &self,
        cx: Context<'_>,
        claimed: &State,
        outcome: Outcome,
        subject: &Subject,
        account: &KnownAccount,
    ) -> Decision {
        let mut decision = self.finished(cx, claimed, outcome, account, true);
        for address in account.info.addresses() {
            let content = Content::Confirmation { outcome, at: cx.now, client: cx.client.map(Into::into) };
            let outgoing = Outgoing {
                to: Some(address.clone()),
                locale: claimed.locale.clone(),
                user_id: account.user_id.clone(),
                content,
            };
            decision.effects.push(Effect::confirmation(cx, outgoing));
        }
        decision.effects.push(Effect::VoidOthers);
        let event = match outcome {
            Outcome::Unlocked => "account_unlocked",
            Outcome::Changed => "password_changed",
            _ => "password_reset",
        };
        decision.audit_with(event, serde_json::json!({ "proved_by": subject.proved }));
        decision
    }

    /// Whether the person should look at their security info, where they can.
    fn is_info_due(&self, cx: Context<'_>, account: &KnownAccount) -> bool {
        let rules = self.rules();
        rules.kinds.contains(&FlowKind::Register)
            && (account.info.missing(rules, account.gates) > 0
                || rules.security_info.is_stale(account.info.confirmed_at, cx.now))
    }
}

/// A new password ends what was signed in with the former one: whoever had found it out is out.
fn end_sessions(cx: Context<'_>, claimed: &State, account: &KnownAccount) -> Effect {
    let outgoing = Outgoing {
        to: Some(account.id.clone()),
        locale: claimed.locale.clone(),
        user_id: account.user_id.clone(),
        content: Content::SessionsEnded { before: cx.now },
    };
    Effect::confirmation(cx, outgoing)
}

/// Whether a claim is so old that whoever made it is taken for dead.
pub(super) fn is_stuck(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) >= STUCK_AFTER
}

/// The account that a flow is about.
pub(super) fn known(state: &State) -> Option<&KnownAccount> {
    state.subject.as_ref().and_then(|subject| subject.account.as_ref())
}
