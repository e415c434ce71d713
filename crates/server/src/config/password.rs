//! `[password]`

use std::path::Path;

use regain_policy::{Banned, ENTRA_POINTS, MIN_CONTEXT_LENGTH};
use regain_protocol::{PasswordPolicy, ServerCheck};
use serde::Deserialize;

use super::{BreachedConfig, BreachedKind, Faults, GatesConfig, OrganisationConfig};
use crate::common_passwords;

/// Number of the most used passwords that count as banned words, beside the organisation's own. Microsoft keeps its
/// list and its length to itself; its list of an organisation's own has at most so many.
const MOST_USED: usize = 1000;

/// The most banned words, as with Microsoft.
const MAX_BANNED: usize = 1000;

/// The highest score there is.
const MAX_SCORE: u8 = 4;

/// The most former passwords that can be remembered: Active Directory's number.
const MAX_HISTORY: u8 = 24;

/// `[password]`: the rules for new passwords.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordConfig {
    /// The rules to begin with, of which every other key here changes one: `nist` (default) or `entra`.
    pub preset: PasswordPreset,
    /// The fewest characters. Default with `nist`: 15, or 8 where every account needs two proofs (NIST
    /// SP 800-63B-4); with `entra`: 8.
    pub min_length: Option<u32>,
    /// The most characters. Default 256; NIST asks that at least 64 be accepted.
    pub max_length: Option<u32>,
    /// Minimum number of the four classes: lower case, upper case, digits, symbols. Default with `nist`: 0; with
    /// `entra`: 3.
    pub min_classes: Option<u8>,
    /// True if the user ID may not occur. Default true.
    pub forbid_user_id: bool,
    /// True if the person's own names may not occur. Default true.
    pub forbid_names: bool,
    /// Words that may not occur in a password, which people are shown. The organisation's name is among
    /// them without being named.
    pub forbidden_words: Vec<String>,
    /// Words that a password may not be made of, which nobody is shown. The most used passwords are among
    /// them without being named, and so are the single words of those that are forbidden.
    pub banned_words: Vec<String>,
    /// Minimum number of points, of which each banned word in a password is one and each different character beside
    /// them is one; 0 for no such rule. Default with `entra` 5, as with Microsoft; with `nist` 0, or 5 where there are
    /// `banned_words`.
    pub min_points: Option<u8>,
    /// The lowest score on zxcvbn's scale that is taken: 1 from 10³ guesses, 2 from 10⁶, 3 from 10⁸, 4 from
    /// 10¹⁰. Default 0, for no such rule: NIST asks for length and for lists, not for an estimate.
    pub min_score: u8,
    /// True if the most used passwords are refused. Default true.
    pub common: bool,
    /// Number of an account's last passwords that are refused, the current one being the first of them; 0 for none.
    /// Default with `nist` 0, with `entra` 1. It is for the embedded directory.
    pub history: Option<u8>,
    /// `[password.breached]`: whether it may be one that occurs in a breach.
    pub breached: BreachedConfig,
}

/// The rules to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordPreset {
    /// NIST SP 800-63B-4: length, and no rules of composition.
    #[default]
    Nist,
    /// Microsoft Entra: 8 characters of three classes, and its published score over banned words.
    Entra,
}

impl Default for PasswordConfig {
    fn default() -> Self {
        Self {
            preset: PasswordPreset::Nist,
            min_length: None,
            max_length: None,
            min_classes: None,
            forbid_user_id: true,
            forbid_names: true,
            forbidden_words: Vec::new(),
            banned_words: Vec::new(),
            min_points: None,
            min_score: 0,
            common: true,
            history: None,
            breached: BreachedConfig::default(),
        }
    }
}

