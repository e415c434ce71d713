//! Flows: one attempt by one person at one thing.

use serde::{Deserialize, Serialize};

use crate::{Config, FlowKind, Secret, Step, Timestamp, text_enum::text_enum};

/// Request for a flow.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateFlow {
    /// Its purpose.
    pub kind: FlowKind,
    /// The language for mails and messages, as a BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The user ID, when the host page knows it already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub user_id: Option<String>,
    /// A short-lived assertion, signed by the host's back end, that the person is signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion: Option<Secret<String>>,
    /// Asks for the public configuration along with the flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_config: Option<bool>,
}

/// A flow that was begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlowCreated {
    /// The flow at its first step.
    pub flow: Flow,
    /// The bearer token for everything else about this flow: 256 bits, base64url.
    pub token: Secret<String>,
    /// The public configuration, where the request asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Config>,
}

/// A flow after an answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlowAnswered {
    /// The flow as it now stands.
    pub flow: Flow,
    /// The token from now on, when it changed; the former one is void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret<String>>,
}

/// A flow as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Flow {
    /// Opaque.
    pub id: String,
    /// Its purpose.
    pub kind: FlowKind,
    /// Short, to be read out to the administrators; it opens nothing.
    #[serde(default)]
    pub reference: String,
    /// The user ID as typed, once it was.
    #[serde(default)]
    pub user_id: Option<String>,
    /// The time at which it ends in any case: 15 minutes after its beginning unless configured otherwise.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub expires_at: Timestamp,
    /// The proof that is asked for; null before and after the proofs.
    pub gate: Option<Gate>,
    /// Something to tell the person at this step.
    pub notice: Option<Notice>,
    /// The step that the person is at.
    pub step: Step,
}

/// One proof among those that policy asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gate {
    /// The current one, from 1.
    pub index: u8,
    /// The number of gates.
    pub of: u8,
}

/// Something to tell the person at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notice {
    /// Its meaning.
    pub code: NoticeCode,
}

text_enum! {
    /// Meaning of a notice.
    pub enum NoticeCode {
        /// Another code was sent; the former one is void.
        CodeResent = "code_resent",
        /// One proof is done and another, of a different kind, is needed.
        AnotherProofNeeded = "another_proof_needed",
        /// The account's security info is less than the organisation asks for, or was last looked at long ago.
        SecurityInfoDue = "security_info_due",
        _ => Unknown
    }
}
