//! How a new password is judged by what needs nobody to be asked.

use regain_policy::Banned;
use regain_protocol::{PasswordPolicy, Secret, Violation};

use super::state::KnownAccount;
use crate::{
    common_passwords,
    config::{BreachedKind, OnFailure, PasswordConfig},
    password_form,
};

/// What others have to be asked about a new password.
#[derive(Debug, Clone)]
pub struct PasswordCheck<'a> {
    /// The password, as typed.
    pub password: &'a Secret<String>,
    /// The directory's name for the account.
    pub account_id: String,
    /// Whether it is guessed too easily, where that is a rule.
    pub guessable: Option<GuessableRule>,
    /// Whether it was breached, where that is a rule.
    pub breached: Option<BreachedRule>,
    /// Whether the account had it before.
    pub history: bool,
}

/// When a password is guessed too easily.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuessableRule {
    /// The lowest score that is taken.
    pub min: u8,
    /// What a guesser knows: the user ID, and the words that the browser was sent, so that it comes to the
    /// same score.
    pub inputs: Vec<String>,
}

/// When a breached password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreachedRule {
    /// How often it must have been seen.
    pub min_count: u32,
    /// What becomes of it where nobody knows.
    pub on_failure: OnFailure,
}

/// The organisation's rules for new passwords.
#[derive(Debug, Clone)]
pub(super) struct PasswordRules {
    /// What a browser is told of them, but for the person's own names.
    policy: PasswordPolicy,
    forbid_names: bool,
    banned: Banned,
    points: u8,
    common: bool,
    breached: Option<BreachedRule>,
    history: bool,
}

impl PasswordRules {
    pub(super) fn new(config: &PasswordConfig) -> Self {
        Self {
            policy: config.policy(),
            forbid_names: config.forbid_names,
            banned: config.banned(),
            points: config.points(),
            common: config.common,
            breached: (config.breached.kind != BreachedKind::Off).then_some(BreachedRule {
                min_count: config.breached.min_count,
                on_failure: config.breached.on_failure,
            }),
            history: config.history() > 0,
        }
    }

    /// The rules for this person: the organisation's, and their own names.
    pub(super) fn policy(&self, account: &KnownAccount) -> PasswordPolicy {
        let mut policy = self.policy.clone();
        let names = account.display_name.split(|c: char| !c.is_alphanumeric()).filter(|_| self.forbid_names);
        for name in names.filter(|name| name.chars().count() >= regain_policy::MIN_CONTEXT_LENGTH) {
            if !policy.forbidden_words.iter().any(|word| word.eq_ignore_ascii_case(name)) {
                policy.forbidden_words.push(name.to_owned());
            }
        }
        policy
    }

    /// The rules that the password breaks: as it was typed, which is what the browser judged, and as it
    /// will be kept. Composed in another way it may be shorter, or hide a name.
    pub(super) fn broken(&self, account: &KnownAccount, password: &Secret<String>) -> Vec<Violation> {
        let policy = self.policy(account);
        let kept = password_form::normalise(password);
        let mut broken = regain_policy::violations(&policy, &account.user_id, password.expose());
        if broken.is_empty() {
            broken = regain_policy::violations(&policy, &account.user_id, kept.expose());
        }
        // The rest is not worth the time for a text of any length.
        if broken.iter().any(|rule| matches!(rule, Violation::TooLong { .. })) {
            return broken;
        }
        // With too few different characters there are too few points whatever is banned.
        let is_said = broken.iter().any(|rule| matches!(rule, Violation::TooFewDifferent { .. }));
        if !is_said && !self.banned.passes(kept.expose(), self.points) {
            broken.push(Violation::ContainsBannedWord {});
        }
        if self.common && common_passwords::is_common(kept.expose()) {
            broken.push(Violation::Common {});
        }
        broken
    }

