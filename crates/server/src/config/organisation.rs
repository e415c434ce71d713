//! `[organisation]`

use regain_protocol::{AccountType, Help};
use serde::Deserialize;

use super::{Faults, PageAddress, address::is_web_address, is_mail_address};
use crate::languages;

/// `[organisation]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OrganisationConfig {
    /// The organisation's name, as its people know it. Required.
    pub name: String,
    /// The address of its logo.
    pub logo: Option<PageAddress>,
    /// Contacts for when nothing here helps.
    pub help: HelpConfig,
    /// Example of a user ID, such as `name@example.com`.
    pub user_id_hint: Option<String>,
    /// The kinds of account a person can say they have. Default: one, `Work or school account`.
    pub account_types: Vec<AccountTypeConfig>,
    /// True if people may help themselves. Otherwise everybody who says who they are is sent to the administrators.
    /// Default yes.
    pub self_service: bool,
    /// The administrators' mail addresses: who gets what is written in the contact form.
    pub administrators: Vec<String>,
    /// The sign-in page, when the host page does not sign in itself.
    pub continue_url: Option<PageAddress>,
    /// The languages of mails and messages, as BCP 47 tags (`de_DE` is read as `de-DE`), the first being the default. Default `en`.
    pub locales: Vec<String>,
    /// The domains at which people's recovery addresses are, each as often as it is likely. The
    /// made-up addresses of unknown user IDs are taken from them, so name your people's usual ones. Default: the large mail
    /// providers.
    pub recovery_domains: Vec<String>,
}

/// `[organisation.help]`: each part that is given is shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HelpConfig {
    /// A mail address.
    pub email: Option<String>,
    /// A phone number, as people write it.
    pub phone: Option<String>,
    /// A page of the organisation's own.
    pub url: Option<PageAddress>,
}

/// `[[organisation.account_types]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountTypeConfig {
    /// A stable name for it.
    pub id: String,
    /// The words on the button.
    pub label: String,
    /// Address where this kind of account is recovered instead, when it isn't here.
    pub href: Option<String>,
}

impl Default for OrganisationConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            logo: None,
            help: HelpConfig::default(),
            user_id_hint: None,
            account_types: vec![AccountTypeConfig {
                id: "work".into(),
                label: "Work or school account".into(),
                href: None,
            }],
            self_service: true,
            administrators: Vec::new(),
            continue_url: None,
            locales: vec!["en".into()],
            recovery_domains: [
                "gmail.com",
                "gmail.com",
                "outlook.com",
                "hotmail.com",
                "icloud.com",
                "yahoo.com",
                "proton.me",
                "gmx.net",
            ]
            .map(Into::into)
            .into(),
        }
    }
}

impl OrganisationConfig {
    pub(super) fn check(&mut self, public_url: &str, faults: &mut Faults) {
        self.name = self.name.trim().to_owned();
        faults.require(!self.name.is_empty(), "organisation.name", "give the organisation's name");
        faults.require(
            !self.name.contains(char::is_control),
            "organisation.name",
            "may not contain line breaks or control characters",
        );
        faults.require(
            !self.account_types.is_empty(),
            "organisation.account_types",
            "give at least one, or leave it out",
        );
        for address in &self.administrators {
            faults.require(
                is_mail_address(address),
                "organisation.administrators",
                format!("{address:?} is not a mail address"),
            );
        }
        for url in [&mut self.logo, &mut self.continue_url, &mut self.help.url].into_iter().flatten() {
            url.resolve(public_url);
        }
        for kind in &self.account_types {
            let fine = kind.href.as_ref().is_none_or(|url| is_web_address(url));
            faults.require(fine, "organisation.account_types.href", "must be an http or https address");
        }
        if let Some(address) = &self.help.email {
            faults.require(is_mail_address(address), "organisation.help.email", "is not a mail address");
        }
        for locale in &mut self.locales {
            match languages::canonical(locale) {
                Some(tag) => *locale = tag,
                None => faults.add(
                    "organisation.locales",
                    format!("{locale:?} is not a language tag, such as \"de\" or \"pt-BR\""),
                ),
            }
        }
        faults.require(!self.locales.is_empty(), "organisation.locales", "give at least one language, such as \"en\"");
        faults.require(
            !self.recovery_domains.is_empty(),
            "organisation.recovery_domains",
            "give at least one, or leave it out",
        );
        for domain in &self.recovery_domains {
            faults.require(
                is_mail_address(&format!("a@{domain}")),
                "organisation.recovery_domains",
                format!("{domain:?} is not a domain"),
            );
        }
    }

    /// The contacts, for the public configuration.
    pub fn help(&self) -> Help {
        let HelpConfig { email, phone, url } = self.help.clone();
        Help { email, phone, url: url.map(|url| url.to_string()) }
    }

    /// The account types, for the public configuration.
    pub fn account_types(&self) -> Vec<AccountType> {
        let convert = |AccountTypeConfig { id, label, href }| AccountType { id, label, href };
        self.account_types.iter().cloned().map(convert).collect()
    }
}
