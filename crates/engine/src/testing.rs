//! The rules of an organisation for the tests: the defaults of the documented configuration.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use regain_policy::{Banned, nist};
use regain_ports::Abilities;
use regain_protocol::{Contact, FlowKind};

use crate::{
    CaptchaRules, CodeRules, GateRules, Limits, MethodRules, PasswordRules, QuestionRules, Rules, SecurityInfoRules,
};

/// Every method but the questions and the phone is on; there is no challenge.
pub(crate) fn rules() -> Rules {
    Rules {
        kinds: vec![FlowKind::Reset, FlowKind::Unlock, FlowKind::Change, FlowKind::Register],
        lifetime: SignedDuration::from_mins(15),
        self_service: true,
        methods: MethodRules {
            email: true,
            sms: false,
            call_mobile: false,
            call_office: false,
            questions: false,
            authenticator: true,
            recovery_codes: false,
            confirm_destination: false,
        },
        questions: QuestionRules {
            to_answer: 3,
            to_register: 5,
            own_words: true,
            own: Vec::new(),
            predefined: |id, _| regain_values::questions::PREDEFINED.into_iter().find(|predefined| *predefined == id),
        },
        gates: GateRules { required: 1, groups: BTreeMap::new() },
        security_info: SecurityInfoRules { required: 1, reconfirm_after: Some(SignedDuration::from_hours(24 * 180)) },
        contact: Some(Contact::Form {}),
        administrators: vec!["admin@example.com".into()],
        codes: CodeRules {
            lifetime: SignedDuration::from_mins(10),
            tries: 5,
            resends: 3,
            resend_after: SignedDuration::from_secs(30),
            tries_per_day: 20,
        },
        limits: Limits {
            flows_per_client: 300,
            identifications_per_account: 20,
            wrong_passwords_per_account: 8,
            messages_per_destination: 10,
            messages_per_hour: 10_000,
            phone_per_hour: 500,
            phone_per_prefix: 30,
            requests_per_hour: 3,
        },
        captcha: CaptchaRules::Off,
        public_url: "http://127.0.0.1:8080".into(),
        organisation: "Contoso".into(),
        password: PasswordRules {
            policy: nist(15),
            forbid_names: true,
            banned: Banned::default(),
            points: 0,
            common: true,
            breached: None,
            history: false,
        },
        continue_url: None,
        ends_sessions: false,
        locales: vec!["en".into()],
        recovery_domains: Vec::new(),
        countries: vec!["+1".into()],
        abilities: Abilities::ALL,
    }
}
