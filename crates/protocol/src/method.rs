//! Methods: the ways a person can prove who they are.

use serde::{Deserialize, Serialize};

/// One way to prove identity, as the person is shown it before choosing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Method {
    /// Opaque; names the method in `choose`.
    pub id: String,
    /// The kind of proof.
    pub kind: MethodKind,
    /// The destination's role, where there can be several destinations.
    pub role: Option<Role>,
    /// The destination with most of it hidden; null where there is no destination.
    pub masked: Option<String>,
    /// True if the person must type the whole destination before anything is sent to it.
    pub confirm: bool,
}

/// A kind of proof. A second gate must be of another kind than the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum MethodKind {
    /// A code by mail.
    Email,
    /// A code by text message.
    Sms,
    /// A phone call that is confirmed with the `#` key.
    Call,
    /// The security questions that were registered.
    Questions,
    /// A code from an authenticator app (RFC 6238).
    Authenticator,
    /// One of the saved recovery codes.
    RecoveryCodes,
    /// A kind that this version does not know.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// The person's address or phone that a method uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Role {
    /// The alternate mail address.
    Alternate,
    /// The mail address or phone that was registered for authentication.
    Authentication,
    /// The mobile phone.
    Mobile,
    /// The office phone.
    Office,
    /// A role that this version does not know.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}
