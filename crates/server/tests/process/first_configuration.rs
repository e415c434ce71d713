//! `init`: from nothing to a server that starts.

use std::fs;

use crate::{ended, program, started};

/// From nothing to a server that starts, without a person to ask.
#[test]
fn a_first_configuration_is_written_and_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("regain.toml");
    let init = |arguments: &[&str]| {
        let output = program(&config).arg("init").args(arguments).output().expect("runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (output.status.success(), text(output.stdout), text(output.stderr))
    };
    let (is_written, _, err) = init(&[]);
    assert!(!is_written && err.contains("--organisation, --public-url, --mail-from"), "{err}");
    assert!(!config.exists());

    let answers = [
        "--organisation",
        "Contoso \"& Sons\"",
        "--public-url",
        "https://recover.example.com",
        "--sign-in-url",
        "https://www.example.com/login",
        "--mail-from",
        "help@example.com",
        "--listen",
        "127.0.0.1:0",
    ];
    let (is_written, out, err) = init(&answers);
    assert!(is_written, "{out}{err}");
    assert!(out.contains("is fine") && out.contains("src=\"https://recover.example.com/regain.js\""), "{out}");
    assert!(folder.path().join("server.key").exists());
    let (server, log, _) = started(&config);
    ended(server, log, "-TERM");

    let before = fs::read(&config).expect("reads");
    let (is_written, _, err) = init(&answers);
    assert!(!is_written && err.contains("is there already"), "{err}");
    assert_eq!(fs::read(&config).expect("reads"), before, "it stays");

    for kind in ["active_directory", "ldap", "sql", "hook"] {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("regain.toml");
        let output = program(&config).arg("init").args(answers).args(["--directory", kind]).output().expect("runs");
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && out.contains("Complete it before the server can start"), "{kind}: {out}");
        let faults: Vec<_> = out.lines().filter(|line| line.starts_with("directory")).collect();
        assert!(
            !faults.is_empty() && faults.iter().all(|fault| fault.contains("file")),
            "only its secret is missing: {out}"
        );
    }
}

/// A first person, and no more than a name and an address to give.
#[test]
fn a_first_person_can_be_looked_for_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("regain.toml");
    let answers = [
        ("--organisation", "Contoso"),
        ("--public-url", "http://127.0.0.1:8080"),
        ("--mail-from", "help@localhost"),
        ("--try-with", "ada@example.com"),
    ];
    let init = |more: &[&str]| {
        let answers = answers.iter().flat_map(|(option, answer)| [option, answer]);
        program(&config).arg("init").args(answers).args(more).output().expect("runs")
    };
    let refused = init(&["--directory", "hook"]);
    let err = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && err.contains("--try-with adds to the embedded directory alone"), "{err}");
    assert!(!config.exists());

    let output = init(&[]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{out}{}", String::from_utf8_lossy(&output.stderr));
    assert!(out.contains("# then reset the password of ada: http://127.0.0.1:8080/reset"), "{out}");
    let seen = program(&config).args(["check-directory", "--user", "ada"]).output().expect("runs");
    let seen = String::from_utf8_lossy(&seen.stdout);
    assert!(seen.contains("alternate"), "{seen}");
}

/// The example that releases have is what `init` writes.
#[test]
fn the_example_of_a_release_is_a_first_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("regain.toml");
    let state = folder.path().join("state");
    fs::create_dir(&state).expect("makes");
    let answers = [
        ("--organisation", "Example Ltd"),
        ("--public-url", "https://recover.example.com"),
        ("--sign-in-url", "https://www.example.com/login"),
        ("--mail-from", "account-recovery@example.com"),
        ("--mail-host", "127.0.0.1"),
        ("--state-dir", state.to_str().expect("a path")),
    ];
    let answers = answers.iter().flat_map(|(option, answer)| [option, answer]);
    let output = program(&config).arg("init").args(answers).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written =
        fs::read_to_string(&config).expect("reads").replace(state.to_str().expect("a path"), "/var/lib/regain");
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging/regain.example.toml");
    assert_eq!(written, fs::read_to_string(example).expect("reads"), "write it anew: {example}");
}
