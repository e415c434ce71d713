//! The program itself: a file for each of its commands, and for how it starts, runs and ends.

mod audit;
#[path = "../contract/authority.rs"]
#[allow(dead_code, reason = "the contract's tests need more of it")]
mod authority;
mod checking;
mod directory;
mod first_configuration;
mod importing;
mod running;
#[path = "../contract/smtp_server.rs"]
#[allow(dead_code, reason = "the contract's tests need more of it")]
mod smtp_server;
mod starting;
mod two;

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStderr, Command, Output, Stdio},
};

use tempfile::TempDir;

/// A configuration in a folder of its own.
fn configured(changes: &[(&str, &str)]) -> TempDir {
    let mut text = "
        [server]
        listen = \"127.0.0.1:0\"
        key_file = \"server.key\"
        [organisation]
        name = \"Contoso\"
        [mail]
        host = \"mail.example.com\"
        from = \"help@example.com\"
    "
    .to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("regain.toml"), text).expect("writes");
    folder
}

fn program(config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regain-server"));
    command.arg("--config").arg(config).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

fn fails(config: &Path) -> String {
    let Output { status, stderr, .. } = program(config).output().expect("runs");
    let said = String::from_utf8(stderr).expect("text");
    assert_eq!(status.code(), Some(1), "{said}");
    let says = said.find("regain-server: ").expect("it says who is speaking");
    assert!(!said.contains("panicked"), "{said}");
    said[says..].to_owned()
}

#[test]
fn it_prints_its_contract() {
    let output = Command::new(env!("CARGO_BIN_EXE_regain-server")).arg("openapi").output().expect("runs");
    assert!(output.status.success());
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
}

/// Starts the program; returns it with its log, and the line that says where it listens.
fn started(config: &Path) -> (Child, BufReader<ChildStderr>, String) {
    let mut server = program(config).stderr(Stdio::piped()).spawn().expect("starts");
    let mut log = BufReader::new(server.stderr.take().expect("a pipe"));
    let mut line = String::new();
    while !line.contains("listening") {
        line.clear();
        assert_ne!(log.read_line(&mut line).expect("reads"), 0, "it ended too early");
    }
    (server, log, line)
}

/// Sends a signal; returns the rest of the log, once the program has ended.
fn ended(mut server: Child, mut log: BufReader<ChildStderr>, signal: &str) -> String {
    let kill = Command::new("kill").arg(signal).arg(server.id().to_string()).status().expect("runs");
    assert!(kill.success());
    let mut rest = String::new();
    log.read_to_string(&mut rest).expect("reads");
    assert_eq!(server.wait().expect("ends").code(), Some(0), "{rest}");
    rest
}

/// The address that a line of the log names.
fn address(line: &str) -> &str {
    line.split_once("local=").and_then(|(_, after)| after.split_whitespace().next()).expect("an address")
}

/// The answer to a request without a body.
fn answer(address: &str, request: &str) -> String {
    let mut connection = TcpStream::connect(address).expect("connects");
    write!(connection, "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("writes");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("reads");
    answer
}
