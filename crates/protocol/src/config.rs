//! `GET /v1/config`: what anyone may know about a reset server before a flow.

use serde::{Deserialize, Serialize};

use crate::FlowKind;

/// The public configuration: what a client needs to draw its first screen. The same for everyone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Config {
    /// The organisation's name, as its people know it.
    pub name: String,
    /// The address of the organisation's logo.
    pub logo: Option<String>,
    /// The kinds of account a person can say they have; one or more.
    pub account_types: Vec<AccountType>,
    /// The flows that are switched on.
    pub flows: Vec<FlowKind>,
    /// The languages that the server's mails and messages can be had in, as BCP 47 tags.
    pub locales: Vec<String>,
    /// The contacts for when nothing here helps.
    pub help: Help,
    /// An example of a user ID in this organisation, such as `name@example.com`.
    pub user_id_hint: Option<String>,
    /// True if every step also takes `ask_administrator` ("none of these work for me").
    #[serde(default)]
    pub ask_administrator: bool,
}

/// One kind of account on the screen that asks for it ("Work or school account").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountType {
    /// A stable name for it.
    pub id: String,
    /// The words on the button.
    pub label: String,
    /// The address where this kind of account is recovered instead, when it isn't here.
    pub href: Option<String>,
}

/// Contacts for when nothing here helps. Each part that is there is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Help {
    /// A mail address.
    pub email: Option<String>,
    /// A phone number, as people write it.
    pub phone: Option<String>,
    /// A page of the organisation's own.
    pub url: Option<String>,
}
