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
