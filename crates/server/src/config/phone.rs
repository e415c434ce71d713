//! `[phone]`

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use regain_protocol::Secret;
use regain_values::{Countries, E164};
use serde::Deserialize;

use super::{
    Faults, ServerConfig,
    address::{is_https, is_loopback_address, is_web_address},
    host_of, is_host, read_secret,
};

/// Twilio's API.
const TWILIO: &str = "https://api.twilio.com";

/// `[phone]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PhoneConfig {
    /// Provider of text messages and calls: `off` (default) or `twilio`.
    pub kind: PhoneKind,
    /// The account at the provider: Twilio's Account SID.
    pub account_sid: String,
    /// The account's auth token: it signs in at the provider's API, and the provider signs with it what
    /// it says to us.
    pub auth_token: Option<Secret<String>>,
    /// A file that holds the auth token, instead of `auth_token`.
    pub auth_token_file: Option<PathBuf>,
    /// The number that texts and calls come from, such as `+14255550123`. Calls need one; texts may have
    /// `messaging_service_sid` instead.
    pub from: Option<String>,
    /// The provider's messaging service that chooses the number that texts come from.
    pub messaging_service_sid: Option<String>,
    /// Address of the provider's API, without a slash at its end. Default: Twilio's. Another provider may speak the
    /// same language.
    pub base_url: String,
    /// The host in the last line of a text, by which a browser knows for which pages the code is (WebOTP).
    /// Default: the host of `server.public_url`. Where the widget is on pages of another site, that one's.
    pub webotp_host: String,
    /// The beginnings of the numbers that may be texted and called, such as `["+1", "+49"]`: country
    /// codes, or longer. Required, and without a default: codes to numbers of other countries are how such services are
    /// made to pay.
    pub countries: Vec<String>,
    /// The beginnings of numbers that are neither texted nor called, although they belong to one of `countries`, such as
    /// `["+1876"]`. Premium-rate, shared-cost and personal numbers are forbidden anyway, unless `countries` names them.
    pub forbidden: Vec<String>,
    /// After how long a provider that does not answer is given up, in seconds. Default 10.
    pub timeout_s: u32,
}

/// Provider of text messages and calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneKind {
    /// Not at all.
    #[default]
    Off,
    /// By a port that the program around the server brings along; no file can say so.
    #[serde(skip)]
    Supplied,
    /// Through Twilio, or a provider that speaks its language.
    Twilio,
}

impl PhoneConfig {
    /// Tells if there are text messages and calls at all.
    pub fn is_on(&self) -> bool {
        self.kind != PhoneKind::Off
    }

    /// Tells if there are calls: they need a number to come from.
    pub fn can_call(&self) -> bool {
        match self.kind {
            PhoneKind::Off => false,
            PhoneKind::Supplied => true,
            PhoneKind::Twilio => self.from.is_some(),
        }
    }

    /// The countries whose phones may be texted and called. None that is written wrongly passes the check.
    pub fn countries(&self) -> Countries {
        let countries = Countries::parse(&self.countries).unwrap_or_default();
        countries.without(&self.forbidden).unwrap_or_default()
    }