    /// What others have to be asked about a password: nothing where there is no such rule, or where it is
    /// refused without them.
    pub(super) fn check<'a>(
        &self,
        account: &KnownAccount,
        password: &'a Secret<String>,
        is_a_change: bool,
    ) -> Option<PasswordCheck<'a>> {
        // Who changes a password wants another.
        let (breached, history) = (self.breached, self.history || is_a_change);
        let min = self.policy.min_score;
        let is_asked_about = min > 0 || breached.is_some() || history;
        if !is_asked_about || !self.broken(account, password).is_empty() {
            return None;
        }
        let inputs = || [vec![account.user_id.clone()], self.policy(account).forbidden_words].concat();
        let guessable = (min > 0).then(|| GuessableRule { min, inputs: inputs() });
        Some(PasswordCheck { password, account_id: account.id.clone(), guessable, breached, history })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use regain_protocol::ServerCheck;

    use super::{super::registered::SecurityInfo, *};
    use crate::config::Config;

    fn rules(password: &str) -> PasswordRules {
        let text = format!(
            "[server]\nkey = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"\n[organisation]\nname = \"Contoso\"
            [mail]\nhost = \"localhost\"\nfrom = \"help@example.com\"\n[password]\n{password}"
        );
        PasswordRules::new(&Config::parse(&text, Path::new("/")).expect("a configuration").password)
    }

    fn account(user_id: &str, display_name: &str) -> KnownAccount {
        KnownAccount {
            id: "1".into(),
            user_id: user_id.into(),
            display_name: display_name.into(),
            first_password: false,
            locked: false,
            gates: 1,
            info: SecurityInfo::default(),
        }
    }

    #[test]
    fn what_keeps_the_other_rules_is_scored_by_what_the_browser_knows() {
        let ada = account("ada@example.com", "Ada Lovelace");
        let (weak, short) = ("correct correct".into(), "too short".into());
        assert!(rules("").check(&ada, &weak, false).is_none(), "there is no rule");
        let rules = rules("min_score = 3\nforbidden_words = [\"Widget\"]");
        let guessable = rules.check(&ada, &weak, false).and_then(|check| check.guessable).expect("a rule");
        let inputs = ["ada@example.com", "Contoso", "Widget", "Lovelace"].map(str::to_owned).into();
        assert_eq!(guessable, GuessableRule { min: 3, inputs });
        assert_eq!(rules.policy(&ada).min_score, 3);
        assert!(rules.check(&ada, &short, false).is_none(), "it is refused without");
    }

    const ENTRA: &str = "preset = \"entra\"\nbanned_words = [\"Blank\", \"Contoso\"]\nforbidden_words = [\"Widget\"]";

    #[test]
    fn what_only_the_server_knows_is_refused_by_name_of_the_rule() {
        let ada = account("ada@example.com", "Ada Lovelace");
        let broken = |rules: &PasswordRules, password: &str| rules.broken(&ada, &password.into());
        let nist = rules("");
        assert_eq!(broken(&nist, "1q2w3e4r5t6y7u8i"), [Violation::Common {}]);
        assert_eq!(broken(&nist, "password"), [Violation::TooShort { min: 15 }, Violation::Common {}]);
        assert_eq!(broken(&rules("common = false"), "1q2w3e4r5t6y7u8i"), []);
        // Microsoft's examples, where neither is a word that people are shown.
        let entra = rules(&ENTRA.replace("Contoso", "Tailspin"));
        assert_eq!(broken(&entra, "T@ilspinBlank12"), [Violation::ContainsBannedWord {}]);
        assert_eq!(broken(&entra, "Tailsp1nBl@nkf9!"), []);
        assert_eq!(broken(&entra, "Aa1Aa1Aa1")[0], Violation::TooFewDifferent { min: 5 });
        assert_eq!(broken(&entra, &"Tailspin1!".repeat(500)), [Violation::TooLong { max: 256 }]);
    }

    #[test]
    fn a_password_is_judged_as_it_will_be_kept_too() {
        let bob = account("bob@example.com", "Bj\u{f6}rnson");
        let rules = rules("");
        let hidden = "my bjo\u{308}rnson is so long";
        let name = Violation::ContainsForbiddenWord { word: "Bj\u{f6}rnson".into() };
        assert_eq!(rules.broken(&bob, &hidden.into()), [name]);
        let shorter = "e\u{301}".repeat(8);
        assert_eq!(rules.broken(&bob, &shorter.as_str().into())[0], Violation::TooShort { min: 15 });
    }

    #[test]
    fn names_are_a_rule_of_their_own() {
        let ada = account("ada@example.com", "Ada King-Noel, Lovelace");
        assert_eq!(rules("").policy(&ada).forbidden_words, ["Contoso", "King", "Noel", "Lovelace"]);
        assert_eq!(rules("forbid_names = false").policy(&ada).forbidden_words, ["Contoso"]);
    }

    proptest! {
        /// The browser judges by what it was sent, after it has been JSON, and the two agree: what the
        /// browser refuses the server does; what only the server refuses is by a rule that it announced,
        /// or because the password was not typed as it is kept.
        #[test]
        fn browser_and_server_agree(
            config in prop::sample::select(vec!["", ENTRA, "min_length = 8\nmin_classes = 2\nforbid_user_id = false"]),
            user in "[a-z]{3,6}(@example.com)?",
            name in "\\PC{0,12}",
            password in prop_oneof![".{0,40}", "\\PC{0,300}", "[!-~]{8,20}", "(contoso|Blank|W1dget|x|9|!| ){2,12}", "(é|e\u{301}|u\u{308}|ß){5,20}"],
        ) {
            let (rules, account) = (rules(config), account(&user, &name));
            let sent = serde_json::to_string(&rules.policy(&account)).expect("writes");
            let sent: PasswordPolicy = serde_json::from_str(&sent).expect("reads");
            let browser = regain_policy::violations(&sent, &user, &password);
            let server = rules.broken(&account, &password.as_str().into());
            let is_kept_as_typed = *password_form::normalise(&password.as_str().into()).expose() == password;
            for rule in &browser {
                prop_assert!(server.contains(rule));
            }
            for rule in server.iter().filter(|rule| !browser.contains(rule)) {
                let announced = match rule {
                    Violation::Common {} => sent.server_checks.contains(&ServerCheck::Common),
                    Violation::ContainsBannedWord {} => sent.server_checks.contains(&ServerCheck::Banned),
                    _ => !is_kept_as_typed,
                };
                prop_assert!(announced, "{rule:?} for {password:?}");
            }
        }
    }
}
