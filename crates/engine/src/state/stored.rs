//! The stored form of a flow, of this version and of former ones.

use serde::Deserialize;

use super::{State, VERSION, former};

/// A stored state that this version cannot read. Its text quotes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadableState {
    /// The column at which reading failed, from 1.
    pub column: usize,
}

impl State {
    /// The stored form.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a state has only text keys")
    }

    /// Reads a stored form, of this version or of a former one.
    pub fn from_json(json: &str) -> Result<Self, UnreadableState> {
        #[derive(Deserialize)]
        struct Versioned {
            #[serde(default)]
            version: u8,
        }
        // serde's own message may quote the text.
        let unreadable = |error: serde_json::Error| UnreadableState { column: error.column() };
        let Versioned { version } = serde_json::from_str(json).map_err(unreadable)?;
        match version {
            VERSION => serde_json::from_str(json).map_err(unreadable),
            0 => serde_json::from_str::<former::State>(json).map(Self::from).map_err(unreadable),
            _ => Err(UnreadableState { column: 0 }),
        }
    }
}
