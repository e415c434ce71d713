//! Methods, as a flow keeps them.

use jiff::Timestamp;
use regain_protocol::{MethodKind, Question, Role};
use serde::{Deserialize, Serialize};

/// A way to prove identity, with what was made of it in this flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// The public id: the same in every flow of the account.
    pub id: String,
    /// The place among the account's methods, from 0.
    pub index: u8,
    /// The number of wrong proofs that are still forgiven. Neither another code nor going back refills it.
    pub tries_left: u8,
    /// The proofs before or after which it is offered.
    #[serde(default, skip_serializing_if = "Offered::is_always")]
    pub offered: Offered,
    /// The kind, with what only this kind keeps.
    pub how: How,
}

/// The proofs before or after which a method is offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offered {
    /// Before the first proof and after it.
    #[default]
    Always,
    /// Only after a proof: it would tell that there is such an account.
    AfterAProof,
    /// Only before a proof: everybody is offered it, so that it tells nothing, but this account has none.
    BeforeAProof,
}

impl Offered {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    const fn is_always(&self) -> bool {
        matches!(self, Self::Always)
    }
}

/// A kind of proof, with what only this kind keeps of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum How {
    /// A code by mail.
    Email(Delivery),
    /// A code by text message.
    Sms(Delivery),
    /// A call in which `#` is pressed.
    Call(Calls),
    /// The security questions.
    Questions(AskedQuestions),
    /// A code of an authenticator app.
    Authenticator(Authenticator),
    /// One of the saved recovery codes.
    RecoveryCodes(RecoveryCodes),
}

impl Method {
    /// The kind, as the API names it.
    pub const fn kind(&self) -> MethodKind {
        match self.how {
            How::Email(_) => MethodKind::Email,
            How::Sms(_) => MethodKind::Sms,
            How::Call(_) => MethodKind::Call,
            How::Questions(_) => MethodKind::Questions,
            How::Authenticator(_) => MethodKind::Authenticator,
            How::RecoveryCodes(_) => MethodKind::RecoveryCodes,
        }
    }

    /// The destination, where there is one.
    pub const fn destination(&self) -> Option<&Destination> {
        match &self.how {
            How::Email(delivery) | How::Sms(delivery) => Some(&delivery.to),
            How::Call(calls) => Some(&calls.to),
            How::Questions(_) | How::Authenticator(_) | How::RecoveryCodes(_) => None,
        }
    }

    /// The destination, to note what was typed for it.
    pub(crate) const fn destination_mut(&mut self) -> Option<&mut Destination> {
        match &mut self.how {
            How::Email(delivery) | How::Sms(delivery) => Some(&mut delivery.to),
            How::Call(calls) => Some(&mut calls.to),
            How::Questions(_) | How::Authenticator(_) | How::RecoveryCodes(_) => None,
        }
    }

    /// The role of its destination.
    pub fn role(&self) -> Option<Role> {
        self.destination().map(|to| to.role)
    }

    /// The method as the person is shown it.
    pub fn shown(&self) -> regain_protocol::Method {
        regain_protocol::Method {
            id: self.id.clone(),
            kind: self.kind(),
            role: self.role(),
            masked: self.destination().map(|to| to.masked.clone()),
            confirm: self.destination().is_some_and(|to| to.confirm),
        }
    }

    /// The code that was sent last is void.
    pub(crate) fn forget_code(&mut self) {
        if let How::Email(delivery) | How::Sms(delivery) = &mut self.how {
            delivery.sent = None;
        }
    }
}

impl How {
    /// Tells if the code that was sent last is a long one, whose guesses need no count.
    pub const fn has_long_code(&self) -> bool {
        match self {
            Self::Email(Delivery { sent: Some(sent), .. }) | Self::Sms(Delivery { sent: Some(sent), .. }) => {
                sent.is_long
            }
            _ => false,
        }
    }
}

/// A method whose code is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The destination.
    pub to: Destination,
    /// The number of further codes that may be sent. Going back does not refill it.
    pub resends_left: u8,
    /// The code that was sent last.
    pub sent: Option<SentCode>,
}

/// A destination of messages and calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The role that the address or number has for the account.
    pub role: Role,
    /// The destination with most of it hidden.
    pub masked: String,
    /// The address or number, or a name of its own where there is nobody.
    pub address: String,
    /// The person must type the whole destination.
    pub confirm: bool,
    /// Messages go out: not where the person typed another destination than this one.
    pub reaches: bool,
}

/// A code on its way. A new one takes its place, the right one consumes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCode {
    /// The keyed hash of the code and everything it is bound to.
    pub hash: String,
    /// The time until which it is good.
    pub expires_at: Timestamp,
    /// The time from which another may be asked for.
    pub resend_at: Timestamp,
    /// It has ten letters and digits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_long: bool,
}

/// A method that calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// The phone.
    pub to: Destination,
    /// The number of further calls that may be placed. Going back does not refill it.
    pub calls_left: u8,
    /// The time from which another may be placed; `None` where none was.
    pub call_again_at: Option<Timestamp>,
}

/// The questions of a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedQuestions {
    /// The questions of the day.
    pub questions: Vec<Question>,
}

/// An authenticator app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticator {
    /// The key of an app that is being added, sealed for the flow; `None` for one that is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_key: Option<String>,
}

/// The saved recovery codes. They are compared by who keeps them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodes {}
