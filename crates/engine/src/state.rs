//! What is stored of a flow.

use jiff::Timestamp;
use regain_protocol::{EndReason, Method, MethodKind, Outcome, Question};
use serde::{Deserialize, Serialize};

use super::{call::PlacedCall, captcha::Challenge, registered::SecurityInfo};

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
    /// Since when the directory is being told what this step led to; nothing else is taken meanwhile.
    #[serde(default)]
    pub applying_since: Option<Timestamp>,
    /// Whether a proof came by the phone, so that the token is to rotate with the next answer.
    #[serde(default)]
    pub rotate_due: bool,
}

/// The step that a person is at, with what only this step needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Stage {
    /// Entered at the beginning; left by `identify` with the challenge solved.
    Identify {
        /// The challenge; `None` where the organisation sets none.
        #[serde(default)]
        challenge: Option<Challenge>,
    },
    /// Entered at the beginning of a flow that asks for the password; left by the right one, or by one
    /// wrong one too many.
    SignIn {
        /// The user ID that the flow was begun with.
        user_id: Option<String>,
        /// How many wrong passwords are still forgiven.
        tries_left: u8,
    },
    /// Entered where only the administrators can help, or when the person asks for them; left by
    /// `send_request`.
    ContactAdministrator {
        /// Why.
        reason: ContactReason,
    },
    /// Entered when the person is named or wants another method; left by `choose`.
    ChooseMethod {},
    /// Entered when a code was sent; left by the right code, by one wrong code too many, or back.
    EnterCode {
        /// The method's id.
        method: String,
        /// Whether the last thing that happened is that another code was sent.
        resent: bool,
    },
    /// Entered when a call was placed; left by `#` in that call, by one wrong key too many, or back.
    AnswerCall {
        /// The method's id.
        method: String,
        /// The call.
        call: PlacedCall,
    },
    /// Entered when the person chose to answer; left by the right answers, by one wrong set too many,
    /// or back.
    AnswerQuestions {
        /// The method's id.
        method: String,
        /// The questions, in the order in which they are asked.
        asked: Vec<Question>,
    },
    /// Entered when identity is proved and the account may be unlocked; left by `unlock`, when the
    /// directory has done it, or by `reset`.
    ChooseOutcome {},
    /// Entered when identity is proved; left when the directory has the new password.
    NewPassword {
        /// Where the current password must be given too, how many wrong ones are still forgiven.
        current_tries_left: Option<u8>,
    },
    /// Entered when identity is proved in a flow that registers, and after each change; left by `finish`.
    SecurityInfo {},
    /// It worked.
    Done {
        /// What was done.
        outcome: Outcome,
        /// Whose account.
        user_id: String,
        /// Whether confirmations were queued.
        notified: bool,
        /// Whether the person should look at their security info.
        #[serde(default)]
        info_due: bool,
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

/// Why only the administrators can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactReason {
    /// The organisation has self-service off.
    Disabled,
    /// One proof was given, and the account has no way to give another.
    SecondGate,
    /// The person asked for them.
    Asked,
}

impl ContactReason {
    /// Its name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::SecondGate => "second_gate",
            Self::Asked => "asked",
        }
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
    /// A method that is being added, until it is shown to work.
    #[serde(default)]
    pub pending: Option<SubjectMethod>,
    /// Whether this flow has changed the account's security info.
    #[serde(default)]
    pub changed: bool,
    /// The kinds of proof that were given.
    pub proved: Vec<MethodKind>,
    /// How many proofs this account needs.
    pub required: u8,
}

impl Subject {
    /// The methods on offer now: none of a kind that was used, and what would tell that the account
    /// exists only after a proof.
    pub fn on_offer(&self) -> impl Iterator<Item = &SubjectMethod> {
        let any_proof = !self.proved.is_empty();
        self.methods
            .iter()
            .filter(move |method| !self.proved.contains(&method.shown.kind) && (any_proof || !method.after_a_proof))
    }

    /// A method by its id, the one that is being added included.
    pub fn method(&self, id: &str) -> Option<&SubjectMethod> {
        self.methods.iter().chain(&self.pending).find(|method| method.shown.id == id)
    }

    /// A method by its id, to change it.
    pub fn method_mut(&mut self, id: &str) -> Option<&mut SubjectMethod> {
        self.methods.iter_mut().chain(&mut self.pending).find(|method| method.shown.id == id)
    }

    /// The method that is being added, where that is what this id names.
    pub fn pending(&self, id: &str) -> Option<&SubjectMethod> {
        self.pending.as_ref().filter(|method| method.shown.id == id)
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
    /// Whether sign-in was locked when the person was named.
    pub locked: bool,
    /// How many proofs a reset of its password takes.
    pub gates: u8,
    /// What it can prove itself by. Every mail address in it gets the confirmations.
    pub info: SecurityInfo,
}

/// A way to prove identity, and what was made of it in this flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectMethod {
    /// What the person sees of it.
    pub shown: Method,
    /// Where messages go, or what stands for that in counters where there is nobody; for an authenticator
    /// app that is being added, its key, sealed.
    pub destination: String,
    /// How many wrong codes are still forgiven. Neither another code nor going back refills it.
    pub tries_left: u8,
    /// How many more codes may be sent, or calls placed. Going back does not refill it.
    pub resends_left: u8,
    /// The code that was sent last.
    pub sent: Option<SentCode>,
    /// Whether what is sent goes out: not where the person typed another destination than this one.
    pub reaches: bool,
    /// From when another call may be placed; `None` where none was.
    pub call_again_at: Option<Timestamp>,
    /// The questions to ask, for security questions.
    pub questions: Vec<Question>,
    /// Whether it is offered only after another proof.
    pub after_a_proof: bool,
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
    /// A flow at a step.
    pub const fn new(locale: String, step_id: String, stage: Stage) -> Self {
        Self { locale, subject: None, step_id, stage, applying_since: None, rotate_due: false }
    }

    /// The flow at another step.
    #[must_use]
    pub fn moved(&self, step_id: String, stage: Stage) -> Self {
        Self { step_id, stage, applying_since: None, ..self.clone() }
    }

    /// The flow while the directory is being told.
    #[must_use]
    pub fn claimed(&self, now: Timestamp) -> Self {
        Self { applying_since: Some(now), ..self.clone() }
    }

    /// The flow, over. What was known of the person is forgotten.
    #[must_use]
    pub fn ended(&self, step_id: String, reason: EndReason, retry_at: Option<Timestamp>) -> Self {
        Self::new(self.locale.clone(), step_id, Stage::Ended { reason, retry_at })
    }
}
