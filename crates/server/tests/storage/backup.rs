//! A2: backups, restoring, and what a stopped program leaves behind.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use serde_json::json;

use crate::{
    client::{Session, begin},
    program::{Installation, PEOPLE},
    smtp_sink::Sink,
};

/// A password that every rule accepts.
const GOOD: &str = "a river that runs north";

/// Resets a person's password.
fn reset(address: &str, sink: &Sink, user_id: &str, password: &str) {
    let mut session = Session::begin(address).expect("begins");
    session.ask(user_id).expect("is asked");
    session.answer(json!({ "do": "verify", "code": sink.code() })).expect("is taken");
    session.answer(json!({ "do": "set_password", "password": password })).expect("is set");
    assert_eq!(session.step()["outcome"], "reset");
}

/// Copies one file of an installation to another one.
fn copy(from: &Installation, to: &Installation, name: &str) {
    fs::copy(from.path(name), to.path(name)).expect("copies");
}

/// The files of an installation's database, by name.
fn database_files(installation: &Installation) -> Vec<String> {
    let files = fs::read_dir(installation.path("")).expect("reads").flatten();
    let mut names: Vec<_> = files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.starts_with("regain.db"));
    names.sort();
    names
}

/// After each command the database is one file, and a copy of that is everything.
#[test]
fn a2_a_program_that_has_ended_leaves_one_whole_file() {
    for _ in 0..3 {
        let sink = Sink::start();
        let installation = Installation::new(sink.port);
        installation.import(PEOPLE);
        assert_eq!(database_files(&installation), ["regain.db"], "after import");
        let server = installation.start();
        assert_eq!(begin(&server.address), 201);
        reset(&server.address, &sink, "ada@example.com", GOOD);
        server.stop();
        assert_eq!(database_files(&installation), ["regain.db"], "after a stop");
        let log = installation.succeeds(&["audit"]);
        assert_eq!(database_files(&installation), ["regain.db"], "after reading");
        installation.succeeds(&["compact"]);
        assert_eq!(database_files(&installation), ["regain.db"], "after compacting");

        let other = Installation::new(sink.port);
        copy(&installation, &other, "regain.db");
        copy(&installation, &other, "server.key");
        assert_eq!(other.succeeds(&["audit"]), log);
        let server = other.start();
        Session::signed_in(&server.address, "ada@example.com", GOOD).expect("signs in");
    }
}

#[test]
fn a2_a_start_that_fails_leaves_one_whole_file_too() {
    let installation = Installation::new(1);
    installation.import(PEOPLE);
    let config = fs::read_to_string(installation.path("regain.toml")).expect("reads");
    let broken = config.replace("key_file", "widget_dir = \"nowhere\"\nkey_file");
    fs::write(installation.path("regain.toml"), broken).expect("writes");
    assert!(installation.refuses(&[]).contains("nowhere"));
    assert_eq!(database_files(&installation), ["regain.db"]);
}

