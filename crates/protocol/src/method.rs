//! Methods: the ways a person can prove who they are.

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

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

text_enum! {
    /// A kind of proof. A second gate must be of another kind than the first.
    pub enum MethodKind {
        /// A code by mail.
        Email = "email",
        /// A code by text message.
        Sms = "sms",
        /// A phone call that is confirmed with the `#` key.
        Call = "call",
        /// The security questions that were registered.
        Questions = "questions",
        /// A code from an authenticator app (RFC 6238).
        Authenticator = "authenticator",
        /// One of the saved recovery codes.
        RecoveryCodes = "recovery_codes",
        _ => Unknown
    }
}

text_enum! {
    /// The person's address or phone that a method uses.
    pub enum Role {
        /// The alternate mail address.
        Alternate = "alternate",
        /// The mail address or phone that was registered for authentication.
        Authentication = "authentication",
        /// The mobile phone.
        Mobile = "mobile",
        /// The office phone.
        Office = "office",
        _ => Unknown
    }
}
