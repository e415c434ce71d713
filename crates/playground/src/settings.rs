//! The playground's configuration: the demonstration's, without what only a computer has.

use std::path::Path;

use regain_server::config::{Config, ConfigError, Faults, Supplied, parse_table};
use serde::Deserialize;
use toml::{Table, Value};

const DEMONSTRATION: &str = include_str!("../../demo/regain.toml");

/// The decisions of the page's controls about the server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The number of proofs that a reset takes: 1 or 2.
    pub gates: u8,
    /// The check that tells people from programs: `off`, `proof_of_work` or `image`.
    pub captcha: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { gates: 1, captcha: "proof_of_work".to_owned() }
    }
}

impl Settings {
    /// The whole configuration of a server at an address, with a key of its own.
    pub(crate) fn config(&self, api: &str, key: &str) -> Result<Config, ConfigError> {
        let mut table = parse_table(DEMONSTRATION)?;
        for section in ["demo", "server", "store"] {
            table.remove(section);
        }
        for (name, superfluous) in
            [("mail", "kind"), ("phone", "kind"), ("password", "breached"), ("organisation", "continue_url")]
        {
            section(&mut table, name).remove(superfluous);
        }
        let server = section(&mut table, "server");
        server.insert("public_url".to_owned(), api.into());
        server.insert("key".to_owned(), key.into());
        server.insert("trusted_proxies".to_owned(), "none".into());
        section(&mut table, "methods").insert("recovery_codes".to_owned(), true.into());
        section(&mut table, "gates").insert("required".to_owned(), i64::from(self.gates).into());
        section(&mut table, "captcha").insert("kind".to_owned(), self.captcha.as_str().into());
        // Nobody is kept waiting who could hear anything from it.
        section(&mut table, "limits").insert("identify_floor_ms".to_owned(), 0.into());
        Config::from_table(table, Path::new(""), Supplied { mail: true, phone: true }, Faults::default())
    }
}

/// A section, made where there is none.
fn section<'a>(table: &'a mut Table, name: &str) -> &'a mut Table {
    let section = table.entry(name).or_insert_with(|| Table::new().into());
    if !section.is_table() {
        *section = Table::new().into();
    }
    match section {
        Value::Table(table) => table,
        _ => unreachable!("it was made a section"),
    }
}
