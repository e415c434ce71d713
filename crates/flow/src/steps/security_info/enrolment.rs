//! Enrolments, and what the person does with them beside typing and sending forms.

use regain_protocol::{MethodKind, Role, Secret};

use crate::effect::{ChangeKind, Export};

/// An enrolment: something that can be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrolment {
    /// A mail address.
    Email(Option<Role>),
    /// A phone, by text or by call.
    Phone(Option<Role>),
    /// The security questions, all together.
    Questions,
    /// An authenticator app.
    Authenticator,
    /// The recovery codes, all together.
    RecoveryCodes,
}

impl Enrolment {
    /// The enrolment of a method; `None` for a kind that this widget does not know.
    pub fn new(kind: MethodKind, role: Option<Role>) -> Option<Self> {
        Some(match kind {
            MethodKind::Email => Self::Email(role),
            MethodKind::Sms | MethodKind::Call => Self::Phone(role),
            MethodKind::Questions => Self::Questions,
            MethodKind::Authenticator => Self::Authenticator,
            MethodKind::RecoveryCodes => Self::RecoveryCodes,
            MethodKind::Unknown => return None,
        })
    }

    pub(super) fn role(self) -> Option<Role> {
        match self {
            Self::Email(role) | Self::Phone(role) => role,
            Self::Questions | Self::Authenticator | Self::RecoveryCodes => None,
        }
    }
}

/// A change of the security info, from its request on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) kind: ChangeKind,
    /// The destination as it was typed.
    pub(crate) destination: Option<Secret<String>>,
}

/// Something that happens to the security info.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecurityInfoEvent {
    /// The form for this is opened.
    Opened(Enrolment),
    /// The method at that place is to be removed, if the person confirms it.
    RemovalOpened(usize),
    /// Back to the overview.
    FormClosed,
    /// The new recovery codes are to be exported.
    CodesExported(Export),
}
