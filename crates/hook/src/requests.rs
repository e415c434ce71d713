//! Requests to a hook: their paths and bodies.

use regain_protocol::Secret;
use regain_values::AccountId;
use serde::Serialize;

/// `POST /find`
#[derive(Serialize)]
pub(crate) struct Find<'a> {
    /// Normalised: NFKC, lower case, without invisible characters and the space around it.
    pub(crate) user_id: &'a str,
}

/// `POST /sign-in`
#[derive(Serialize)]
pub(crate) struct SignIn<'a> {
    /// Normalised likewise.
    pub(crate) user_id: &'a str,
    pub(crate) password: &'a Secret<String>,
}

/// `POST /set-password`
#[derive(Serialize)]
pub(crate) struct SetPassword<'a> {
    pub(crate) id: &'a AccountId,
    pub(crate) password: &'a Secret<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<&'a Secret<String>>,
}

/// `POST /unlock`
#[derive(Serialize)]
pub(crate) struct Unlock<'a> {
    pub(crate) id: &'a AccountId,
}

/// `POST /people`
#[derive(Serialize)]
pub(crate) struct People<'a> {
    /// [`MAX_IDS`] at most.
    pub(crate) ids: &'a [AccountId],
}

/// Maximum number of people who are asked for at once. With 2 KiB about each the reply is within its bounds.
pub(crate) const MAX_IDS: usize = 32;

/// A request's path below the hook's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `GET` of the address itself: version and abilities.
    About,
    /// `/find`
    Find,
    /// `/sign-in`
    SignIn,
    /// `/set-password`
    SetPassword,
    /// `/unlock`
    Unlock,
    /// `/people`
    People,
}

impl Endpoint {
    /// The path.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::About => "",
            Self::Find => "/find",
            Self::SignIn => "/sign-in",
            Self::SetPassword => "/set-password",
            Self::Unlock => "/unlock",
            Self::People => "/people",
        }
    }
}