    /// After how long a provider that does not answer is given up.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_s.into())
    }

    pub(super) fn check(&mut self, base: &Path, server: &ServerConfig, faults: &mut Faults) {
        if self.timeout_s == 0 {
            self.timeout_s = 10;
        }
        if self.base_url.is_empty() {
            TWILIO.clone_into(&mut self.base_url);
        }
        self.base_url.truncate(self.base_url.trim_end_matches('/').len());
        if self.webotp_host.is_empty() {
            self.webotp_host = host_of(&server.public_url).unwrap_or_default();
        }
        self.read_token(base, faults);
        for prefix in &self.countries {
            faults.require(
                Countries::parse([prefix]).is_ok(),
                "phone.countries",
                format!("{prefix:?} is not the beginning of an international number, such as +1"),
            );
        }
        for prefix in &self.forbidden {
            faults.require(
                Countries::parse([prefix]).is_ok(),
                "phone.forbidden",
                format!("{prefix:?} is not the beginning of an international number, such as +1876"),
            );
        }
        // Unknown user IDs have phones as known ones do.
        let countries = self.countries();
        for prefix in countries.prefixes() {
            faults.require(
                countries.reach(&E164::made_up(prefix, 0)),
                "phone.forbidden",
                format!("leaves no numbers of {prefix}, or none that made-up accounts have: forbid longer beginnings"),
            );
        }
        match self.kind {
            PhoneKind::Off => return,
            PhoneKind::Supplied => {}
            PhoneKind::Twilio => self.check_twilio(server, faults),
        }
        faults.require(
            !self.countries.is_empty(),
            "phone.countries",
            "give the beginnings of the numbers that may be texted and called, such as [\"+1\"]",
        );
        faults.require(
            is_host(&self.webotp_host),
            "phone.webotp_host",
            "give the host name of the pages that ask for the code, such as www.example.com",
        );
    }

    fn read_token(&mut self, base: &Path, faults: &mut Faults) {
        let Some(path) = &mut self.auth_token_file else { return };
        let key = "phone.auth_token_file";
        if self.auth_token.is_some() {
            return faults.add(key, "give either auth_token or auth_token_file, not both");
        }
        self.auth_token = read_secret(path, base, key, faults);
        let is_empty = self.auth_token.as_ref().is_some_and(|token| token.expose().is_empty());
        faults.require(!is_empty, key, "the file is empty");
    }

    fn check_twilio(&self, server: &ServerConfig, faults: &mut Faults) {
        faults.require(
            is_sid(&self.account_sid),
            "phone.account_sid",
            "give the account's SID, as the provider names it",
        );
        faults.require(
            self.auth_token_file.is_some() || self.auth_token.as_ref().is_some_and(|token| !token.expose().is_empty()),
            "phone.auth_token_file",
            "give auth_token_file or auth_token",
        );
        faults.require(
            self.from.is_some() || self.messaging_service_sid.is_some(),
            "phone.from",
            "give the number that texts and calls come from, or messaging_service_sid for texts alone",
        );
        faults.require(
            self.from.as_deref().is_none_or(is_e164),
            "phone.from",
            "must be a number in international form, such as +14255550123",
        );
        faults.require(
            self.messaging_service_sid.as_deref().is_none_or(is_sid),
            "phone.messaging_service_sid",
            "must be the service's SID, as the provider names it",
        );
        faults.require(
            is_web_address(&self.base_url) && !self.base_url.contains(['?', '#']),
            "phone.base_url",
            "must be the address of the provider's API, such as https://api.twilio.com",
        );
        let (api, ours) = (is_https(&self.base_url), is_https(&server.public_url));
        faults.require(
            api || is_loopback_address(&self.base_url),
            "phone.base_url",
            "must be https, unless it is a loopback address: codes would travel in the clear",
        );
        // With a provider on this machine, as in a test, this machine may be called back in the clear.
        faults.require(
            ours || is_loopback_address(&self.base_url) && is_loopback_address(&server.public_url),
            "phone.kind",
            "twilio calls back at server.public_url, which must be https",
        );
    }
}

/// Tells if a number is written as E.164 has it.
fn is_e164(number: &str) -> bool {
    E164::parse(number).is_ok_and(|read| read == number)
}

