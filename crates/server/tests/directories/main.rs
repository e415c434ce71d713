//! The program over real directories: Samba's domain controller, OpenLDAP, and a table in PostgreSQL.
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
mod away;
mod ldap;
mod samples;
mod sql;

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
        self.installation.succeeds(&["import", &self.list(user_ids)])
    }

    /// The same for people of whom some cannot be: it is refused, nobody's is registered, and those who cannot be are named
    /// by their lines. Each has four of them.
    fn register_is_refused(&self, user_ids: &[&str], unknown: &[usize]) {
        let list = self.list(user_ids);
        let said = self.installation.refuses(&["import", &list]);
        let faults: Vec<_> = said.lines().skip(1).map(str::to_owned).collect();
        let is_not = "is not in the directory, or may not be recovered there";
        let expected = unknown.iter().map(|&index| format!("{list}:{}: {}: {is_not}", index * 4 + 1, user_ids[index]));
        assert_eq!(faults, expected.collect::<Vec<_>>());
        let known =
            user_ids.iter().enumerate().filter(|(index, _)| !unknown.contains(index)).map(|(_, user_id)| user_id);
        for user_id in known {
            let said = self.installation.succeeds(&["check-directory", "--user", user_id]);
            assert!(said.contains("\nregistered  nothing\n") || said.ends_with("\nregistered  nothing"), "{said}");
        }
    }

    /// A list with an alternate address for some people.
    fn list(&self, user_ids: &[&str]) -> String {
        let person = |user_id: &&str| {
            let address = user_id.replace(['\\', '@'], ".");
            format!(
                "[[people]]\nuser_id = '{user_id}'\nname = ''\nmails = [{{ role = 'alternate', address = '{address}@home.example' }}]\n"
            )
        };
        let list = self.installation.path("people.toml");
        fs::write(&list, user_ids.iter().map(person).collect::<String>()).expect("writes");
        list.to_str().expect("a path").to_owned()
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

/// Everything but the random parts of what a stranger gets for a user ID: status, and the step with its ids left out and
/// its masks as far as everybody's are alike.
fn seen(address: &str, user_id: &str) -> String {
    let mut session = Session::begin(address).expect("begins");
    session.answer(json!({ "do": "identify", "user_id": user_id })).expect("is answered");
    let mut step = session.step().clone();
    step["id"] = Value::Null;
    for method in step["methods"].as_array_mut().into_iter().flatten() {
        method["id"] = Value::Null;
        // The first letter is the person's own.
        let masked = method["masked"].as_str().expect("a mask").chars().skip(1).collect::<String>();
        method["masked"] = masked.into();
    }
    step.to_string()
}

/// D1, in front of a directory: whoever is not there is given what those who are have, down to the byte, and so is whoever
/// may not be recovered.
fn d1_nobody_is_told_apart(beside: &Beside, real: &[&str], not_usable: &[&str]) {
    beside.register(real);
    let server = beside.installation.start();
    let unknown: Vec<String> = (0..20).map(|number| format!("unknown{number}")).collect();
    let all: std::collections::BTreeSet<String> = real
        .iter()
        .copied()
        .chain(not_usable.iter().copied())
        .chain(unknown.iter().map(String::as_str))
        .map(|user_id| seen(&server.address, user_id))
        .collect();
    assert_eq!(all.len(), 1, "{all:?}");
    server.stop();
}
