//! The program over real directories: Samba's domain controller and OpenLDAP.
//!
//! The adapters' own tests have the traps of each directory; here is what people and operators see of them.

#[path = "../storage/client.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod client;
#[path = "../storage/program.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod program;
#[path = "../storage/smtp_sink.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod smtp_sink;

mod active_directory;
mod ldap;

use std::{fs, io};

use client::Session;
use program::Installation;
use serde_json::{Value, json};
use smtp_sink::Sink;

const FORMER: &str = "Analytical engine notes 1";
const NEW: &str = "A river that runs north 7";

/// An installation before a directory, with Ada's alternate address registered.
struct Beside {
    installation: Installation,
    mail: Sink,
}

impl Beside {
    /// One with these keys in `[directory]` and below.
    fn new(directory: &str) -> Self {
        let mail = Sink::start();
        let installation = Installation::new(mail.port);
        let config = installation.path("regain.toml");
        let text = fs::read_to_string(&config).expect("reads");
        let contact = "[contact]\nkind = \"form\"\n[organisation]\nadministrators = [\"it@example.com\"]";
        let text = text.replace("[organisation]", contact);
        fs::write(&config, format!("{text}\n[directory]\n{directory}\n")).expect("writes");
        Self { installation, mail }
    }

    /// Registers an alternate address for some people; returns what the program says.
    fn register(&self, user_ids: &[&str]) -> String {
        let person = |user_id: &&str| {
            let address = user_id.replace(['\\', '@'], ".");
            format!(
                "[[people]]\nuser_id = '{user_id}'\nname = ''\nmails = [{{ role = 'alternate', address = '{address}@home.example' }}]\n"
            )
        };
        let list = self.installation.path("people.toml");
        fs::write(&list, user_ids.iter().map(person).collect::<String>()).expect("writes");
        self.installation.succeeds(&["import", list.to_str().expect("a path")])
    }

    /// Proves by mail to be somebody, for a reset; the person is asked for a new password then.
    fn proved<'a>(&self, address: &'a str, user_id: &str) -> io::Result<Session<'a>> {
        let mut session = Session::begin(address)?;
        session.ask(user_id)?;
        assert_eq!(session.step()["name"], "enter_code", "{}", session.step());
        session.answer(json!({ "do": "verify", "code": self.mail.code() }))?;
        if session.step()["name"] == "choose_outcome" {
            session.answer(json!({ "do": "reset" }))?;
        }
        assert_eq!(session.step()["name"], "new_password", "{}", session.step());
        Ok(session)
    }
}

/// A new password.
fn set(password: &str) -> Value {
    json!({ "do": "set_password", "password": password })
}

/// The rules that a refused password broke.
fn broken(refused: &io::Error) -> Vec<String> {
    let said = refused.to_string();
    let body = said.strip_prefix("422: ").unwrap_or_else(|| panic!("{said}"));
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["code"], "password_refused", "{body}");
    let rules = body["violations"].as_array().expect("violations").iter();
    rules.map(|violation| violation["rule"].as_str().expect("a rule").to_owned()).collect()
}
