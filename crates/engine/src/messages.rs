//! Messages that are queued to be sent: written by the flows, read by the delivery worker. Their JSON is stored: what the
//! API calls things may change without a queued message noticing.
//!
//! The store keeps it sealed, because it carries a code.

use jiff::Timestamp;
use regain_protocol::{MethodKind, Outcome, Role, Secret};
use serde::{Deserialize, Serialize};

use regain_keys::{Keys, OpenError};
use regain_ports::{CallRef, Channel, Rng};

use crate::Device;

/// One message on its way, before its words are chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundMessage {
    /// The recipient: always an address from the directory. `None` for a user ID that has none: the
    /// message is queued, claimed and settled like any other, and nobody gets it.
    pub to: Option<String>,
    /// The language, as a BCP 47 tag that the configuration offers.
    pub locale: String,
    /// The user ID of the account that it is about, for its words.
    pub user_id: String,
    /// The content.
    pub content: Content,
    /// A counter in whose window the first message is sent whatever its destination has got already: that of the network
    /// that asked for it, so that nobody else keeps a code from its owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_of: Option<String>,
    /// The device that asked for it, where it is known. A message of a former version has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
}

/// The content of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "content", rename_all = "snake_case")]
pub enum Content {
    /// A code by mail.
    Code {
        /// The code.
        code: Secret<String>,
        /// For how many minutes it is good.
        minutes: u32,
        /// The purpose.
        purpose: CodePurpose,
    },
    /// A code by text message.
    TextCode {
        /// The code.
        code: Secret<String>,
        /// For how many minutes it is good.
        minutes: u32,
        /// The purpose.
        purpose: CodePurpose,
    },
    /// A call in which `#` is to be pressed.
    Call {
        /// The call.
        reference: CallRef,
    },
    /// The confirmation, by mail, that a flow was completed.
    Confirmation {
        /// The change.
        outcome: Outcome,
        /// The time.
        at: Timestamp,
        /// From where, roughly: the client's network prefix; `None` where it isn't known.
        client: Option<String>,
    },
    /// The notice, by mail, that something of the security info was changed.
    SecurityInfoChanged {
        /// The change.
        change: InfoChange,
        /// The kind of what was changed.
        kind: MethodKind,
        /// Its role, where the kind has several.
        role: Option<Role>,
        /// The address or number with most of it hidden, where there is one.
        masked: Option<String>,
        /// The time.
        at: Timestamp,
        /// From where, roughly.
        client: Option<String>,
    },
    /// The notice, by mail, that a saved recovery code was used.
    RecoveryCodeUsed {
        /// The number of codes that are left.
        left: u8,
        /// The time.
        at: Timestamp,
        /// From where, roughly.
        client: Option<String>,
    },
    /// A notice by text message, for an account that has no mail address.
    TextNotice {
        /// The change.
        notice: Notice,
    },
    /// That the account's sessions are to end, to the program where people are signed in. The
    /// [`OutboundMessage`]'s recipient is the account, by the directory's name for it.
    SessionsEnded {
        /// Those that were begun before this.
        before: Timestamp,
    },
    /// A request to the administrators, by mail. The user ID of the [`OutboundMessage`] is the one that was
    /// typed, which need not be anybody's; it is empty where none was.
    AdministratorRequest {
        /// Why the person could not go on, as the step said it: `disabled`, `second_gate`, `asked`.
        reason: String,
        /// The person's own words.
        message: Option<String>,
        /// The kinds of proof that were given.
        proved: Vec<MethodKind>,
        /// The time.
        at: Timestamp,
        /// From where, roughly.
        client: Option<String>,
        /// The flow's reference, which the person can read out; empty in a message of a former version.
        #[serde(default)]
        reference: String,
    },
}

impl Content {
    /// The channel that carries it.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::TextCode { .. } | Self::TextNotice { .. } => Channel::Text,
            Self::Call { .. } => Channel::Call,
            Self::SessionsEnded { .. } => Channel::Hook,
            Self::Code { .. }
            | Self::Confirmation { .. }
            | Self::SecurityInfoChanged { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::AdministratorRequest { .. } => Channel::Mail,
        }
    }
}

