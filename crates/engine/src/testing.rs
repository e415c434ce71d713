//! Fixtures of the tests: an organisation by the defaults of the documented configuration, an engine, a person.

use std::{
    collections::BTreeMap,
    sync::{
        LazyLock,
        atomic::{AtomicU8, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};
use regain_keys::Keys;
use regain_policy::{Banned, nist};
use regain_ports::{Abilities, DirectoryRules, Rng};
use regain_protocol::{Contact, FlowKind, Secret};
use regain_values::{Countries, FlowId};

use crate::{
    CaptchaRules, CodeRules, Context, Engine, GateRules, KnownAccount, Limits, MethodRules, PasswordRules,
    ProvedPerson, QuestionRules, Rules, SecurityInfo, SecurityInfoRules,
};

/// The time at which the tests' flows begin.
pub(crate) const FLOW_BEGINS: Timestamp = Timestamp::constant(1_795_442_400, 0);

/// Bytes that are the same each time, and others at each call.
#[derive(Default)]
pub(crate) struct Sequence(AtomicU8);

impl Rng for Sequence {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

/// An engine by these rules.
pub(crate) fn engine(rules: Rules) -> Engine {
    Engine::new(Keys::derive(&Secret::new(vec![3; 32])), rules)
}

/// The circumstances of a decision about a flow.
pub(crate) fn context(kind: FlowKind, now: Timestamp, rng: &dyn Rng) -> Context<'_> {
    let expires_at = FLOW_BEGINS + SignedDuration::from_mins(15);
    Context { flow_id: flow_id(), kind, expires_at, now, rng, client: None }
}

/// The id of every flow of the tests.
pub(crate) fn flow_id() -> &'static FlowId {
    static FLOW_ID: LazyLock<FlowId> = LazyLock::new(|| "flow".into());
    &FLOW_ID
}

/// A person whose identity is proved, and who has registered nothing.
pub(crate) fn person() -> ProvedPerson {
    ProvedPerson {
        user_id: "ada".parse().expect("a user ID"),
        account_key: "key of ada".into(),
        account: KnownAccount {
            id: "id of ada".into(),
            user_id: "ada".parse().expect("a user ID"),
            display_name: "Ada Lovelace".into(),
            first_password: false,
            locked: false,
            gates: 1,
            info: SecurityInfo::default(),
            notices: Vec::new(),
            password_rules: DirectoryRules::NONE,
        },
        proved: Vec::new(),
        changed: false,
    }
}

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
        gates: GateRules { required: 1, change: 0, groups: BTreeMap::new() },
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
        countries: Countries::parse(["+1"]).expect("a country"),
        texts: false,
        abilities: Abilities::ALL,
    }
}
