//! Faults that keep the program from starting, each said in a sentence.

use std::{fs, net::TcpListener, process::Output};

use crate::{configured, fails, program};

#[test]
fn what_keeps_it_from_starting_is_said_in_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").to_string();
    let folder = configured(&[("127.0.0.1:0", &port)]);
    let said = fails(&folder.path().join("regain.toml"));
    assert!(said.contains(&port) && said.contains("set server.listen to another one"), "{said}");

    let said = fails(&folder.path().join("nowhere.toml"));
    assert!(said.contains("nowhere.toml") && said.contains("--config"), "{said}");

    let folder = configured(&[("\"server.key\"", "\"nowhere/server.key\"")]);
    let said = fails(&folder.path().join("regain.toml"));
    assert!(said.contains("server.key_file") && said.contains("may write"), "{said}");

    let folder = configured(&[("name = \"Contoso\"", "colour = \"blue\"")]);
    let said = fails(&folder.path().join("regain.toml"));
    assert!(said.contains("\norganisation.name: ") && said.contains("\norganisation.colour: "), "{said}");

    let folder = configured(&[("host = \"mail.example.com\"", "kind = \"outbox\"\n[demo]\nenabled = true\n[phone]")]);
    let said = fails(&folder.path().join("regain.toml"));
    assert!(said.contains("\ndemo: ") && said.contains("\nmail.kind: ") && said.contains("run regain-demo"), "{said}");
}

/// A5: whose word counts for certificates can be said in the environment, as to other programs; a mistake is told at once.
#[test]
fn a5_authorities_that_the_environment_names_are_loaded_or_missed() {
    let folder = configured(&[]);
    let mut program = program(&folder.path().join("regain.toml"));
    program.env_remove("SSL_CERT_DIR").env("SSL_CERT_FILE", "/nonexistent/ca.pem");
    let Output { status, stderr, .. } = program.output().expect("runs");
    let said = String::from_utf8_lossy(&stderr);
    assert!(!status.success() && said.contains("SSL_CERT_FILE") && said.contains("/nonexistent/ca.pem"), "{said}");

    let folder = configured(&[("key_file", "ca_file = \"ca.pem\"\nkey_file")]);
    fs::write(folder.path().join("ca.pem"), "no certificate").expect("writes");
    let said = fails(&folder.path().join("regain.toml"));
    assert!(said.contains("\nserver.ca_file: ") && said.contains("BEGIN CERTIFICATE"), "{said}");
}
