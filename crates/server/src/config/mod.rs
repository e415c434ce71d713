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
mod key_file;
mod limits;
mod mail;
mod methods;
mod organisation;
mod password;
mod phone;
mod proxies;
mod rules;
mod security_info;
mod server;

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
pub use security_info::SecurityInfoConfig;
pub use server::{KeyError, LogFormat, ProxyHeader, ServerConfig, StoreConfig};

pub use crate::assertion::AssertionAlgorithm;

/// The whole configuration, checked.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `[server]`: addresses, the server key, proxies, origins.
    pub server: ServerConfig,
    /// `[store]`: where flows live.
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
        config.store.check(base);
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
        if faults.0.is_empty() { Ok(config) } else { Err(ConfigError::Keys(faults)) }
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
                // What serde says about a wrong type quotes the value.
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
mod tests {
    use super::*;

    const LEAST: &str = r#"
        [server]
        key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        [organisation]
        name = "Contoso"
        [mail]
        host = "mail.example.com"
        from = "help@example.com"
    "#;

    fn faults(text: &str) -> Vec<String> {
        match Config::parse(text, Path::new("/etc/regain")) {
            Err(ConfigError::Keys(faults)) => faults.0,
            other => panic!("expected faults, got {other:?}"),
        }
    }

    #[test]
    fn little_is_needed_and_the_defaults_are_the_documented_ones() {
        let config = Config::parse(LEAST, Path::new("/etc/regain")).expect("is fine");
        assert_eq!(config.server.public_url, "http://127.0.0.1:8080");
        assert_eq!(config.store.path, Path::new("/etc/regain/regain.db"));
        assert_eq!(config.flows.lifetime_s, 900);
        let codes = &config.codes;
        assert_eq!((codes.lifetime_s, codes.tries, codes.resends, codes.resend_after_s), (600, 5, 3, 30));
        assert_eq!(codes.tries_per_day, 20);
        let policy = config.password.policy();
        assert_eq!((policy.min_length, policy.max_length), (15, 256));
        assert_eq!(config.mail.port, 587);
        assert_eq!(config.mail.from_name, "Contoso");
    }

    #[test]
    fn a_preset_gives_the_numbers_that_are_not_given() {
        let with =
            |codes: &str| Config::parse(&format!("{LEAST}\n[codes]\n{codes}"), Path::new("/")).expect("is fine").codes;
        let codes = with("preset = 'microsoft'");
        assert_eq!((codes.lifetime_s, codes.tries_per_day, codes.tries), (300, 5, 5));
        let codes = with("preset = 'microsoft'\ntries_per_day = 7");
        assert_eq!((codes.lifetime_s, codes.tries_per_day), (300, 7));
    }

    #[test]
    fn every_fault_is_named_by_its_key() {
        let faults = faults(
            r#"
            [server]
            listen = "0.0.0.0:8080"
            key = "c2hvcnQ="
            trusted_proxies = ["10.0.0.0/8", "nonsense"]
            allowed_origins = ["https://example.com/path", "*"]
            colour = "blue"
            [organisation]
            locales = []
            [password]
            min_length = "many"
            max_length = 20
            [codes]
            tries = 0
            [mail]
            from = "nobody"
            tls = "none"
            host = "mail.example.com"
            [nonsense]
            "#,
        );
        for key in [
            "server.key: ",
            "server.public_url: ",
            "server.trusted_proxies[1]: ",
            "server.allowed_origins: ",
            "server.colour: ",
            "organisation.name: ",
            "organisation.locales: ",
            "password.min_length: ",
            "password.max_length: ",
            "codes.tries: ",
            "mail.from: ",
            "mail.tls: ",
            "nonsense: ",
        ] {
            assert!(faults.iter().any(|fault| fault.starts_with(key)), "no fault {key} in {faults:#?}");
        }
    }

    #[test]
    fn d4_where_tls_ends_before_the_server_the_file_says_whose_word_counts() {
        let with = |server: &str| LEAST.replace("[server]", &format!("[server]\n{server}"));
        let https = "public_url = \"https://recover.example.com\"";
        for listen in ["127.0.0.1:8080", "[::1]:8080", "0.0.0.0:8080"] {
            let faults = faults(&with(&format!("{https}\nlisten = \"{listen}\"")));
            assert!(faults.len() == 1 && faults[0].starts_with("server.trusted_proxies: "), "{faults:?}");
            assert!(faults[0].contains("\"none\""), "it says what to do: {faults:?}");
        }
        for proxies in ["[\"127.0.0.1\"]", "\"none\"", "[\"10.0.0.5\", \"10.1.0.0/16\"]"] {
            let text = with(&format!("{https}\ntrusted_proxies = {proxies}"));
            assert!(Config::parse(&text, Path::new("/")).is_ok(), "{proxies}");
        }
        assert!(Config::parse(&with("public_url = \"http://127.0.0.1:8080\""), Path::new("/")).is_ok());
    }

