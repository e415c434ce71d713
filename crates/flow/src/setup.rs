//! The values that a widget is opened with.

use regain_protocol::FlowKind;

use crate::effect::Resume;
use crate::full::IS_FULL;

/// The values that a widget is opened with.
#[expect(clippy::struct_excessive_bools, reason = "facts that hold each by itself, not states of one thing")]
#[derive(Debug, Clone)]
pub struct Setup {
    /// The kind of flow to begin.
    pub kind: FlowKind,
    /// The language for mails and messages.
    pub locale: Option<String>,
    /// The user ID that the host page's own field holds.
    pub user_id: String,
    /// Randomness for the idempotency keys: different at every opening.
    pub nonce: String,
    /// The flow of a former load of the page.
    pub resume: Option<Resume>,
    /// True where the widget opened by itself after a reload. Then a flow that is gone is said to be
    /// over; after a click it is quietly replaced by a new one.
    pub reopened: bool,
    /// True where the host page says who is signed in.
    pub signed_in: bool,
    /// True where the host page has somewhere to go back to: a field for the user ID, a link, an address.
    pub can_return: bool,
    /// True where this site asked for the kind of account before: nothing is drawn until the configuration says so again.
    pub asks_account: bool,
    /// True where a step that this build does not know can be handed over to the full widget.
    pub can_hand_over: bool,
}

impl Setup {
    /// Tells if the flow is for the person who the host page says is signed in. Then nothing is stored for a reload: the
    /// next one at this device may be somebody else, for whom the host page has another assertion.
    pub fn is_vouched_for(&self) -> bool {
        IS_FULL && self.signed_in && matches!(self.kind, FlowKind::Change | FlowKind::Register)
    }
}
