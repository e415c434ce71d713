//! What the engine decides: the flow as it is to be, and what is to be done with it in the same
//! transaction; or that nothing is to be done.

use jiff::{SignedDuration, Timestamp};
use regain_protocol::{Secret, Violation};

use super::{
    Context,
    state::{KnownAccount, State},
};
use crate::outgoing::Outgoing;
use regain_ports::{Charge, Registration};

/// For how long a confirmation is worth sending.
const CONFIRMATION_LIFETIME: SignedDuration = SignedDuration::from_hours(72);

/// What an answer does.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The flow as it is to be.
    pub state: State,
    /// What is to be done.
    pub effects: Vec<Effect>,
    /// What the person is told.
    pub reply: Reply,
}

/// What is to be done along with the change of the flow.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Charge a counter; where it has no room, none of the decision happens.
    Charge(Charge, OnOverLimit),
    /// Queue a message.
    Send {
        /// The message.
        outgoing: Outgoing,
        /// It is not sent after this.
        not_after: Timestamp,
        /// Whether the success of another flow drops it.
        voidable: bool,
    },
    /// A line of the audit log.
    Audit {
        /// What happened.
        event: &'static str,
        /// More about it.
        detail: Option<serde_json::Value>,
    },
    /// The flow gets another token, and the former one is void.
    RotateToken,
    /// The account's other flows are over.
    VoidOthers,
    /// After the commit: the directory does this, and [`super::Engine::applied`] says what follows
    /// from how that went.
    Apply {
        /// The directory's name for the account.
        account_id: String,
        /// What.
        what: Application,
    },
}

/// What the directory does to an account.
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
    /// Changes what the account can prove itself by.
    Register(Registration),
}

/// What a counter without room means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnOverLimit {
    /// Come back later.
    RateLimited,
    /// The flow is over: the account's tries of the day are used up.
    EndFlow,
    /// The code was used before: to be decided again with [`super::Found::code_used`].
    CodeUsed,
    /// The assertion was used before.
    AssertionUsed,
}

/// What is paid before something is compared.
#[derive(Debug, Clone)]
pub struct Cost {
    /// The counter and how much.
    pub charge: Charge,
    /// What it means where that has no room: nothing is compared.
    pub over_limit: OnOverLimit,
    /// Whether it comes back when what was given turns out right.
    pub only_wrong: bool,
}

/// What the person is told about a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// The flow as it now stands.
    Accepted,
    /// 422 `wrong_code`.
    WrongCode,
    /// 422 `wrong_answers`.
    WrongAnswers,
    /// 422 `wrong_password`.
    WrongPassword,
    /// 422 `captcha_failed`.
    CaptchaFailed,
    /// 410 `flow_ended`.
    Ended,
    /// 503 `unavailable`: the same answer can be given again.
    Unavailable,
}

/// Why nothing happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// 409: not the current step, or not an answer that it takes.
    StepPassed,
    /// 410: the flow is over.
    Ended,
    /// 422: a member's value cannot be used.
    Invalid {
        /// The member.
        pointer: &'static str,
        /// What is wrong with it.
        detail: &'static str,
    },
    /// 429: too early.
    RateLimited {
        /// From when it isn't.
        retry_at: Timestamp,
    },
    /// 422: the code's time is up.
    CodeExpired,
    /// 422: the rules refuse the password.
    PasswordRefused(Vec<Violation>),
    /// A password is being set at this moment: wait and ask again.
    Busy,
}

impl Refusal {
    pub(super) const fn invalid(pointer: &'static str, detail: &'static str) -> Self {
        Self::Invalid { pointer, detail }
    }
}

impl Effect {
    /// A notice of what was done, which is worth sending for a while and which nothing drops.
    pub(super) fn confirmation(cx: Context<'_>, outgoing: Outgoing) -> Self {
        let not_after = cx.now.saturating_add(CONFIRMATION_LIFETIME).unwrap_or(Timestamp::MAX);
        Self::Send { outgoing, not_after, voidable: false }
    }
}

impl Decision {
    pub(super) const fn new(state: State) -> Self {
        Self { state, effects: Vec::new(), reply: Reply::Accepted }
    }

    /// Has the directory do something: the flow is claimed first, so that of many requests one does it.
    pub(super) fn applying(cx: Context<'_>, state: &State, account: &KnownAccount, what: Application) -> Self {
        let mut decision = Self::new(state.claimed(cx.now));
        decision.effects.push(Effect::Apply { account_id: account.id.clone(), what });
        decision
    }

    pub(super) fn charge(&mut self, bucket: String, window: SignedDuration, limit: u32, over: OnOverLimit) {
        self.effects.push(Effect::Charge(Charge { bucket, window, limit, cost: 1 }, over));
    }

    pub(super) fn audit(&mut self, event: &'static str) {
        self.effects.push(Effect::Audit { event, detail: None });
    }

    pub(super) fn audit_with(&mut self, event: &'static str, detail: serde_json::Value) {
        self.effects.push(Effect::Audit { event, detail: Some(detail) });
    }
}
