//! The id of an account.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The directory's own name for an account: never its user ID, and never given to another account. The default is
/// no account's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(String);

impl AccountId {
    /// The id, as the directory writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for AccountId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl From<&str> for AccountId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Flows that were stored when an id was a text go on.
    #[test]
    fn its_json_is_the_bare_text() {
        let text = "\"0mZ-4711\"";
        assert_eq!(serde_json::from_str::<AccountId>(text).expect("reads"), AccountId::from("0mZ-4711"));
        assert_eq!(serde_json::to_string(&AccountId::from("0mZ-4711")).expect("writes"), text);
    }
}
