//! What the organisation decided, as far as it decides about steps.

use jiff::SignedDuration;
use regain_protocol::{Contact, FlowKind};

use super::judge::PasswordRules;
use crate::config::{
    CaptchaConfig, CodesConfig, Config, GatesConfig, LimitsConfig, MethodsConfig, QuestionsConfig, SecurityInfoConfig,
};

/// What the organisation decided, as far as it decides about steps.
#[derive(Debug, Clone)]
pub struct Rules {
    pub(super) kinds: Vec<FlowKind>,
    pub(super) lifetime: SignedDuration,
    pub(super) self_service: bool,
    pub(super) methods: MethodsConfig,
    pub(super) questions: QuestionsConfig,
    pub(super) gates: GatesConfig,
    pub(super) security_info: SecurityInfoConfig,
    pub(super) contact: Option<Contact>,
    pub(super) administrators: Vec<String>,
    pub(super) codes: CodesConfig,
    pub(super) limits: LimitsConfig,
    pub(super) captcha: CaptchaConfig,
    pub(super) public_url: String,
    /// The organisation's name.
    pub(super) organisation: String,
    pub(super) password: PasswordRules,
    pub(super) continue_url: Option<String>,
    /// Whether another program is told to end sessions.
    pub(super) ends_sessions: bool,
    pub(super) locales: Vec<String>,
    pub(super) recovery_domains: Vec<String>,
    /// The calling codes that phones are texted and called under.
    pub(super) countries: Vec<String>,
}

impl Rules {
    /// Takes them out of the configuration.
    pub fn new(config: &Config) -> Self {
        Self {
            kinds: config.flows.kinds(),
            lifetime: config.flows.lifetime(),
            self_service: config.organisation.self_service,
            methods: config.methods.clone(),
            questions: config.questions.clone(),
            gates: config.gates.clone(),
            security_info: config.security_info.clone(),
            contact: config.contact.contact(),
            administrators: config.organisation.administrators.clone(),
            codes: config.codes.clone(),
            limits: config.limits.clone(),
            captcha: config.captcha.clone(),
            public_url: config.server.public_url.clone(),
            organisation: config.organisation.name.clone(),
            password: PasswordRules::new(&config.password),
            continue_url: config.organisation.continue_url.clone(),
            ends_sessions: config.directory.sessions_hook.is_some(),
            locales: config.organisation.locales.clone(),
            recovery_domains: config.organisation.recovery_domains.clone(),
            countries: config.phone.countries.clone(),
        }
    }
}
