//! `--check` and `test-mail`: a configuration is tried, and nothing is started.

use std::fs;

use regain_free_port::free_port;

use crate::{configured, program, smtp_server};

#[test]
fn checking_a_configuration_starts_nothing() {
    let folder = configured(&[("mail.example.com", "127.0.0.1")]);
    let output = program(&folder.path().join("regain.toml")).arg("--check").output().expect("runs");
    assert!(output.status.success());
    let people = folder.path().join("regain.toml");
    let output = program(&people).args(["--check", "import"]).arg(&people).output().expect("runs");
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("is fine"));
    let files = fs::read_dir(folder.path()).expect("reads").count();
    assert_eq!(files, 1, "no key and no database were made");
}

/// FAULTS C1: what a configuration says is tried, and each finding names its key.
#[test]
fn c1_checking_a_configuration_tries_what_it_says() {
    let closed = free_port().expect("a port");
    let mail = format!("host = \"127.0.0.1\"\ntls = \"none\"\nport = {closed}");
    let checked = |changes: &[(&str, &str)]| {
        let folder = configured(changes);
        let output = program(&folder.path().join("regain.toml")).arg("--check").output().expect("runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (output.status.success(), text(output.stdout), text(output.stderr))
    };

    let changes = [
        ("host = \"mail.example.com\"", mail.as_str()),
        ("[organisation]", "public_url = \"http://recover.example.com\"\n[organisation]\nlocales = [\"en\", \"tlh\"]"),
    ];
    let (is_fine, out, _) = checked(&changes);
    assert!(is_fine && out.contains("regain.toml is fine"), "another server may come back: {out}");
    let away = format!("warning  mail.host: 127.0.0.1:{closed} would take no mail now");
    for line in
        ["warning  server.public_url: is http", "warning  organisation.locales: there are no words in tlh", &away]
    {
        assert!(out.contains(line), "{line}: {out}");
    }

    let widget = [("[organisation]", "widget_dir = \"nowhere\"\n[organisation]"), (changes[0].0, changes[0].1)];
    let (is_fine, out, err) = checked(&widget);
    assert!(!is_fine && err.contains("1 fault found"), "{err}");
    assert!(out.contains("fault  server.widget_dir: cannot read"), "{out}");
    let (_, out, _) = checked(&[("\"server.key\"", "\"nowhere/server.key\""), (changes[0].0, changes[0].1)]);
    assert!(out.contains("fault  server.key_file: "), "{out}");

    for host in ["smtps://mail.example.com", "mail.example.com:587"] {
        let (is_fine, _, err) = checked(&[("mail.example.com", host)]);
        assert!(!is_fine && err.contains("mail.host: give the mail server's name alone"), "{err}");
    }
    let (_, _, err) = checked(&[("[mail]", "[mail]\nusername = \"regain\"\npassword_file = \"missing\"")]);
    assert_eq!(err.lines().filter(|line| line.starts_with("mail.")).count(), 1, "one fault, one line: {err}");
}

/// A mail server that is there is greeted, and takes a test mail.
#[tokio::test(flavor = "multi_thread")]
async fn the_mail_server_is_tried() {
    let server = smtp_server::SmtpServer::plain(smtp_server::Behaviour::default()).await;
    let mail = format!("host = \"127.0.0.1\"\ntls = \"none\"\nport = {}", server.address.port());
    let folder = configured(&[("host = \"mail.example.com\"", &mail)]);
    let config = folder.path().join("regain.toml");
    let run = |arguments: &[&str]| {
        let output = program(&config).args(arguments).output().expect("runs");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (is_fine, out) = tokio::task::block_in_place(|| run(&["--check"]));
    assert!(is_fine && out.contains("is ready to take mail"), "{out}");
    let (is_sent, out) = tokio::task::block_in_place(|| run(&["test-mail", "ada@example.com"]));
    assert!(is_sent && out.contains("has taken a mail to ada@example.com"), "{out}");
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].to, ["ada@example.com"]);
    let (is_sent, _) = tokio::task::block_in_place(|| run(&["test-sms", "+15550100"]));
    assert!(!is_sent, "no provider is configured");
}