impl PasswordConfig {
    pub(super) fn check(
        &mut self,
        base: &Path,
        organisation: &OrganisationConfig,
        gates: &GatesConfig,
        faults: &mut Faults,
    ) {
        self.breached.check(base, faults);
        let preset = match self.preset {
            PasswordPreset::Nist => regain_policy::nist(if gates.required > 1 { 8 } else { 15 }),
            PasswordPreset::Entra => regain_policy::entra(),
        };
        let is_entra = self.preset == PasswordPreset::Entra;
        let min = *self.min_length.get_or_insert(preset.min_length);
        let max = *self.max_length.get_or_insert(preset.max_length);
        let classes = *self.min_classes.get_or_insert(preset.min_classes);
        let scores = is_entra || !self.banned_words.is_empty();
        let points = *self.min_points.get_or_insert(if scores { ENTRA_POINTS } else { 0 });
        let history = *self.history.get_or_insert(is_entra.into());
        faults.require(min >= 8, "password.min_length", "must be at least 8");
        faults.require(max >= 64, "password.max_length", "must be at least 64");
        faults.require(max <= 4096, "password.max_length", "must be at most 4096");
        faults.require(min <= max, "password.min_length", "may not be over password.max_length");
        faults.require(classes <= 4, "password.min_classes", "must be 0 to 4");
        faults.require(points <= 15, "password.min_points", "must be 0 to 15");
        faults.require(
            points > 0 || self.banned_words.is_empty(),
            "password.banned_words",
            "count only where password.min_points is not 0",
        );
        faults.require(
            self.banned_words.len() <= MAX_BANNED,
            "password.banned_words",
            format!("must be at most {MAX_BANNED}"),
        );
        faults.require(self.min_score <= MAX_SCORE, "password.min_score", format!("must be 0 to {MAX_SCORE}"));
        faults.require(history <= MAX_HISTORY, "password.history", format!("must be 0 to {MAX_HISTORY}"));
        for (key, words) in [("forbidden_words", &self.forbidden_words), ("banned_words", &self.banned_words)] {
            for (index, word) in words.iter().enumerate() {
                faults.require(
                    (MIN_CONTEXT_LENGTH..=64).contains(&word.trim().chars().count()),
                    &format!("password.{key}[{index}]"),
                    "must have 4 to 64 characters: shorter ones occur by chance",
                );
            }
        }
        let name = organisation.name.trim();
        if name.chars().count() >= MIN_CONTEXT_LENGTH && !self.forbidden_words.iter().any(|word| word.trim() == name) {
            self.forbidden_words.insert(0, name.to_owned());
        }
    }

    /// The rules that a browser may be sent, without the person's own names.
    pub fn policy(&self) -> PasswordPolicy {
        let checks = [
            (self.common, ServerCheck::Common),
            (self.points() > 0, ServerCheck::Banned),
            (self.breached.kind != BreachedKind::Off, ServerCheck::Breached),
            (self.history() > 0, ServerCheck::History),
        ];
        PasswordPolicy {
            min_length: self.min_length.unwrap_or(15),
            max_length: self.max_length.unwrap_or(256),
            min_classes: self.min_classes.unwrap_or_default(),
            min_different: self.points(),
            min_score: self.min_score,
            forbid_user_id: self.forbid_user_id,
            forbidden_words: self.forbidden_words.clone(),
            server_checks: checks.into_iter().filter_map(|(is_on, check)| is_on.then_some(check)).collect(),
        }
    }

    /// Minimum number of points of a password; 0 for none.
    pub fn points(&self) -> u8 {
        self.min_points.unwrap_or_default()
    }

    /// Number of an account's last passwords that are refused.
    pub fn history(&self) -> u8 {
        self.history.unwrap_or_default()
    }