/// Tells if a text can stand in an address and be one of the provider's names.
fn is_sid(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::super::{Config, ConfigError};
    use super::*;

    const LEAST: &str = r#"
        [organisation]
        name = "Contoso"
        [mail]
        host = "mail.example.com"
        from = "help@example.com"
        [server]
        key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    "#;

    const TWILIO_LEAST: &str = r#"
        public_url = "https://recover.example.com:8443/way"
        trusted_proxies = "none"
        [phone]
        kind = "twilio"
        account_sid = "AC00000000000000000000000000000001"
        auth_token = "hunter2"
        from = "+14255550100"
        countries = ["+1", "+4930"]
    "#;

    fn parse(sections: &str) -> Result<Config, Vec<String>> {
        match Config::parse(&format!("{LEAST}{sections}"), Path::new("/etc/regain")) {
            Ok(config) => Ok(config),
            Err(ConfigError::Keys(faults)) => Err(faults.to_string().lines().map(str::to_owned).collect()),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn it_is_off_until_it_is_asked_for() {
        let phone = parse("").expect("is fine").phone;
        assert!(!phone.is_on() && !phone.can_call() && phone.countries().is_empty());
    }

    #[test]
    fn the_least_that_is_needed() {
        let phone = parse(TWILIO_LEAST).expect("is fine").phone;
        assert!(phone.is_on() && phone.can_call());
        assert_eq!(phone.base_url, "https://api.twilio.com");
        assert_eq!(phone.webotp_host, "recover.example.com", "a host, without port and path");
        assert_eq!(phone.timeout(), Duration::from_secs(10));
        assert!(!format!("{phone:?}").contains("hunter2"));
        let texts_only = TWILIO_LEAST.replace("from = \"+14255550100\"", "messaging_service_sid = \"MG01\"");
        assert!(!parse(&texts_only).expect("is fine").phone.can_call());
    }

    #[test]
    fn every_fault_names_its_key() {
        for (sections, key) in [
            ("[phone]\nkind = \"outbox\"\ncountries = [\"+1\"]", "phone.kind: "),
            ("[phone]\nkind = \"pigeon\"", "phone.kind: "),
            ("[phone]\nauth_token = 123456789", "phone.auth_token: "),
            ("[phone]\nauth_token_file = \"/nonexistent/token\"", "phone.auth_token_file: "),
            (&TWILIO_LEAST.replace("countries", "#"), "phone.countries: "),
            (&TWILIO_LEAST.replace("\"+1\"", "\"1\""), "phone.countries: "),
            (&TWILIO_LEAST.replace("\"+1\"", "\"+0\""), "phone.countries: "),
            (&format!("{TWILIO_LEAST}forbidden = [\"1876\"]"), "phone.forbidden: "),
            (&format!("{TWILIO_LEAST}forbidden = [\"+1\"]"), "phone.forbidden: "),
            (&TWILIO_LEAST.replace("account_sid", "#"), "phone.account_sid: "),
            (&TWILIO_LEAST.replace("AC0", "AC/../"), "phone.account_sid: "),
            (&TWILIO_LEAST.replace("auth_token", "#"), "phone.auth_token_file: "),
            (&TWILIO_LEAST.replace("from", "#"), "phone.from: "),
            (&TWILIO_LEAST.replace("+14255550100", "Contoso"), "phone.from: "),
            (&TWILIO_LEAST.replace("https://recover", "http://recover"), "phone.kind: "),
            (&format!("{TWILIO_LEAST}base_url = \"http://192.0.2.1\""), "phone.base_url: "),
            (&format!("{TWILIO_LEAST}base_url = \"https://example.com?x\""), "phone.base_url: "),
            (&format!("{TWILIO_LEAST}webotp_host = \"https://example.com\""), "phone.webotp_host: "),
            (&format!("{TWILIO_LEAST}messaging_service_sid = \"\""), "phone.messaging_service_sid: "),
            (&format!("{TWILIO_LEAST}auth_token_file = \"/dev/null\""), "phone.auth_token_file: "),
        ] {
            let faults = parse(sections).expect_err(sections);
            assert!(faults.len() == 1 && faults[0].starts_with(key), "{key} for {sections}: {faults:?}");
            assert!(!faults[0].contains("hunter2") && !faults[0].contains("123456789"), "{faults:?}");
        }
    }

    #[test]
    fn a_provider_on_this_machine_needs_no_tls() {
        let here = TWILIO_LEAST.replace("https://recover.example.com:8443/way", "http://127.0.0.1:8080");
        let phone = parse(&format!("{here}base_url = \"http://[::1]:4010/\"")).expect("is fine").phone;
        assert_eq!(phone.base_url, "http://[::1]:4010");
        assert!(parse(&here).is_err(), "but the real one cannot call back here");
    }
}
