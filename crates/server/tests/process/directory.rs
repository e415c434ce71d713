//! `check-directory`: what Regain sees of a directory and of an account.

use std::{
    fs,
    io::Write as _,
    process::{Command, Output, Stdio},
};

use crate::{configured, program};

#[test]
fn a_hook_that_cannot_be_checked_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regain-server"));
        command.current_dir(folder.path()).args([
            "check-hook",
            "--key-file",
            "key",
            "--people",
            "people.toml",
            "--url",
            url,
        ]);
        let Output { status, stderr, .. } = command.output().expect("runs");
        assert!(!status.success());
        String::from_utf8_lossy(&stderr).into_owned()
    };
    let said = check("http://app.example.com");
    assert!(said.contains("url: must be an https address") && said.contains("\nkey_file: cannot read "), "{said}");
    fs::write(folder.path().join("key"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("writes");
    let person = "[person]\nuser_id = 'ada'\nname = 'Ada'\npassword = 'analytical engine notes'\n";
    fs::write(folder.path().join("people.toml"), person).expect("writes");
    let said = check("http://127.0.0.1:1");
    assert!(said.contains("directory.hook.url: GET: ") && !said.contains("analytical"), "{said}");
}

/// An operator sees what Regain sees.
#[test]
fn the_directory_and_an_account_are_checked() {
    let folder = configured(&[]);
    let (config, people) = (folder.path().join("regain.toml"), folder.path().join("people.toml"));
    let ada = "user_id = 'Ada', name = 'Ada Lovelace', password = 'a secret', groups = ['admins'],
               mails = [{ role = 'alternate', address = 'ada@home.example' }]";
    fs::write(&people, format!("people = [{{ {ada} }}]")).expect("writes");
    let run = |arguments: &[&str]| {
        let Output { status, stdout, stderr } = program(&config).args(arguments).output().expect("runs");
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).expect("text")
    };
    run(&["import", people.to_str().expect("text")]);
    let said = run(&["check-directory", "--user", " ADA"]);
    for line in [
        "directory  embedded: it answers",
        "account  Ada",
        "may be recovered  yes",
        "locked  no",
        "groups  admins",
        "proves by  registered alternate mail address",
        "registered  1 mail address",
    ] {
        assert!(said.lines().any(|said| said == line), "{line}: {said}");
    }
    assert!(run(&["check-directory", "--user", "nobody"]).contains("nobody: not found"));
    // From another program, or typed.
    let mut import = program(&config).args(["import", "-"]).stdin(Stdio::piped()).spawn().expect("starts");
    let mut input = import.stdin.take().expect("a pipe");
    input.write_all(b"user_id,name,alternate_mail\ngrace,Grace,grace@home.example\n").expect("writes");
    drop(input);
    assert!(import.wait().expect("ends").success());
    assert!(run(&["check-directory", "--user", "grace"]).contains("registered  1 mail address\n"));
    let said = run(&["registrations", "--remove"]);
    assert!(said.starts_with("0 of 2 people with registrations"), "{said}");
}
