//! What is stored of a flow.

use jiff::Timestamp;
use regain_protocol::{EndReason, Method, MethodKind, Outcome};
use serde::{Deserialize, Serialize};

/// A flow between two requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The language of its mails.
    pub locale: String,
    /// Whose flow it is, once the person said so and until it is over.
    pub subject: Option<Subject>,
    /// The id of the step that the person is at.
    pub step_id: String,
    /// The step, with its own data.
    pub stage: Stage,
}

/// The step that a person is at, with what only this step needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Stage {
    /// Entered at the beginning; left by `identify`.
    Identify {},
    /// Entered when the person is named or wants another method; left by `choose`.
    ChooseMethod {},
    /// Entered when a code was sent; left by the right code, by one wrong code too many, or back.
    EnterCode {
        /// The method's id.
        method: String,
        /// Whether the last thing that happened is that another code was sent.
        resent: bool,
    },
    /// Entered when identity is proved; left when the directory has the new password.
    NewPassword {
        /// Since when a password is being set; no other is taken meanwhile.
        applying_since: Option<Timestamp>,
    },
    /// It worked.
    Done {
        /// What was done.
        outcome: Outcome,
        /// Whose account.
        user_id: String,
        /// Whether confirmations were queued.
        notified: bool,
    },
    /// Over without success.
    Ended {
        /// Why.
        reason: EndReason,
        /// From when a new attempt makes sense.
        retry_at: Option<Timestamp>,
    },
}

impl Stage {
    /// Whether nothing can follow.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Ended { .. })
    }
}

/// Whom a flow is about: an account, or a user ID that only looks like one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The user ID as typed, trimmed.
    pub user_id: String,
    /// What stands for the account in counters.
    pub account_key: String,
    /// The account; `None` where there is none that could be recovered.
    pub account: Option<KnownAccount>,
    /// The ways to prove it, as they were when the person was named.
    pub methods: Vec<SubjectMethod>,
    /// The kinds of proof that were given.
    pub proved: Vec<MethodKind>,
}

impl Subject {
    /// A method by its id.
    pub fn method(&self, id: &str) -> Option<&SubjectMethod> {
        self.methods.iter().find(|method| method.shown.id == id)
    }

    /// A method by its id, to change it.
    pub fn method_mut(&mut self, id: &str) -> Option<&mut SubjectMethod> {
        self.methods.iter_mut().find(|method| method.shown.id == id)
    }
}

/// What a flow keeps of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAccount {
    /// The directory's name for it.
    pub id: String,
    /// The user ID as the directory spells it.
    pub user_id: String,
    /// The person's name.
    pub display_name: String,
    /// Whether it never had a password.
    pub first_password: bool,
    /// Every address that gets confirmations.
    pub addresses: Vec<String>,
}

/// A way to prove identity, and what was made of it in this flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectMethod {
    /// What the person sees of it.
    pub shown: Method,
    /// Where messages go, or what stands for that in counters where there is nobody.
    pub destination: String,
    /// How many wrong codes are still forgiven. Neither another code nor going back refills it.
    pub tries_left: u8,
    /// How many more codes may be sent. Going back does not refill it.
    pub resends_left: u8,
    /// The code that was sent last.
    pub sent: Option<SentCode>,
}

/// A code on its way. A new one takes its place, the right one consumes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCode {
    /// Keyed hash of the code and everything it is bound to.
    pub hash: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// From when another may be asked for.
    pub resend_at: Timestamp,
}

impl State {
    /// The flow at another step.
    #[must_use]
    pub fn moved(&self, step_id: String, stage: Stage) -> Self {
        Self { step_id, stage, ..self.clone() }
    }

    /// The flow, over. What was known of the person is forgotten.
    #[must_use]
    pub fn ended(&self, step_id: String, reason: EndReason, retry_at: Option<Timestamp>) -> Self {
        Self { locale: self.locale.clone(), subject: None, step_id, stage: Stage::Ended { reason, retry_at } }
    }
}
