//! Directories that are away when the server starts: it starts, says so, and goes on by itself when they come.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use regain_free_port::free_port;
use regain_real_servers::postgres;
use serde_json::json;

use crate::{Beside, NEW, client, ldap, set, sql};

/// Everything that `/readyz` says.
fn readiness(address: &str) -> (u16, String) {
    let (status, body) = client::get(address, "/readyz");
    (status, body.to_string())
}

/// Waits until `/readyz` says something.
fn wait_until(address: &str, holds: impl Fn(u16, &str) -> bool) {
    let begun = Instant::now();
    loop {
        let (status, said) = readiness(address);
        if holds(status, &said) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{status} {said}");
        thread::yield_now();
    }
}

/// The directory is away: nothing is answered but that, and flows can be begun.
fn is_away(address: &str) {
    let (status, said) = readiness(address);
    assert_eq!(status, 503);
    assert!(said.contains("the directory does not answer"), "{said}");
    assert_eq!(client::get(address, "/healthz").0, 200);
    let mut session = client::Session::begin(address).expect("begins");
    let refused = session.ask("ada").expect_err("nothing is there").to_string();
    assert!(refused.starts_with("503: "), "{refused}");
}

fn comes(address: &str) {
    wait_until(address, |status, _| status == 200);
}

#[test]
fn a_table_is_awaited() {
    let mut database = sql::start();
    let beside = sql::beside(&database);
    beside.register(&["ada"]);
    database.stop();
    let server = beside.installation.start();
    is_away(&server.address);
    database.restart();
    comes(&server.address);
    // It has no statement that unlocks: that is known by now.
    let (_, config) = client::get(&server.address, "/v1/config");
    let flows = config["flows"].as_array().expect("flows");
    assert!(!flows.contains(&"unlock".into()) && flows.contains(&"change".into()), "{config}");
    let mut ada = beside.proved(&server.address, "ada").expect("proves");
    ada.answer(set(NEW)).expect("resets");
    assert!(sql::hash(&database).starts_with("$2b$10$"));
    server.stop();
}

/// A fault that would have kept the server from starting is said by its key when it turns up.
#[test]
fn a_wrong_statement_is_named_when_the_database_comes() {
    let mut database = sql::start();
    let url = database.url(postgres::USER, "postgres");
    let statements = sql::STATEMENTS.replace("FROM sessions", "FROM session");
    let beside = Beside::new(&format!("kind = \"sql\"\n[directory.sql]\nurl = {url:?}\n{statements}"));
    let said = beside.installation.refuses(&[]);
    assert!(said.contains("\ndirectory.sql.end_sessions: "), "{said}");
    database.stop();
    let server = beside.installation.start();
    is_away(&server.address);
    database.restart();
    wait_until(&server.address, |status, said| status == 503 && said.contains("(directory.sql.end_sessions)"));
    let mut session = client::Session::begin(&server.address).expect("begins");
    let refused = session.ask("ada").expect_err("is not used").to_string();
    assert!(refused.starts_with("503: "), "{refused}");
    // The operator puts it right without a start.
    database.execute("postgres", "CREATE VIEW session AS SELECT * FROM sessions");
    database.execute("postgres", "GRANT SELECT, DELETE ON session TO regain");
    comes(&server.address);
    let log = server.stop();
    assert!(log.contains("directory.sql.end_sessions: ") && !log.contains("password%201"), "{log}");
}

#[test]
fn an_ldap_server_is_awaited() {
    let mut slapd = ldap::start(regain_real_servers::slapd::LENIENT);
    let beside = ldap::beside(&slapd, "timeout_ms = 500");
    beside.register(&["ada"]);
    slapd.stop();
    let server = beside.installation.start();
    is_away(&server.address);
    slapd.restart();
    comes(&server.address);
    let mut ada = beside.proved(&server.address, "ada").expect("proves");
    ada.answer(set(NEW)).expect("resets");
    assert!(slapd.takes("ada", NEW));
    server.stop();
}

/// One of the findings that a server does not start with counts when it is found later too.
#[test]
fn a_lockout_below_ours_is_found_when_the_directory_comes() {
    let mut slapd = ldap::start("pwdLockout: TRUE\npwdMaxFailure: 3\n");
    let beside = ldap::beside(&slapd, "timeout_ms = 500");
    let said = beside.installation.refuses(&[]);
    assert!(said.contains("\nlimits.wrong_passwords_per_account: "), "{said}");
    slapd.stop();
    let server = beside.installation.start();
    is_away(&server.address);
    slapd.restart();
    wait_until(&server.address, |_, said| said.contains("(limits.wrong_passwords_per_account)"));
    server.stop();
}

/// The example in Python on a given port, with Ada in it.
struct Hook(Child);

impl Hook {
    fn start(folder: &Path, port: u16) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/hook-python/hook.py");
        let mut command = Command::new("python3");
        command.arg(script).current_dir(folder).stdout(Stdio::piped());
        command.args(["--port", &port.to_string(), "--cost", "16", "--key-file", "key", "--people", "hook.json"]);
        let mut child = command.spawn().expect("python3 is there");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("is piped")).read_line(&mut line).expect("reads");
        assert!(line.contains(&port.to_string()), "{line}");
        Self(child)
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_hook_is_awaited() {
    let port = free_port().expect("a port");
    let section = format!("kind = \"hook\"\n[directory.hook]\nurl = \"http://127.0.0.1:{port}\"\nkey_file = \"key\"");
    let beside = Beside::new(&section);
    let key = beside.installation.path("key");
    fs::write(&key, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("writes");
    let ada = json!([{
        "id": "4711", "user_id": "ada", "display_name": "Ada", "enabled": true, "password": "Analytical engine notes 1",
        "mails": [], "phones": [], "notices": [], "groups": [],
    }]);
    fs::write(beside.installation.path("hook.json"), ada.to_string()).expect("writes");
    let folder = key.parent().expect("a folder");
    let server = beside.installation.start();
    is_away(&server.address);
    let _hook = Hook::start(folder, port);
    comes(&server.address);
    beside.register(&["ada"]);
    let mut ada = beside.proved(&server.address, "ada").expect("proves");
    ada.answer(set(NEW)).expect("resets");
    client::Session::signed_in(&server.address, "ada", NEW).expect("signs in");
    server.stop();
}
