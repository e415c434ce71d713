//! The organisation's decisions: one TOML file, checked at start.
//!
//! Every key has a default that suits most, except the few that nobody can guess
//! (`organisation.name`, `server.key_file`, `server.public_url`, `mail.*`). A file with mistakes is
//! refused with a list of all of them, each beginning with the key at fault, such as
//! `password.min_length: …`. Durations carry their unit in the key's name: `lifetime_s`.
//! Relative paths count from the folder of the file.

mod address;
mod assertions;
mod breached;
mod captcha;
mod contact;
mod directory;
mod faults;
#[cfg_attr(target_family = "wasm", path = "no_key_file.rs")]
mod key_file;
mod limits;
mod mail;
mod methods;
mod organisation;
mod password;
mod phone;
mod proxies;
mod rules;
mod secret_file;
mod security_info;
mod server;
#[cfg(not(target_family = "wasm"))]
mod store;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

pub use address::{NotAPage, PageAddress};
pub use assertions::AssertionsConfig;
pub use breached::{BreachedConfig, BreachedKind, OnFailure};
pub use captcha::{CaptchaConfig, CaptchaKind};
pub use contact::{ContactConfig, ContactKind};
pub use directory::{DirectoryConfig, DirectoryKind};
pub use faults::Faults;
pub(crate) use faults::is_mail_address;
use faults::{host_of, is_host, is_loopback, rebase};
pub use limits::{CodesConfig, FlowsConfig, LimitsConfig};
pub use mail::{MailConfig, MailKind, MailTls};
pub use methods::{GatesConfig, MethodsConfig, QuestionsConfig};
pub use organisation::{AccountTypeConfig, HelpConfig, OrganisationConfig};
pub use password::{PasswordConfig, PasswordPreset};
pub use phone::{PhoneConfig, PhoneKind};
pub use proxies::TrustedProxies;
use secret_file::{read_secret, warn_if_open};
pub use security_info::SecurityInfoConfig;
pub use server::{KeyError, LogFormat, ProxyHeader, ServerConfig};
#[cfg(not(target_family = "wasm"))]
pub use store::StoreConfig;

pub use crate::assertion::AssertionAlgorithm;

/// The whole configuration, checked.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `[server]`: addresses, the server key, proxies, origins.
    pub server: ServerConfig,
    /// `[store]`: where flows live.
    #[cfg(not(target_family = "wasm"))]
    pub store: StoreConfig,
    /// `[directory]`: where accounts live.
    pub directory: DirectoryConfig,
    /// `[organisation]`: who this is for.
    pub organisation: OrganisationConfig,
    /// `[flows]`: what is on offer.
    pub flows: FlowsConfig,
    /// `[methods]`: which ways to prove who one is are on.
    pub methods: MethodsConfig,
    /// `[questions]`: the security questions.
    pub questions: QuestionsConfig,
    /// `[gates]`: how many proofs it takes.
    pub gates: GatesConfig,
    /// `[security_info]`: how much of it people are asked for.
    pub security_info: SecurityInfoConfig,
    /// `[assertions]`: whose word counts that somebody is signed in.
    pub assertions: AssertionsConfig,
    /// `[contact]`: how the administrators are reached.
    pub contact: ContactConfig,
    /// `[codes]`: how codes behave.
    pub codes: CodesConfig,
    /// `[limits]`: throttles.
    pub limits: LimitsConfig,
    /// `[captcha]`: what tells people from programs.
    pub captcha: CaptchaConfig,
    /// `[password]`: the rules for new passwords.
    pub password: PasswordConfig,
    /// `[mail]`: how mail leaves.
    pub mail: MailConfig,
    /// `[phone]`: how text messages and calls leave.
    pub phone: PhoneConfig,
    /// Warnings about settings that can be used and are hardly meant, each beginning with its key; for the log and `--check`.
    pub warnings: Vec<String>,
}

/// Ports that the program around the server opens by itself, so that the file names no adapter for them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Supplied {
    /// The port that carries mail.
    pub mail: bool,
    /// The port that carries text messages and calls.
    pub phone: bool,
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {source}. Give the path of a readable file with --config.")]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("the configuration is not TOML: line {line}: {message}")]
    NotToml {
        /// The line, from 1.
        line: usize,
        /// The fault.
        message: String,
    },
    /// Keys are at fault.
    #[error("the configuration cannot be used:\n{0}")]
    Keys(Faults),
}