    #[test]
    fn d22_every_address_in_the_file_is_parsed_in_one_way() {
        let with = |section: &str, key: &str, address: &str| {
            let (name, _) = section.split_once(']').expect("a section");
            let line = format!("{section}\n{key} = '{address}'");
            let text = if LEAST.contains(&format!("{name}]")) {
                LEAST.replace(&format!("{name}]"), &line)
            } else {
                format!("{LEAST}\n{line}")
            };
            faults(&text).join("\n")
        };
        for (section, key) in [
            ("[organisation]", "logo"),
            ("[organisation]", "continue_url"),
            ("[organisation.help]", "url"),
            ("[contact]", "url"),
            ("[server]", "public_url"),
            ("[directory]", "sessions_hook"),
            ("[password.breached]\nkind = 'http'", "url"),
            ("[phone]\nkind = 'twilio'", "base_url"),
            ("[captcha]\nkind = 'turnstile'", "verify_url"),
            ("[[organisation.account_types]]\nid = 'x'\nlabel = 'X'", "href"),
        ] {
            for address in [
                "/\\evil.example",
                "https:\\\\evil.example/",
                "https://example.com@evil.example/",
                "https:///evil.example/",
            ] {
                let faults = with(section, key, address);
                let full = format!("{}.{key}", section.split(']').next().expect("a name").trim_start_matches('['));
                assert!(faults.contains(&full), "{full} for {address}: {faults}");
            }
        }
    }

    #[test]
    fn a9_what_names_no_language_is_refused_and_tags_are_folded() {
        let with = |locales: &str| LEAST.replace("[organisation]", &format!("[organisation]\nlocales = {locales}"));
        let config = Config::parse(&with("[\"de_DE\", \"pt-br\"]"), Path::new("/")).expect("is fine");
        assert_eq!(config.organisation.locales, ["de-DE", "pt-BR"]);
        assert!(faults(&with("[\"deutsch\"]"))[0].starts_with("organisation.locales: \"deutsch\""));
    }

    #[test]
    fn no_fault_quotes_a_secret() {
        let text = "[server]\nkey = 123456789\n[mail]\npassword = 987654321\n[assertions]\nsecret = 192837465";
        let shown = faults(text).join("\n");
        for key in ["server.key: ", "mail.password: ", "assertions.secret: "] {
            assert!(shown.contains(key), "{key} in {shown}");
        }
        assert!(!["123456789", "987654321", "192837465"].iter().any(|secret| shown.contains(secret)), "{shown}");
        let broken = Config::parse("[mail]\npassword = \"hunter2\" oops", Path::new(".")).expect_err("not TOML");
        assert!(!broken.to_string().contains("hunter2"), "{broken}");
        assert!(broken.to_string().contains("line 2"), "{broken}");
    }

    #[test]
    fn what_belongs_to_the_demonstration_is_refused_and_its_program_named() {
        let outbox = "[phone]\nkind = \"outbox\"\ncountries = [\"+1\"]\n[demo]\nenabled = true";
        let faults = faults(&format!("{}\n{outbox}", LEAST.replace("[mail]", "[mail]\nkind = \"outbox\"")));
        assert_eq!(faults.len(), 3, "{faults:#?}");
        for (fault, key) in faults.iter().zip(["demo: ", "mail.kind: ", "phone.kind: "]) {
            assert!(fault.starts_with(key) && fault.contains("regain-demo"), "{fault}");
        }
    }

    #[test]
    fn what_the_program_around_the_server_supplies_needs_no_adapter() {
        let text = LEAST.replace("host = \"mail.example.com\"", "").replace("from =", "#");
        let table = || parse_table(&format!("{text}\n[phone]\ncountries = [\"+1\"]")).expect("is TOML");
        let supplied = Supplied { mail: true, phone: true };
        let read = |faults| Config::from_table(table(), Path::new("/"), supplied, faults);
        let config = read(Faults::default()).expect("is fine");
        assert_eq!((config.mail.kind, config.phone.kind), (MailKind::Supplied, PhoneKind::Supplied));
        assert!(config.phone.can_call());
        let mut faults = Faults::default();
        faults.add("demo.people", "there is no such file");
        assert!(read(faults).expect_err("has a fault").to_string().ends_with("\ndemo.people: there is no such file"));
    }
}
