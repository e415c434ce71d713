//! The purposes of flows.

use crate::text_enum::text_enum;

text_enum! {
    /// Purpose of a flow.
    pub enum FlowKind {
        /// Choose a new password after proving who one is.
        Reset = "reset",
        /// Unlock a locked account after proving who one is.
        Unlock = "unlock",
        /// Change a password that one knows.
        Change = "change",
        /// Register or change the methods that prove who one is.
        Register = "register",
    }
}
