//! `[methods]`, `[questions]`, `[gates]`: the ways to prove who one is, and how many proofs it takes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Faults, PhoneConfig};
use crate::questions::{CustomQuestion, MAX_CUSTOM, PREDEFINED, QUESTION_CHARACTERS, is_id};

/// `[methods]`: which ways are on. A way that an account has not registered is not offered to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the file, on or off by itself")]
pub struct MethodsConfig {
    /// A code by mail, to the alternate or the authentication address. Default on.
    pub email: bool,
    /// A code by text message, to the mobile or the authentication phone. Default off; needs `[phone]`.
    pub sms: bool,
    /// A call to the mobile or the authentication phone. Default off; needs `[phone]`.
    pub call_mobile: bool,
    /// A call to the office phone. Default off; needs `[phone]`.
    pub call_office: bool,
    /// The security questions. Default off: NIST SP 800-63B-4 (section 3.1.1.2) and OWASP's Choosing
    /// and Using Security Questions Cheat Sheet advise against them.
    pub questions: bool,
    /// An authenticator app (RFC 6238). Default on.
    pub authenticator: bool,
    /// Saved recovery codes (NIST SP 800-63B-4, 4.2.1.1). They are on offer to everybody, registered or not, so that
    /// they tell nothing. Default off.
    pub recovery_codes: bool,
    /// True if a person must type the whole address or number before anything is sent to it. Default no.
    pub confirm_destination: bool,
}

impl Default for MethodsConfig {
    fn default() -> Self {
        Self {
            email: true,
            sms: false,
            call_mobile: false,
            call_office: false,
            questions: false,
            authenticator: true,
            recovery_codes: false,
            confirm_destination: false,
        }
    }
}

impl MethodsConfig {
    pub(super) fn check(&self, phone: &PhoneConfig, faults: &mut Faults) {
        faults.require(!self.sms || phone.is_on(), "methods.sms", "needs a phone provider: set phone.kind");
        for (key, is_on) in [("methods.call_mobile", self.call_mobile), ("methods.call_office", self.call_office)] {
            faults.require(
                !is_on || phone.can_call(),
                key,
                "needs a phone provider with a number to call from: set phone.kind and phone.from",
            );
        }
        faults.require(
            self.kinds() > 0,
            "methods",
            "at least one way to prove who one is must be on; to switch self-service off, set \
             organisation.self_service = false",
        );
    }

    /// Number of kinds of proof that are on.
    fn kinds(&self) -> usize {
        [
            self.email,
            self.sms,
            self.call_mobile || self.call_office,
            self.questions,
            self.authenticator,
            self.recovery_codes,
        ]
        .into_iter()
        .filter(|is_on| *is_on)
        .count()
    }
}

/// `[questions]`: the security questions, where they are on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuestionsConfig {
    /// Number of questions asked in a proof, 3 to 5. Default 3.
    pub to_answer: u8,
    /// Number of questions that a person registers, 3 to 5. Default 5.
    pub to_register: u8,
    /// True if people may write questions in their own words. Default yes. Such a question is asked only after another
    /// proof: it would tell that there is such an account.
    pub own_words: bool,
    /// The organisation's own questions, at most 20: `{ id = "first_office", text = "…" }`.
    pub own: Vec<CustomQuestion>,
}

impl Default for QuestionsConfig {
    fn default() -> Self {
        Self { to_answer: 3, to_register: 5, own_words: true, own: Vec::new() }
    }
}

impl QuestionsConfig {
    pub(super) fn check(&self, faults: &mut Faults) {
        faults.require((3..=5).contains(&self.to_answer), "questions.to_answer", "must be 3 to 5");
        faults.require((3..=5).contains(&self.to_register), "questions.to_register", "must be 3 to 5");
        faults.require(
            self.to_answer <= self.to_register,
            "questions.to_answer",
            "may not be more than questions.to_register",
        );
        faults.require(self.own.len() <= MAX_CUSTOM, "questions.own", format!("at most {MAX_CUSTOM} questions"));
        for CustomQuestion { id, text } in &self.own {
            let fine = QUESTION_CHARACTERS.contains(&text.trim().chars().count()) && !text.contains(char::is_control);
            faults.require(fine, "questions.own", format!("{id}: a question has 3 to 200 characters on one line"));
            faults.require(is_id(id), "questions.own", format!("{id:?}: an id has lower-case letters, digits and _"));
            let times = self.own.iter().filter(|question| question.id == *id).count();
            faults.require(
                times == 1 && !PREDEFINED.contains(&id.as_str()),
                "questions.own",
                format!("{id}: there is another question of that id"),
            );
        }
    }
}

/// `[gates]`: how many proofs it takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GatesConfig {
    /// 1 or 2; the second is of another kind than the first. Default 1.
    pub required: u8,
    /// More for some groups of accounts, by the group's name in the directory, such as `admins = 2`.
    pub groups: BTreeMap<String, u8>,
}

impl Default for GatesConfig {
    fn default() -> Self {
        Self { required: 1, groups: BTreeMap::new() }
    }
}

impl GatesConfig {
    pub(super) fn check(&self, methods: &MethodsConfig, faults: &mut Faults) {
        faults.require((1..=2).contains(&self.required), "gates.required", "must be 1 or 2");
        for (group, required) in &self.groups {
            faults.require((1..=2).contains(required), "gates.groups", format!("{group}: must be 1 or 2"));
        }
        faults.require(
            self.most() < 2 || methods.kinds() >= 2,
            "gates.required",
            "two proofs need two kinds of methods that are on",
        );
    }

    /// Number of proofs that the most demanding group needs.
    pub fn most(&self) -> u8 {
        self.groups.values().copied().fold(self.required, u8::max)
    }
}