    /// The words that points are counted by.
    pub fn banned(&self) -> Banned {
        if self.points() == 0 {
            return Banned::default();
        }
        // "Northwind Traders" is refused as a whole; either word alone is a point.
        let parts = self.forbidden_words.iter().flat_map(|word| word.split_whitespace());
        let banned = self.banned_words.iter().map(String::as_str).chain(parts);
        Banned::new(banned.chain(common_passwords::most_used(MOST_USED)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, gates: u8) -> (PasswordConfig, String) {
        let mut config: PasswordConfig = toml::from_str(text).expect("reads");
        let mut faults = Faults::default();
        let organisation = OrganisationConfig { name: "Contoso".into(), ..OrganisationConfig::default() };
        let gates = GatesConfig { required: gates, ..GatesConfig::default() };
        config.check(Path::new("/etc/regain"), &organisation, &gates, &mut faults);
        (config, faults.to_string())
    }

    #[test]
    fn nist_is_the_default_and_shorter_where_two_proofs_are_always_needed() {
        for (gates, min_length) in [(1, 15), (2, 8)] {
            let (config, faults) = read("", gates);
            assert_eq!(faults, "");
            let expected = PasswordPolicy {
                forbidden_words: vec!["Contoso".into()],
                server_checks: vec![ServerCheck::Common],
                ..regain_policy::nist(min_length)
            };
            assert_eq!((config.policy(), config.history()), (expected, 0));
        }
        assert_eq!(read("min_length = 12", 2).0.policy().min_length, 12);
    }

    #[test]
    fn entra_is_entras_and_every_rule_can_be_another() {
        let (config, faults) = read("preset = \"entra\"", 1);
        assert_eq!(faults, "");
        let expected = PasswordPolicy {
            forbidden_words: vec!["Contoso".into()],
            server_checks: vec![ServerCheck::Common, ServerCheck::Banned, ServerCheck::History],
            ..regain_policy::entra()
        };
        assert_eq!((config.policy(), config.history()), (expected, 1));
        let text = "preset = \"entra\"\nmin_length = 10\nmax_length = 64\nmin_classes = 2\nmin_points = 0\nhistory = 0\nmin_score = 3
            forbid_user_id = false\nforbid_names = false\ncommon = false\nforbidden_words = [\"Widget\"]";
        let (config, faults) = read(text, 1);
        assert_eq!(faults, "");
        let expected = PasswordPolicy {
            min_length: 10,
            max_length: 64,
            min_classes: 2,
            min_score: 3,
            forbidden_words: vec!["Contoso".into(), "Widget".into()],
            ..PasswordPolicy::default()
        };
        assert_eq!(config.policy(), expected);
        assert!(!config.forbid_names);
    }

    #[test]
    fn banned_words_bring_the_score_along_and_are_not_in_the_policy() {
        let (config, faults) = read("banned_words = [\"Tailspin\"]", 1);
        assert_eq!((faults.as_str(), config.points()), ("", 5));
        assert!(!format!("{:?}", config.policy()).to_lowercase().contains("tailspin"));
        assert!(!config.banned().passes("T@ilspinT@ilspin", 5) && !config.banned().passes("password tailspin", 5));
        assert!(config.banned().passes("a river that runs north", 5));
    }

    #[test]
    fn each_word_of_a_forbidden_name_is_a_point() {
        let name = "forbidden_words = [\"Northwind Traders\"]";
        let (entra, faults) = read(&format!("preset = \"entra\"\n{name}"), 1);
        assert_eq!(faults, "");
        for made_of_it in ["Northw1nd!", "Traders2026", "Northwind-Trader"] {
            assert!(!entra.banned().passes(made_of_it, 5), "{made_of_it}");
        }
        assert!(entra.banned().passes("Northwind otter 7", 5));
        assert!(read(name, 1).0.banned().passes("Northw1nd!", 0), "there are no points");
    }

    #[test]
    fn every_fault_is_named_by_its_key() {
        let text = "min_length = 7\nmax_length = 63\nmin_classes = 5\nmin_points = 16\nhistory = 25\nmin_score = 5
            forbidden_words = [\"fine\", \"abc\"]\nbanned_words = [\"   a   \"]";
        let (_, faults) = read(text, 1);
        for key in [
            "min_length: ",
            "max_length: ",
            "min_classes: ",
            "min_points: ",
            "min_score: ",
            "history: ",
            "forbidden_words[1]: ",
            "banned_words[0]: ",
        ] {
            assert!(faults.lines().any(|fault| fault.starts_with(&format!("password.{key}"))), "no {key} in {faults}");
        }
        assert_eq!(faults.lines().count(), 8, "{faults}");
        let (_, faults) = read("banned_words = [\"Tailspin\"]\nmin_points = 0", 1);
        assert!(faults.starts_with("password.banned_words: "), "{faults}");
    }

    #[test]
    fn a_short_name_of_an_organisation_is_no_rule() {
        let mut config = PasswordConfig::default();
        let organisation = OrganisationConfig { name: "ACM".into(), ..OrganisationConfig::default() };
        config.check(Path::new("/"), &organisation, &GatesConfig::default(), &mut Faults::default());
        assert!(config.policy().forbidden_words.is_empty());
    }
}
