//! `[contact]`: how a person reaches the administrators when nothing here helps.

use regain_protocol::Contact;
use serde::Deserialize;

use super::{Faults, OrganisationConfig, address::is_web_address};

/// `[contact]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContactConfig {
    /// Way to reach them. Default: `form` where `organisation.administrators` names any, else `url` where one is given
    /// here or in `organisation.help.url`, else `off`.
    pub kind: Option<ContactKind>,
    /// The organisation's own page, for `url`.
    pub url: Option<String>,
}

/// The ways to reach the administrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// A form that is mailed to `organisation.administrators`.
    Form,
    /// A page of the organisation's own.
    Url,
    /// None.
    Off,
}

impl ContactConfig {
    pub(super) fn check(&mut self, organisation: &OrganisationConfig, is_needed: bool, faults: &mut Faults) {
        if self.url.is_none() {
            self.url = organisation.help.url.as_ref().map(ToString::to_string).filter(|url| is_web_address(url));
        }
        let kind = *self.kind.get_or_insert(if !organisation.administrators.is_empty() {
            ContactKind::Form
        } else if self.url.is_some() {
            ContactKind::Url
        } else {
            ContactKind::Off
        });
        faults.require(
            kind != ContactKind::Form || !organisation.administrators.is_empty(),
            "contact.kind",
            "a form needs somebody to send it to: name organisation.administrators",
        );
        faults.require(
            kind != ContactKind::Url || self.url.is_some(),
            "contact.url",
            "give the address of the page, https://…",
        );
        if let Some(url) = &self.url {
            faults.require(is_web_address(url), "contact.url", "must be an http or https address");
        }
        faults.require(
            kind != ContactKind::Off || !is_needed,
            "contact.kind",
            "people who cannot help themselves are sent to the administrators: name \
             organisation.administrators, or give contact.url",
        );
    }

    /// Way to reach them; `None` if there is none.
    pub fn contact(&self) -> Option<Contact> {
        match self.kind? {
            ContactKind::Form => Some(Contact::Form {}),
            ContactKind::Url => self.url.clone().map(|url| Contact::Url { url }),
            ContactKind::Off => None,
        }
    }
}