impl Content {
    /// The subject of a notice by mail, for a text message.
    pub const fn notice(&self) -> Notice {
        match self {
            Self::Confirmation { outcome: Outcome::Reset | Outcome::FirstPassword, .. } => Notice::Reset,
            Self::Confirmation { outcome: Outcome::Unlocked, .. } => Notice::Unlocked,
            Self::Confirmation { outcome: Outcome::Changed, .. } => Notice::Changed,
            Self::Confirmation { outcome: Outcome::Registered, .. } => Notice::SecurityInfoConfirmed,
            Self::SecurityInfoChanged { .. } => Notice::SecurityInfoChanged,
            Self::RecoveryCodeUsed { .. } => Notice::RecoveryCodeUsed,
            Self::TextNotice { notice } => *notice,
            _ => Notice::Other,
        }
    }
}

/// The subject of a notice by text message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The password was reset.
    Reset,
    /// The account was unlocked.
    Unlocked,
    /// The password was changed.
    Changed,
    /// The security info was changed.
    SecurityInfoChanged,
    /// The security info was confirmed.
    SecurityInfoConfirmed,
    /// A saved recovery code was used.
    RecoveryCodeUsed,
    /// Something else.
    Other,
}

/// The purpose of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodePurpose {
    /// To prove who one is.
    Prove,
    /// To show that a new address or number is one's own.
    Register,
}

/// A change of a method of the security info.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InfoChange {
    /// There was none of its kind and role before.
    Added,
    /// It took the place of another.
    Replaced,
    /// It is gone.
    Removed,
}

impl OutboundMessage {
    /// Seals it for the queue, bound to the message's id.
    pub fn seal(&self, keys: &Keys, rng: &dyn Rng, message_id: &str) -> String {
        let json = serde_json::to_vec(self).expect("a message has only text members");
        keys.seal(rng, &context(message_id), &Secret::new(json))
    }

    /// Reads what [`OutboundMessage::seal`] wrote for the same message.
    pub fn open(keys: &Keys, message_id: &str, payload: &str) -> Result<Self, OpenError> {
        let json = keys.open(&context(message_id), payload)?;
        serde_json::from_slice(json.expose()).map_err(|_| OpenError)
    }
}

/// The context that binds a sealed message to its row.
fn context(message_id: &str) -> String {
    format!("message:{message_id}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use regain_ports::OsRng;

    #[test]
    fn opens_only_for_the_same_message_and_hides_the_code() {
        let keys = Keys::derive(&Secret::new(vec![7; 32]));
        let message = OutboundMessage {
            to: Some("ada@example.net".into()),
            locale: "en".into(),
            user_id: "ada@example.com".into(),
            content: Content::Code { code: "123456".into(), minutes: 10, purpose: CodePurpose::Prove },
            first_of: None,
            device: Device::from_user_agent("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/133.0"),
        };
        assert!(message.device.is_some());
        let sealed = message.seal(&keys, &OsRng, "m1");
        assert!(!sealed.contains("123456"));
        assert_eq!(OutboundMessage::open(&keys, "m1", &sealed).expect("opens"), message);
        assert!(OutboundMessage::open(&keys, "m2", &sealed).is_err());
        assert!(OutboundMessage::open(&Keys::derive(&Secret::new(vec![8; 32])), "m1", &sealed).is_err());
    }

    /// Messages as version 0.1 queued them: a mail that waits during an upgrade is sent.
    #[test]
    fn messages_of_version_0_1_are_read() {
        for content in [
            r#"{"content":"code","code":"123456","minutes":10,"purpose":"prove"}"#,
            r#"{"content":"text_code","code":"123456","minutes":10,"purpose":"register"}"#,
            r#"{"content":"call","reference":{"flow_id":"f","call_id":"c"}}"#,
            r#"{"content":"confirmation","outcome":"reset","at":"2026-11-30T10:00:00Z","client":"192.0.2.1"}"#,
            r#"{"content":"security_info_changed","change":"added","kind":"sms","role":"mobile","masked":"+1 •••••23","at":"2026-11-30T10:00:00Z","client":null}"#,
            r#"{"content":"sessions_ended","before":"2026-11-30T10:00:00Z"}"#,
            r#"{"content":"administrator_request","reason":"asked","message":null,"proved":["email"],"at":"2026-11-30T10:00:00Z","client":null}"#,
        ] {
            let json = format!(r#"{{"to":"ada@example.net","locale":"en","user_id":"ada","content":{content}}}"#);
            let read: OutboundMessage = serde_json::from_str(&json).expect("reads");
            assert_eq!((&*read.user_id, read.device), ("ada", None));
        }
    }
}
