//! Opaque ids: texts that are compared and never read.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

opaque_id! {
    /// The directory's own name for an account: never its user ID, and never given to another account. The default is
    /// no account's.
    AccountId
}

opaque_id! {
    /// The id of a flow.
    FlowId
}

opaque_id! {
    /// The id of a step: another one at each step of a flow.
    StepId
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
