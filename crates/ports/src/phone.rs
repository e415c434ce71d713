//! The phone: what carries codes as text messages and calls people.

use async_trait::async_trait;
use regain_protocol::Secret;
use regain_values::FlowId;
use serde::{Deserialize, Serialize};

use super::NotifyError;

/// A text message, ready to send.
#[derive(Debug, Clone)]
pub struct TextMessage {
    /// Unique.
    pub id: String,
    /// The one number it goes to, in E.164 form. Always a stored one, never one from a request.
    pub to: String,
    /// The text.
    pub text: Secret<String>,
}

/// A call to place. It carries no code: whoever answers presses `#`.
#[derive(Debug, Clone)]
pub struct PhoneCall {
    /// The call's name, under which all its events are told.
    pub reference: CallRef,
    /// The number to call, in E.164 form. Always a stored one.
    pub to: String,
    /// The language to speak, as a BCP 47 tag.
    pub locale: String,
}

/// Seconds that a phone rings before a call is over. Providers are told so, and calls that are placed nowhere do the same.
pub const CALL_RINGS_FOR: i64 = 30;

/// Seconds that the voice in a call waits for a key, each of the two times that it asks.
pub const CALL_VOICE_WAITS_FOR: i64 = 10;

/// Names one call of one flow.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CallRef {
    /// The flow.
    pub flow_id: FlowId,
    /// The call: 128 random bits, new for every call.
    pub call_id: String,
}

/// An event of a call, as the provider tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallEvent {
    /// It rings.
    Ringing,
    /// Somebody answered.
    Answered,
    /// A key was pressed.
    Key(char),
    /// It is over: nobody answered, the line was busy, or they hung up.
    Over,
    /// It could not be placed.
    Failed,
    /// It is not placed, because a budget is spent. Nobody may see that.
    Withheld,
}

/// The instruction for whoever is on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallInstruction {
    /// Noted. Ask for the key, where somebody listens.
    Listening,
    /// `#` was pressed: thank them and hang up.
    Proved,
    /// Another key was pressed: ask once more.
    WrongKey,
    /// This call counts for nothing (any more): hang up.
    Over,
}

/// Takes in what becomes of calls.
#[async_trait]
pub trait CallListener: Send + Sync + 'static {
    /// Takes in one event. What is repeated, late or about another call changes nothing.
    async fn on_event(&self, call: &CallRef, event: CallEvent) -> Result<CallInstruction, EventNotTaken>;
}

/// The event could not be taken in; the same can be said again.
#[derive(Debug, thiserror::Error)]
#[error("the event of a call could not be taken in")]
pub struct EventNotTaken;

/// Sends text messages and places calls.
#[async_trait]
pub trait Phone: Send + Sync + 'static {
    /// Sends one text message.
    async fn text(&self, message: &TextMessage) -> Result<(), NotifyError>;

    /// Places one call. That it was placed is all that this says; the rest comes as [`CallEvent`]s.
    async fn call(&self, call: &PhoneCall) -> Result<(), NotifyError>;
}