#[test]
fn a2_a_backup_of_a_running_server_restores_everything() {
    let sink = Sink::start();
    let installation = Installation::new(sink.port);
    installation.import(PEOPLE);
    let server = installation.start();
    reset(&server.address, &sink, "ada@example.com", GOOD);
    let backup = installation.path("backup.db");
    let file = backup.to_str().expect("a path");
    installation.succeeds(&["backup", file]);
    let log = installation.succeeds(&["audit"]);
    assert_eq!(fs::metadata(&backup).expect("is there").permissions().mode() & 0o777, 0o600);
    let before = fs::read(&backup).expect("reads");
    assert!(installation.refuses(&["backup", file]).contains("is there already"));
    assert_eq!(fs::read(&backup).expect("reads"), before, "and it stays as it is");
    reset(&server.address, &sink, "ada@example.com", "another good passphrase");
    server.kill();

    let other = Installation::new(sink.port);
    let said = other.refuses(&["restore", file]);
    assert!(said.contains("server.key") && !other.has("server.key"), "no key is made: {said}");
    fs::write(other.path("server.key"), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").expect("writes");
    assert!(other.refuses(&["restore", file]).contains("another server key"));
    copy(&installation, &other, "server.key");
    other.succeeds(&["restore", file]);
    assert_eq!(other.succeeds(&["audit"]), log);
    let server = other.start();
    Session::signed_in(&server.address, "ada@example.com", GOOD).expect("signs in with the password of the backup");
}

#[test]
fn a2_restoring_replaces_nothing_unless_it_is_told() {
    let sink = Sink::start();
    let installation = Installation::new(sink.port);
    installation.import(PEOPLE);
    let backup = installation.path("backup.db");
    let file = backup.to_str().expect("a path");
    installation.succeeds(&["backup", file]);
    let server = installation.start();
    reset(&server.address, &sink, "ada@example.com", GOOD);
    assert!(installation.refuses(&["restore", file, "--replace"]).contains("in use"));
    server.stop();
    assert!(installation.refuses(&["restore", file]).contains("--replace"));
    let server = installation.start();
    Session::signed_in(&server.address, "ada@example.com", GOOD).expect("nothing was replaced");
    server.stop();

    installation.succeeds(&["restore", file, "--replace"]);
    assert_eq!(database_files(&installation), ["regain.db", "regain.db.replaced"]);
    let server = installation.start();
    Session::signed_in(&server.address, "ada@example.com", "analytical engine notes").expect("signs in as before");
    server.stop();

    let broken = installation.path("broken.db");
    let mut bytes = fs::read(&backup).expect("reads");
    bytes[20_000..24_000].fill(7);
    for (content, fault) in [(bytes, "whole database"), (Vec::new(), "whole database")] {
        fs::write(&broken, content).expect("writes");
        let said = installation.refuses(&["restore", broken.to_str().expect("a path"), "--replace"]);
        assert!(said.contains("broken.db") && said.contains(fault), "{said}");
    }
    // Damage that a backup is needed for.
    fs::write(installation.path("regain.db"), "no database at all".repeat(1000)).expect("writes");
    assert!(installation.refuses(&["restore", file]).contains("--replace"));
    installation.succeeds(&["restore", file, "--replace"]);
    installation.start().stop();
}

/// A server on a copy that went wrong began as an empty directory, without a word.
#[test]
fn a2_an_empty_database_beside_a_key_with_a_past_is_refused() {
    let installation = Installation::new(1);
    installation.start().stop();
    installation.start().stop();
    fs::remove_file(installation.path("regain.db")).expect("removes");
    installation.start().stop();
    installation.import(PEOPLE);
    let (backup, people) = (installation.path("backup.db"), installation.path("people.toml"));
    let (file, people) = (backup.to_str().expect("a path"), people.to_str().expect("a path"));
    installation.succeeds(&["backup", file]);

    let lose: [&dyn Fn(&Path); 2] =
        [&|path| fs::remove_file(path).expect("removes"), &|path| fs::write(path, "").expect("writes")];
    for lose in lose {
        lose(&installation.path("regain.db"));
        for arguments in [&[][..], &["import", people], &["compact"]] {
            let said = installation.refuses(arguments);
            assert!(said.contains("restore FILE") && said.contains("server.key.in-use"), "{said}");
        }
        installation.succeeds(&["restore", file]);
        installation.start().stop();
    }

    // Copied elsewhere, without the note.
    let other = Installation::new(1);
    copy(&installation, &other, "server.key");
    fs::write(other.path("regain.db"), "").expect("writes");
    let said = other.refuses(&[]);
    assert!(said.contains("not even tables") && said.contains("restore FILE"), "{said}");
    fs::remove_file(other.path("regain.db")).expect("removes");
    other.start().stop();
}

/// A key that was made elsewhere and a new database belong together; a database and a new key do not.
#[test]
fn a2_a_database_is_opened_with_its_own_key_alone() {
    let installation = Installation::new(1);
    installation.import(PEOPLE);
    fs::rename(installation.path("server.key"), installation.path("former.key")).expect("renames");
    let said = installation.refuses(&[]);
    assert!(said.contains("former_key_files") && said.contains("adopt-key"), "{said}");
    installation.succeeds(&["adopt-key"]);
    installation.start().stop();
    let config = fs::read_to_string(installation.path("regain.toml")).expect("reads");
    fs::rename(installation.path("former.key"), installation.path("server.key")).expect("renames");
    assert!(installation.refuses(&[]).contains("another server key"));
    fs::rename(installation.path("server.key"), installation.path("former.key")).expect("renames");
    let rotated = config.replace("key_file", "former_key_files = [\"former.key\"]\nkey_file");
    fs::write(installation.path("regain.toml"), rotated).expect("writes");
    assert!(installation.refuses(&[]).contains("another server key"), "a third one");
}

/// D24: what only reads leaves a database of a former version as it is, byte for byte.
#[test]
fn d24_reading_commands_bring_nothing_up_to_date() {
    let installation = Installation::new(1);
    let former = include_bytes!("../former/regain.db");
    fs::write(installation.path("regain.db"), former).expect("writes");
    assert!(installation.succeeds(&["audit"]).lines().count() > 10);
    let backup = installation.path("backup.db");
    installation.succeeds(&["backup", backup.to_str().expect("a path")]);
    installation.succeeds(&["--check"]);
    assert!(fs::read(installation.path("regain.db")).expect("reads") == former, "not a byte");
    assert_eq!(database_files(&installation), ["regain.db"]);
    assert!(!installation.has("server.key"), "and no key was made");
}

/// D15: the command that verifies the audit log, also of a database that a former version made.
#[test]
fn d15_the_audit_log_is_verified_by_a_command() {
    let installation = Installation::new(1);
    fs::write(installation.path("regain.db"), include_bytes!("../former/regain.db")).expect("writes");
    let said = installation.refuses(&["audit", "--verify"]);
    assert!(said.contains("server.key") && !installation.has("server.key"), "{said}");
    let server = installation.start();
    let said = installation.succeeds(&["audit", "--verify"]);
    assert!(said.contains("is whole") && said.contains("files"), "{said}");
    server.stop();
    fs::remove_dir_all(installation.path("audit")).unwrap_or_default();
    fs::write(installation.path("server.key"), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").expect("writes");
    assert!(installation.refuses(&["audit", "--verify"]).contains("another server key"));
}
