//! The demonstration's configuration: regain-server's file with a section `[demo]`, and with `kind = "outbox"` for
//! mail and phone.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use regain_server::config::{Config, ConfigError, Faults, Supplied, folder_of, parse_table, read_file, section};
use serde::Deserialize;
use toml::{Table, Value};

use crate::assertions::Signer;

/// `[demo]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DemoSection {
    /// A file of people to begin with.
    people: Option<PathBuf>,
}

/// A demonstration's file, from which a switch makes the next configuration.
pub struct Settings {
    /// The server's sections.
    table: Table,
    /// The folder that relative paths count from.
    base: PathBuf,
    supplied: Supplied,
    people: Option<PathBuf>,
    signer: Option<Signer>,
}

impl Settings {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<(Self, Config), ConfigError> {
        Self::parse(&read_file(path)?, folder_of(path))
    }

    /// Reads and checks a text; relative paths count from `base`.
    pub fn parse(text: &str, base: &Path) -> Result<(Self, Config), ConfigError> {
        let mut table = parse_table(text)?;
        let mut faults = Faults::default();
        // Files of the time when regain-server could be a demonstration say so here.
        if let Some(Value::Table(keys)) = table.get_mut("demo")
            && keys.remove("enabled").is_some_and(|enabled| enabled != Value::Boolean(true))
        {
            faults.add("demo.enabled", "regain-demo is always a demonstration: run regain-server otherwise");
        }
        let DemoSection { people } = section(&mut table, "demo", &mut faults);
        let people = people.map(|path| base.join(path));
        if let Some(path) = &people {
            faults.require(path.is_file(), "demo.people", format!("there is no file {}", path.display()));
        }
        faults.require(
            listen(&table).is_none_or(|address| address.ip().is_loopback()),
            "server.listen",
            "a demonstration shows every mail, so this must be a loopback address, such as 127.0.0.1:8080",
        );
        let server = table.get("server").and_then(Value::as_table);
        faults.require(
            server.is_none_or(|server| !server.contains_key("metrics_listen")),
            "server.metrics_listen",
            "a demonstration has no metrics: a switch begins the counts anew",
        );
        let supplied = Supplied { mail: takes_outbox(&mut table, "mail"), phone: takes_outbox(&mut table, "phone") };
        let signer = signer(&mut table);
        let config = Config::from_table(table.clone(), base, supplied, faults)?;
        Ok((Self { table, base: base.to_owned(), supplied, people, signer }, config))
    }

    /// The configuration with other values for some keys, checked as a whole again.
    pub(crate) fn with(&self, changes: &Table) -> Result<Config, ConfigError> {
        let mut table = self.table.clone();
        for (name, section) in changes {
            let keys = table.entry(name.clone()).or_insert_with(|| Table::new().into());
            if let (Value::Table(keys), Value::Table(changes)) = (keys, section) {
                keys.extend(changes.clone());
            }
        }
        Config::from_table(table, &self.base, self.supplied, Faults::default())
    }

    /// The file of people to begin with.
    pub fn people(&self) -> Option<&Path> {
        self.people.as_deref()
    }

    /// Signs assertions, unless the file names another program that does.
    pub(crate) const fn signer(&self) -> Option<&Signer> {
        self.signer.as_ref()
    }
}

fn listen(table: &Table) -> Option<SocketAddr> {
    table.get("server")?.get("listen")?.as_str()?.parse().ok()
}

/// Takes `kind = "outbox"` out of a section; tells whether it was there.
fn takes_outbox(table: &mut Table, section: &str) -> bool {
    let Some(Value::Table(keys)) = table.get_mut(section) else { return false };
    let is_outbox = keys.get("kind").and_then(Value::as_str) == Some("outbox");
    if is_outbox {
        keys.remove("kind");
    }
    is_outbox
}

/// Has the server take the demonstration's assertions, unless the file says whose it takes.
fn signer(table: &mut Table) -> Option<Signer> {
    let assertions = table.entry("assertions").or_insert_with(|| Table::new().into());
    let Value::Table(keys) = assertions else { return None };
    if !keys.is_empty() {
        return None;
    }
    let signer = Signer::new();
    *keys = signer.section();
    Some(signer)
}

#[cfg(test)]
mod tests {
    use regain_server::config::{MailKind, PhoneKind};

    use super::*;

    const LEAST: &str = r#"
        [server]
        key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        [organisation]
        name = "Northwind Traders"
        [mail]
        kind = "outbox"
    "#;

    fn faults(text: &str) -> String {
        Settings::parse(text, Path::new("/")).map(drop).expect_err("has faults").to_string()
    }

    #[test]
    fn mail_and_phone_may_be_the_outbox() {
        let text = format!("{LEAST}\n[phone]\nkind = \"outbox\"\ncountries = [\"+1\"]");
        let (settings, config) = Settings::parse(&text, Path::new("/")).expect("is fine");
        assert_eq!((config.mail.kind, config.phone.kind), (MailKind::Supplied, PhoneKind::Supplied));
        assert_eq!(config.assertions.issuer, "regain-demo");
        assert!(settings.signer().is_some() && settings.people().is_none());
        let off = Table::from_iter([(
            "organisation".to_owned(),
            Table::from_iter([("self_service".to_owned(), false.into())]).into(),
        )]);
        let refused = settings.with(&off).map(drop).expect_err("there is nobody to turn to").to_string();
        assert!(refused.contains("contact."), "{refused}");
    }

    #[test]
    fn a_file_for_the_server_is_one_for_the_demonstration() {
        let text = LEAST.replace("kind = \"outbox\"", "host = 'mail.example.com'\nfrom = 'help@example.com'");
        let (_, config) = Settings::parse(&text, Path::new("/")).expect("is fine");
        assert_eq!((config.mail.kind, config.phone.kind), (MailKind::Smtp, PhoneKind::Off));
    }

    #[test]
    fn every_fault_is_named_by_its_key() {
        for (text, key) in [
            (
                LEAST.replace(
                    "[server]",
                    "[server]\nlisten = '0.0.0.0:8080'\npublic_url = 'https://example.com'\ntrusted_proxies = 'none'",
                ),
                "server.listen: ",
            ),
            (LEAST.replace("[server]", "[server]\nmetrics_listen = '127.0.0.1:9090'"), "server.metrics_listen: "),
            (format!("{LEAST}\n[demo]\nenabled = false"), "demo.enabled: "),
            (format!("{LEAST}\n[demo]\npeople = 'nobody.toml'"), "demo.people: there is no file /nobody.toml"),
            (format!("{LEAST}\n[demo]\ncolour = 'blue'"), "demo.colour: "),
            (format!("{LEAST}\n[phone]\nkind = 'outbox'"), "phone.countries: "),
            (format!("{LEAST}\n[phone]\nkind = 'pigeon'"), "phone.kind: "),
            (format!("{LEAST}\n[nonsense]"), "nonsense: "),
        ] {
            let faults = faults(&text);
            assert!(faults.lines().count() == 2 && faults.contains(&format!("\n{key}")), "{key} in {faults}");
        }
    }
}
