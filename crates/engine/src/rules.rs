//! The organisation's decisions, as far as they decide about steps. The server converts its configuration to these.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use regain_ports::{Abilities, passed_since};
use regain_protocol::{Contact, FlowKind};
use regain_values::{Countries, questions::CustomQuestion};

use crate::password::PasswordRules;

/// The organisation's decisions.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The kinds of flow on offer.
    pub kinds: Vec<FlowKind>,
    /// The duration of a flow.
    pub lifetime: SignedDuration,
    /// Recovery without the administrators.
    pub self_service: bool,
    /// The methods that are on.
    pub methods: MethodRules,
    /// The security questions.
    pub questions: QuestionRules,
    /// The number of proofs.
    pub gates: GateRules,
    /// The security info that people are asked for.
    pub security_info: SecurityInfoRules,
    /// The way to the administrators; `None` where there is none.
    pub contact: Option<Contact>,
    /// The administrators' mail addresses.
    pub administrators: Vec<String>,
    /// Codes, tries and resends.
    pub codes: CodeRules,
    /// Throttles.
    pub limits: Limits,
    /// The challenge of step `identify`.
    pub captcha: CaptchaRules,
    /// The server's own address, without a slash at its end.
    pub public_url: String,
    /// The organisation's name.
    pub organisation: String,
    /// The rules for new passwords.
    pub password: PasswordRules,
    /// The page that a finished flow leads to.
    pub continue_url: Option<String>,
    /// A program that ends sessions is told of resets.
    pub ends_sessions: bool,
    /// The languages on offer, the organisation's own first.
    pub locales: Vec<String>,
    /// The domains of the addresses of decoys.
    pub recovery_domains: Vec<String>,
    /// The beginnings of the numbers that may be texted and called.
    pub countries: Countries,
    /// Text messages can be sent.
    pub texts: bool,
    /// The abilities of the directory.
    pub abilities: Abilities,
}

/// The methods that are on. A method that an account has not registered is not offered to it.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is on or off by itself")]
pub struct MethodRules {
    /// A code by mail.
    pub email: bool,
    /// A code by text message, to the mobile or the authentication phone.
    pub sms: bool,
    /// A call to the mobile or the authentication phone.
    pub call_mobile: bool,
    /// A call to the office phone.
    pub call_office: bool,
    /// The security questions.
    pub questions: bool,
    /// An authenticator app.
    pub authenticator: bool,
    /// Saved recovery codes.
    pub recovery_codes: bool,
    /// The whole address or number is asked for before anything is sent to it.
    pub confirm_destination: bool,
}

/// The security questions.
#[derive(Debug, Clone)]
pub struct QuestionRules {
    /// The number of questions in a proof.
    pub to_answer: u8,
    /// The number of questions that a person registers.
    pub to_register: u8,
    /// People may write questions in their own words.
    pub own_words: bool,
    /// The organisation's own questions.
    pub own: Vec<CustomQuestion>,
    /// The words of a predefined question, by its id and a locale.
    pub predefined: fn(&str, &str) -> Option<&'static str>,
}

impl QuestionRules {
    /// The words of a question that is not the person's own; `None` where there is none of that id.
    pub fn text(&self, id: &str, locale: &str) -> Option<String> {
        let own = || self.own.iter().find(|question| question.id == id).map(|question| question.text.clone());
        (self.predefined)(id, locale).map(str::to_owned).or_else(own)
    }
}

/// The number of proofs that a reset takes.
#[derive(Debug, Clone)]
pub struct GateRules {
    /// The number for everybody, 1 or 2.
    pub required: u8,
    /// The number for a change of a password that one knows, besides that password; 0 to 2.
    pub change: u8,
    /// More for some groups, by the group's name in the directory.
    pub groups: BTreeMap<String, u8>,
}

impl GateRules {
    /// The number of proofs for an account in these groups.
    pub fn for_groups(&self, groups: &[String]) -> u8 {
        groups.iter().filter_map(|group| self.groups.get(group)).copied().fold(self.required, u8::max)
    }
}

/// The security info that people are asked for.
#[derive(Debug, Clone, Copy)]
pub struct SecurityInfoRules {
    /// The number of methods to register.
    pub required: u8,
    /// The time after which people are asked to look at it again; `None` for never.
    pub reconfirm_after: Option<SignedDuration>,
}

impl SecurityInfoRules {
    /// Tells if the last look at it was too long ago. Who never looked is to look when something is missing,
    /// not at once.
    pub fn is_stale(&self, confirmed_at: Option<Timestamp>, now: Timestamp) -> bool {
        self.reconfirm_after.zip(confirmed_at).is_some_and(|(interval, at)| passed_since(at, now) >= interval)
    }
}

/// Codes, tries and resends.
#[derive(Debug, Clone, Copy)]
pub struct CodeRules {
    /// The time for which a code is good.
    pub lifetime: SignedDuration,
    /// The number of wrong proofs that end a flow, for each method.
    pub tries: u8,
    /// The number of further codes or calls, for each method.
    pub resends: u8,
    /// The wait before another may be asked for.
    pub resend_after: SignedDuration,
    /// The number of wrong proofs that an account takes in 24 hours, in all flows and channels together.
    pub tries_per_day: u32,
}

/// Throttles: each a number of events in the window that its counter has.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Flows of one client network in 10 minutes.
    pub flows_per_client: u32,
    /// Identifications of one user ID in 10 minutes.
    pub identifications_per_account: u32,
    /// Wrong passwords for one user ID in 15 minutes.
    pub wrong_passwords_per_account: u32,
    /// Messages that are asked for of one method of an account in 10 minutes.
    pub messages_per_destination: u32,
    /// Messages in an hour in all, of which one network may ask for a part.
    pub messages_per_hour: u32,
    /// Text messages and calls in an hour in all, of which one network may ask for a part.
    pub phone_per_hour: u32,
    /// Requests to the administrators about one account from one network in an hour.
    pub requests_per_hour: u32,
}

/// The challenge of step `identify`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptchaRules {
    /// None.
    Off,
    /// Work for the browser.
    ProofOfWork {
        /// The largest number that a browser has to try.
        max_number: u32,
        /// The time for which a challenge can be solved.
        lifetime: SignedDuration,
    },
    /// A picture of digits, and the same digits spoken.
    Image {
        /// The time for which a challenge can be solved.
        lifetime: SignedDuration,
    },
    /// Cloudflare Turnstile, with the organisation's public key there.
    Turnstile(String),
    /// hCaptcha, with the organisation's public key there.
    Hcaptcha(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_due_when_the_last_one_is_too_long_ago() {
        let at = |days: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days);
        let rules = SecurityInfoRules { required: 1, reconfirm_after: Some(SignedDuration::from_hours(24 * 180)) };
        assert!(!rules.is_stale(Some(at(0)), at(179)) && rules.is_stale(Some(at(0)), at(180)));
        assert!(!rules.is_stale(None, at(1000)), "nobody ever said that it was right");
        let never = SecurityInfoRules { reconfirm_after: None, ..rules };
        assert!(!never.is_stale(Some(at(0)), at(10_000)));
    }
}
