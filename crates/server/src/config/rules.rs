//! The configuration as the engine has it.

use jiff::SignedDuration;
use regain_protocol::{FlowKind, ServerCheck};

use super::{BreachedKind, CaptchaKind, Config, OnFailure, PasswordConfig};
use crate::{
    engine::{
        BreachedRule, CaptchaRules, CodeRules, GateRules, Limits, MethodRules, PasswordRules, QuestionRules, Rules,
        SecurityInfoRules,
    },
    languages,
    ports::Abilities,
};

impl Config {
    /// The decisions that the engine decides by, over a directory with these abilities.
    pub fn rules(&self, abilities: Abilities) -> Rules {
        Rules {
            kinds: self.kinds(abilities),
            lifetime: self.flows.lifetime(),
            self_service: self.organisation.self_service,
            methods: MethodRules {
                email: self.methods.email,
                sms: self.methods.sms,
                call_mobile: self.methods.call_mobile,
                call_office: self.methods.call_office,
                questions: self.methods.questions,
                authenticator: self.methods.authenticator,
                recovery_codes: self.methods.recovery_codes,
                confirm_destination: self.methods.confirm_destination,
            },
            questions: QuestionRules {
                to_answer: self.questions.to_answer,
                to_register: self.questions.to_register,
                own_words: self.questions.own_words,
                own: self.questions.own.clone(),
                predefined: languages::question,
            },
            gates: GateRules {
                required: self.gates.required,
                change: self.flows.change_gates,
                groups: self.gates.groups.clone(),
            },
            security_info: SecurityInfoRules {
                required: self.security_info.required(),
                reconfirm_after: self.security_info.reconfirm_after(),
            },
            contact: self.contact.contact(),
            administrators: self.organisation.administrators.clone(),
            codes: CodeRules {
                lifetime: self.codes.lifetime(),
                tries: self.codes.tries,
                resends: self.codes.resends,
                resend_after: self.codes.resend_after(),
                tries_per_day: self.codes.tries_per_day,
            },
            limits: Limits {
                flows_per_client: self.limits.flows_per_client,
                identifications_per_account: self.limits.identifications_per_account,
                wrong_passwords_per_account: self.limits.wrong_passwords_per_account,
                messages_per_destination: self.limits.messages_per_destination,
                messages_per_hour: self.limits.messages_per_hour,
                phone_per_hour: self.limits.phone_per_hour,
                requests_per_hour: self.limits.requests_per_hour,
            },
            captcha: self.captcha_rules(),
            public_url: self.server.public_url.clone(),
            organisation: self.organisation.name.clone(),
            password: password_rules(&self.password, abilities),
            continue_url: self.organisation.continue_url.as_ref().map(ToString::to_string),
            ends_sessions: self.directory.sessions_hook.is_some(),
            locales: self.organisation.locales.clone(),
            recovery_domains: self.organisation.recovery_domains.clone(),
            countries: self.phone.countries(),
            texts: self.phone.is_on(),
            abilities,
        }
    }

    /// The kinds of flow that are on and that the directory is able to carry out. Who cannot sign in can still
    /// register by the word of the host page's back end; a change needs the current password compared.
    fn kinds(&self, abilities: Abilities) -> Vec<FlowKind> {
        let mut kinds = self.flows.kinds();
        kinds.retain(|kind| match kind {
            FlowKind::Reset => true,
            FlowKind::Unlock => abilities.unlock,
            FlowKind::Change => abilities.sign_in,
            FlowKind::Register => abilities.sign_in || self.assertions.key.is_some(),
        });
        kinds
    }

    fn captcha_rules(&self) -> CaptchaRules {
        let captcha = &self.captcha;
        let lifetime: SignedDuration = captcha.lifetime();
        match captcha.kind {
            CaptchaKind::Off => CaptchaRules::Off,
            CaptchaKind::ProofOfWork => CaptchaRules::ProofOfWork { max_number: captcha.max_number, lifetime },
            CaptchaKind::Image => CaptchaRules::Image { lifetime },
            CaptchaKind::Turnstile => CaptchaRules::Turnstile(captcha.site_key.clone()),
            CaptchaKind::Hcaptcha => CaptchaRules::Hcaptcha(captcha.site_key.clone()),
        }
    }
}

fn password_rules(config: &PasswordConfig, abilities: Abilities) -> PasswordRules {
    let history = config.history() > 0 && abilities.remembers;
    let mut policy = config.policy();
    // A rule that nobody can check is not announced. A directory may still refuse a former password when one is set.
    policy.server_checks.retain(|check| history || *check != ServerCheck::History);
    PasswordRules {
        policy,
        forbid_names: config.forbid_names,
        banned: config.banned(),
        points: config.points(),
        common: config.common,
        breached: (config.breached.kind != BreachedKind::Off).then_some(BreachedRule {
            min_count: config.breached.min_count,
            accept_unknown: config.breached.on_failure == OnFailure::Accept,
        }),
        history,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use regain_ports::DirectoryRules;
    use regain_protocol::{PasswordPolicy, Violation};

    use super::*;
    use crate::{
        engine::{GuessableRule, KnownAccount, SecurityInfo},
        password_form,
    };

    fn rules(password: &str) -> PasswordRules {
        let text = format!(
            "[server]\nkey = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"\n[organisation]\nname = \"Contoso\"
            [mail]\nhost = \"localhost\"\nfrom = \"help@example.com\"\n[password]\n{password}"
        );
        Config::parse(&text, Path::new("/")).expect("a configuration").rules(Abilities::ALL).password
    }

    fn account(user_id: &str, display_name: &str) -> KnownAccount {
        KnownAccount {
            id: "1".into(),
            user_id: regain_values::UserId::of_directory(user_id.to_owned()),
            display_name: display_name.into(),
            first_password: false,
            locked: false,
            gates: 1,
            info: SecurityInfo::default(),
            notices: Vec::new(),
            password_rules: DirectoryRules::NONE,
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

    /// The stricter of both is asked for, whoever it is from.
    #[test]
    fn the_directorys_rules_are_asked_for_too() {
        let (rules, ada) = (rules("preset = \"nist\""), account("ada@example.com", "Ada Lovelace"));
        let strict = DirectoryRules { min_length: 40, min_classes: 3, forbid_names: true };
        let policy = rules.policy(&KnownAccount { password_rules: strict, ..ada.clone() });
        assert_eq!((policy.min_length, policy.min_classes, policy.forbid_user_id), (40, 3, true));
        assert!(policy.forbidden_words.contains(&"Lovelace".to_owned()), "{policy:?}");
        let lax = DirectoryRules { min_length: 1, ..DirectoryRules::NONE };
        assert_eq!(rules.policy(&KnownAccount { password_rules: lax, ..ada.clone() }), rules.policy(&ada));
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
