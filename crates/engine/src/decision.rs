//! A decision of the engine: the flow as it is to be and the effects that are committed with it; or a refusal.

use jiff::{SignedDuration, Timestamp};
use regain_ports::{AccountId, Charge, Registration};
use regain_protocol::{Secret, Violation};

use crate::{Context, messages::OutboundMessage, state::State};

/// For how long a confirmation is worth sending.
const CONFIRMATION_LIFETIME: SignedDuration = SignedDuration::from_hours(72);

/// A decision about an answer.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The flow as it is to be.
    pub state: State,
    /// The effects.
    pub effects: Vec<Effect>,
    /// The answer to the person.
    pub reply: Reply,
}

/// An effect of a decision, committed along with the change of the flow.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Charge a counter; where it has no room, none of the decision happens.
    Charge(Charge, LimitPolicy),
    /// Queue a message.
    Send {
        /// The message.
        message: OutboundMessage,
        /// It is not sent after this.
        not_after: Timestamp,
        /// The success of another flow drops it.
        voidable: bool,
    },
    /// A line of the audit log.
    Audit {
        /// The event, as a stable word.
        event: &'static str,
        /// More about it.
        detail: Option<serde_json::Value>,
    },
    /// The flow gets another token, and the former one is void.
    RotateToken,
    /// The flow ends at this time and no sooner.
    Extend(Timestamp),
    /// The account's other flows are over.
    VoidOthers,
    /// After the commit: the directory does this, and [`Engine::applied`](crate::Engine::applied) says what follows
    /// from how that went.
    Apply {
        /// The directory's name for the account.
        account_id: AccountId,
        /// The change.
        what: Application,
    },
}

/// A change that the directory or the registrations make to an account.
#[derive(Debug, Clone)]
pub enum Application {
    /// Sets the password.
    SetPassword {
        /// The new one.
        new: Secret<String>,
        /// The current one, where it must be right.
        current: Option<Secret<String>>,
    },
    /// Clears a lockout; the password stays.
    Unlock,
    /// Changes the security info.
    Register(Registration),
}

/// The meaning of a counter without room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitPolicy {
    /// Come back later.
    RateLimited,
    /// The flow is over: the account's tries of the day are used up.
    EndFlow,
    /// The code was used before: to be decided again with [`Finding::CodeUsed`](crate::Finding::CodeUsed).
    CodeUsed,
    /// The assertion was used before.
    AssertionUsed,
    /// The shared budget is used up: to be decided again with [`Finding::SharedUsedUp`](crate::Finding::SharedUsedUp).
    SharedUsedUp,
}

/// A price that is paid before something is compared.
#[derive(Debug, Clone)]
pub struct Cost {
    /// The counter and how much.
    pub charge: Charge,
    /// The meaning where that has no room: nothing is compared.
    pub over_limit: LimitPolicy,
    /// It comes back when what was given turns out right.
    pub only_wrong: bool,
}

/// The answer to the person about a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The flow as it now stands.
    Accepted,
    /// Not the code that was sent.
    WrongCode,
    /// The code is void; another can be asked for.
    CodeExpired,
    /// Not the registered answers.
    WrongAnswers,
    /// Not the current password.
    WrongPassword,
    /// The challenge was not solved.
    CaptchaFailed,
    /// The directory refuses the password, by these rules.
    PasswordRefused(Vec<Violation>),
    /// The flow has ended.
    Ended,
    /// The directory does not answer: the same answer can be given again.
    Unavailable,
}

/// A reason for nothing to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Not the current step, or not an answer that it takes.
    StepPassed,
    /// The flow is over.
    Ended,
    /// A member's value cannot be used.
    Invalid {
        /// The member, as a JSON Pointer.
        pointer: &'static str,
        /// The fault, for developers.
        detail: &'static str,
    },
    /// Too early.
    RateLimited {
        /// The time from which it isn't.
        retry_at: Timestamp,
    },
    /// The code's time is up.
    CodeExpired,
    /// The rules refuse the password.
    PasswordRefused(Vec<Violation>),
    /// The directory is changing the account at this moment: wait and ask again.
    Busy,
}

impl Refusal {
    pub(crate) const fn invalid(pointer: &'static str, detail: &'static str) -> Self {
        Self::Invalid { pointer, detail }
    }
}

impl Effect {
    /// A notice of what was done, which is worth sending for a while and which nothing drops.
    pub(crate) fn confirmation(cx: Context<'_>, message: OutboundMessage) -> Self {
        let not_after = cx.now.saturating_add(CONFIRMATION_LIFETIME).unwrap_or(Timestamp::MAX);
        Self::Send { message, not_after, voidable: false }
    }
}

impl Decision {
    pub(crate) const fn new(state: State) -> Self {
        Self { state, effects: Vec::new(), reply: Reply::Accepted }
    }

    pub(crate) fn charge(&mut self, bucket: String, window: SignedDuration, limit: u32, over: LimitPolicy) {
        self.effects.push(Effect::Charge(Charge { bucket, window, limit, cost: 1 }, over));
    }

    pub(crate) fn charge_all(&mut self, charges: Vec<Charge>, over: LimitPolicy) {
        self.effects.extend(charges.into_iter().map(|charge| Effect::Charge(charge, over)));
    }

    pub(crate) fn audit(&mut self, event: &'static str) {
        self.effects.push(Effect::Audit { event, detail: None });
    }

    pub(crate) fn audit_with(&mut self, event: &'static str, detail: serde_json::Value) {
        self.effects.push(Effect::Audit { event, detail: Some(detail) });
    }
}