impl Config {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let table = parse_table(&read_file(path)?)?;
        Self::from_table(table, folder_of(path), Supplied::default(), Faults::default())
    }

    /// Reads and checks a text; relative paths count from `base`.
    pub fn parse(text: &str, base: &Path) -> Result<Self, ConfigError> {
        Self::from_table(parse_table(text)?, base, Supplied::default(), Faults::default())
    }

    /// Checks the sections of a file, for a program that composes the server with ports of its own. `faults` are
    /// those that it found in sections that are not the server's.
    pub fn from_table(
        mut table: toml::Table,
        base: &Path,
        supplied: Supplied,
        mut faults: Faults,
    ) -> Result<Self, ConfigError> {
        refuse_demo(&mut table, &mut faults);
        let mut config = Self {
            server: section(&mut table, "server", &mut faults),
            #[cfg(not(target_family = "wasm"))]
            store: section(&mut table, "store", &mut faults),
            directory: section(&mut table, "directory", &mut faults),
            organisation: section(&mut table, "organisation", &mut faults),
            flows: section(&mut table, "flows", &mut faults),
            methods: section(&mut table, "methods", &mut faults),
            questions: section(&mut table, "questions", &mut faults),
            gates: section(&mut table, "gates", &mut faults),
            security_info: section(&mut table, "security_info", &mut faults),
            assertions: section(&mut table, "assertions", &mut faults),
            contact: section(&mut table, "contact", &mut faults),
            codes: section(&mut table, "codes", &mut faults),
            limits: section(&mut table, "limits", &mut faults),
            captcha: section(&mut table, "captcha", &mut faults),
            password: section(&mut table, "password", &mut faults),
            mail: section(&mut table, "mail", &mut faults),
            phone: section(&mut table, "phone", &mut faults),
            warnings: Vec::new(),
        };
        if supplied.mail {
            config.mail.kind = MailKind::Supplied;
        }
        if supplied.phone {
            config.phone.kind = PhoneKind::Supplied;
        }
        for key in table.keys() {
            faults.add(key, "there is no such section");
        }
        config.server.check(base, &mut faults);
        #[cfg(not(target_family = "wasm"))]
        config.store.check(base, &config.server, &mut faults);
        config.directory.check(base, &mut faults);
        config.organisation.check(&config.server.public_url, &mut faults);
        config.flows.check(&mut faults);
        config.methods.check(&config.phone, &mut faults);
        config.questions.check(&mut faults);
        config.gates.check(&config.methods, &mut faults);
        config.security_info.check(&config.gates, &mut faults);
        config.assertions.check(base, &mut faults);
        let needs_contact =
            config.gates.most() > 1 || config.flows.change_gates > 0 || !config.organisation.self_service;
        config.contact.check(&config.organisation, needs_contact, &mut faults);
        config.codes.check(&config.flows, &mut faults);
        config.limits.check(&mut faults);
        config.captcha.check(base, &mut faults);
        config.password.check(base, &config.organisation, &config.gates, &mut faults);
        config.mail.check(base, &config.organisation, &config.server, &mut faults);
        config.phone.check(base, &config.server, &mut faults);
        if !faults.faults.is_empty() {
            return Err(ConfigError::Keys(faults));
        }
        config.warnings = faults.warnings().to_vec();
        Ok(config)
    }
}

/// Reads a file's text.
pub fn read_file(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })
}

/// The folder that a file's relative paths count from.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// Parses a text into its sections.
pub fn parse_table(text: &str) -> Result<toml::Table, ConfigError> {
    // The parser's own message would quote the line, and the line may hold a password.
    text.parse().map_err(|error: toml::de::Error| ConfigError::NotToml {
        line: error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1),
        message: error.message().to_owned(),
    })
}

/// Refuses what only `regain-demo` takes, by a message that names it.
fn refuse_demo(table: &mut toml::Table, faults: &mut Faults) {
    let advice = "is for the demonstration: run regain-demo with this file";
    if table.remove("demo").is_some() {
        faults.add("demo", format!("this section {advice}, or remove it"));
    }
    for (name, what) in [("mail", "shows every mail on a page"), ("phone", "lets anyone read texts and answer calls")] {
        let Some(toml::Value::Table(keys)) = table.get_mut(name) else { continue };
        if keys.get("kind").and_then(toml::Value::as_str) == Some("outbox") {
            keys.remove("kind");
            faults.add(&format!("{name}.kind"), format!("outbox {what}, and {advice}"));
        }
    }
}

/// Takes one section out of the file. Each key at fault is noted and left out, so that one look at
/// the list is enough.
pub fn section<T: DeserializeOwned + Default>(table: &mut toml::Table, name: &str, faults: &mut Faults) -> T {
    let Some(value) = table.remove(name) else { return T::default() };
    let toml::Value::Table(mut keys) = value else {
        faults.add(name, format!("must be a section, [{name}]"));
        return T::default();
    };
    loop {
        match serde_path_to_error::deserialize(toml::Value::Table(keys.clone())) {
            Ok(section) => return section,
            Err(error) => {
                let path = error.path().to_string();
                let top: String = path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                // Serde's message about a wrong type quotes the value.
                let last = path.rsplit('.').next().unwrap_or_default();
                let message = if [top.as_str(), last].iter().any(|key| SECRET.contains(key)) {
                    "must be a text".to_owned()
                } else {
                    error.inner().message().to_owned()
                };
                faults.add(&format!("{name}.{path}"), message);
                if keys.remove(&top).is_none() {
                    return T::default();
                }
            }
        }
    }
}

/// The keys whose values are secret.
const SECRET: [&str; 5] = ["key", "password", "auth_token", "secret", "url"];

#[cfg(test)]
mod tests;
