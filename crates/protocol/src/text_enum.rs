//! Enums whose values are texts.

/// Declares an enum whose values are texts on the wire. Each text is written once: the API, its document, the widget's
/// own reader and writer, the database and the log all take it from here. A last variant, `_`, stands for every
/// text that this version does not know.
macro_rules! text_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$doc:meta])* $variant:ident = $text:literal,)+
            $(_ => $unknown:ident)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
            $(#[doc = "One that this version does not know."] #[serde(other, rename = "unknown")] #[cfg_attr(feature = "schema", schemars(skip))] $unknown,)?
        }

        impl $name {
            /// The value's text.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                    $(Self::$unknown => "unknown",)?
                }
            }

            /// The value of a text; `None` for a text that this version does not know.
            pub fn from_text(text: &str) -> Option<Self> {
                Some(match text {
                    $($text => Self::$variant,)+
                    _ => return None,
                })
            }
        }
    };
}

pub(crate) use text_enum;

#[cfg(test)]
mod tests {
    use crate::{FlowKind, MethodKind, ProblemCode};

    #[test]
    fn the_text_is_one_for_all_readers_and_writers() {
        for code in [ProblemCode::TooLarge, ProblemCode::StepPassed, ProblemCode::Unavailable] {
            let json = serde_json::to_value(code).expect("is a text");
            assert_eq!(json, code.as_str());
            assert_eq!(ProblemCode::from_text(code.as_str()), Some(code));
        }
        assert_eq!(serde_json::to_value(MethodKind::RecoveryCodes).expect("is a text"), "recovery_codes");
        assert_eq!(serde_json::from_str::<MethodKind>("\"passkey\"").ok(), Some(MethodKind::Unknown));
        assert_eq!(MethodKind::from_text("passkey"), None);
        assert_eq!(MethodKind::from_text("unknown"), None, "that is no method's name");
        assert!(serde_json::from_str::<FlowKind>("\"delete\"").is_err());
    }
}
