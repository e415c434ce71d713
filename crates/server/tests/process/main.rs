//! The program itself: how it starts, what it says when it cannot, how it ends.

#[path = "../contract/authority.rs"]
#[allow(dead_code, reason = "the contract's tests need more of it")]
mod authority;
#[path = "../contract/smtp_server.rs"]
#[allow(dead_code, reason = "the contract's tests need more of it")]
mod smtp_server;
mod two;

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStderr, Command, Output, Stdio},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use regain_free_port::free_port;
use regain_protocol::{FlowKind, Secret};
use regain_server::{
    adapters::{Database, SqliteStore},
    keys::Keys,
    ports::{AuditEntry, Change, Committed, FlowRow, Store as _},
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

#[test]
fn people_are_imported_once_and_a_broken_list_is_named() {
    let folder = configured(&[]);
    let (config, people) = (folder.path().join("regain.toml"), folder.path().join("people.toml"));
    let import = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regain-server"));
        command.args(["import", "--config"]).arg(&config).arg(&people).output().expect("runs")
    };
    let person = "[[people]]\nuser_id = 'ada@example.com'\nname = 'Ada'\npassword = 'analytical engine notes'\n";
    fs::write(&people, person).expect("writes");
    assert_eq!(String::from_utf8_lossy(&import().stdout), "1 people were added.\n");
    assert_eq!(String::from_utf8_lossy(&import().stdout), "0 people were added.\n");
    fs::write(&people, format!("{person}[[people]]\nuser_id = 7\n")).expect("writes");
    let Output { status, stderr, .. } = import();
    let said = String::from_utf8_lossy(&stderr);
    assert!(!status.success() && said.contains("people: line 6"), "{said}");
    assert!(!said.contains("analytical"), "{said}");
}

#[test]
fn people_are_kept_up_to_date_or_nothing_is_done() {
    let folder = configured(&[]);
    let import = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regain-server"));
        command.current_dir(folder.path()).args(["--config", "regain.toml", "import"]).args(arguments);
        let Output { status, stdout, stderr } = command.output().expect("runs");
        (status.success(), String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr).into_owned())
    };
    let done = |said: &str| (true, said.to_owned(), String::new());
    fs::write(folder.path().join("staff.csv"), "user_id,name,office\nada,Ada,\nbob,Bob,\n").expect("writes");
    assert_eq!(import(&["staff.csv"]), done("2 people were added.\n"));
    fs::write(folder.path().join("staff.csv"), "user_id,office\nada,+1 425 555 0101\n").expect("writes");
    let changed = "ada: changed: office phone\n0 people were added, 1 changed.";
    let dry = format!("{changed} This was a dry run: nothing was written.\n");
    assert_eq!(import(&["staff.csv", "--update", "--dry-run"]), done(&dry));
    assert_eq!(import(&["staff.csv", "--update"]), done(&format!("{changed}\n")));
    fs::write(folder.path().join("left.txt"), "bob\nnobody\n").expect("writes");
    let (done_it, _, said) = import(&["--delete", "@left.txt"]);
    assert!(!done_it && said.contains("\nleft.txt:2: nobody: is not in the directory"), "{said}");
    let deleted = "bob: deleted\nada: disabled\n";
    let (done_it, said, _) = import(&["--delete", "bob", "--disable", "ada"]);
    assert!(done_it && deleted.lines().all(|line| said.contains(line)), "{said}");
    let (done_it, _, said) = import(&["--update"]);
    assert!(!done_it && said.contains("PEOPLE"), "{said}");
}

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

#[test]
fn people_may_have_answered_the_organisations_own_questions() {
    for (questions, added) in
        [("", false), ("[questions]\nown = [{ id = 'first_badge', text = 'What was on your first badge?' }]\n", true)]
    {
        let folder = configured(&[("[organisation]", &format!("{questions}[organisation]"))]);
        let people = folder.path().join("people.toml");
        let person = "user_id = 'ada', name = 'Ada', questions = [{ id = 'first_badge', answer = 'an owl' }]";
        fs::write(&people, format!("people = [{{ {person} }}]")).expect("writes");
        let output = program(&folder.path().join("regain.toml")).arg("import").arg(&people).output().expect("runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), added, "{said}");
        assert!(added || said.contains("ada: questions[0].id: "), "{said}");
    }
}

/// Writes lines into the audit log of a configuration's database.
async fn audited(folder: &TempDir, lines: &[(&str, &str, &str)]) {
    let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
    let store = SqliteStore::new(database.clone(), Keys::derive(&Secret::new(vec![7; 32])));
    for (index, &(flow_id, at, event)) in lines.iter().enumerate() {
        let at: Timestamp = at.parse().expect("a time");
        let flow = FlowRow {
            id: format!("carrier {index}").into(),
            kind: FlowKind::Reset,
            version: 0,
            token_hash: String::new(),
            account_key: None,
            expires_at: at,
            state: "{}".to_owned(),
            voided: false,
        };
        let entry = AuditEntry {
            at,
            flow_id: flow_id.into(),
            account_key: None,
            event: event.to_owned(),
            client: Some("192.0.2.7".to_owned()),
            detail: Some(r#"{"kind":"email"}"#.to_owned()),
        };
        let change = Change {
            flow,
            charges: Vec::new(),
            messages: Vec::new(),
            replay: None,
            audit: vec![entry],
            void_others: None,
            claim: None,
            now: at,
        };
        assert_eq!(store.commit(&change).await.expect("answers"), Committed::Done);
    }
    database.close().await;
}

#[tokio::test]
async fn the_audit_log_is_exported_line_by_line() {
    let folder = configured(&[]);
    let config = folder.path().join("regain.toml");
    let audit = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regain-server"));
        command.args(["audit", "--config"]).arg(&config).args(arguments).output().expect("runs")
    };
    let said = String::from_utf8(audit(&[]).stderr).expect("text");
    assert!(said.contains("there is no database") && said.contains("store.path"), "{said}");
    assert!(!folder.path().join("regain.db").exists(), "and none was made");

    // More than are read at a time.
    let mut lines = vec![("late", "2026-11-23T15:00:00.5Z", "cancelled")];
    lines.extend(std::iter::repeat_n(("early", "2026-11-23T14:00:00Z", "flow_begun"), 600));
    audited(&folder, &lines).await;
    let output = audit(&[]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.ends_with('\n') && text.lines().count() == 601, "{} lines", text.lines().count());
    let last: serde_json::Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
    let expected = serde_json::json!({
        "at": "2026-11-23T15:00:00.5Z", "flow": "late", "event": "cancelled", "account": null,
        "client": "192.0.2.7", "detail": { "kind": "email" },
    });
    assert_eq!(last, expected);

    for (arguments, count) in [
        (&["--since", "2026-11-23T14:00:01Z"][..], 1),
        (&["--since", "2026-11-23T16:00:00+01:00"], 1),
        (&["--since", "2026-11-24T00:00:00Z"], 0),
        (&["--flow", "early"], 600),
        (&["--flow", "nobody's"], 0),
    ] {
        assert_eq!(audit(arguments).stdout.split(|&byte| byte == b'\n').count(), count + 1, "{arguments:?}");
    }
    assert!(!audit(&["--since", "yesterday"]).status.success());
    let before = program(&config).args(["audit", "--flow", "late"]).output().expect("runs");
    assert_eq!(String::from_utf8_lossy(&before.stdout).lines().count(), 1, "--config may come first");
}

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

#[test]
fn it_ends_in_order_when_it_is_told_to() {
    for signal in ["-TERM", "-INT"] {
        let folder = configured(&[]);
        let (server, log, _) = started(&folder.path().join("regain.toml"));
        let rest = ended(server, log, signal);
        assert!(rest.contains("stopped"), "{rest}");
    }
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

#[test]
fn a8_stopping_does_not_wait_for_a_client_that_has_sent_half_a_request() {
    let folder = configured(&[]);
    let (server, log, line) = started(&folder.path().join("regain.toml"));
    let half = |request: &str| {
        let mut connection = TcpStream::connect(address(&line)).expect("connects");
        connection.write_all(request.as_bytes()).expect("writes");
        connection
    };
    let waiting = [
        half("GET /v1/config HTTP/1.1\r\nhost: local"),
        half(
            "POST /v1/flows HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
        ),
        half(""),
    ];
    assert!(answer(address(&line), "GET /healthz").starts_with("HTTP/1.1 200 "));
    let begun = Instant::now();
    let rest = ended(server, log, "-TERM");
    assert!(begun.elapsed() < Duration::from_secs(5), "after {:?}", begun.elapsed());
    assert!(!rest.contains("cut off"), "{rest}");
    drop(waiting);
}

#[test]
fn d2_metrics_have_a_listener_of_their_own() {
    let folder = configured(&[("[organisation]", "metrics_listen = \"127.0.0.1:0\"\n[organisation]")]);
    let (server, mut log, line) = started(&folder.path().join("regain.toml"));
    let mut second = String::new();
    log.read_line(&mut second).expect("reads");
    assert!(second.contains("metrics"), "{second}");
    assert!(answer(address(&line), "GET /metrics").starts_with("HTTP/1.1 404 "));
    let metrics = answer(address(&second), "GET /metrics");
    assert!(metrics.starts_with("HTTP/1.1 200 ") && metrics.contains("regain_http_requests_total{"), "{metrics}");
    assert!(answer(address(&second), "GET /v1/config").starts_with("HTTP/1.1 404 "));
    ended(server, log, "-TERM");
}

#[test]
fn its_log_has_a_line_for_each_request_and_names_nobody() {
    let folder = configured(&[]);
    let (server, log, line) = started(&folder.path().join("regain.toml"));
    let address = line.split_once("local=").and_then(|(_, after)| after.split(' ').next()).expect("an address");
    for request in ["GET /v1/flows/ada?token=hunter2", "GET /nowhere/ada?token=hunter2", "BREW /v1/flows/ada"] {
        let mut connection = TcpStream::connect(address).expect("connects");
        write!(connection, "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("writes");
        connection.read_to_end(&mut Vec::new()).expect("reads");
    }
    let rest = ended(server, log, "-TERM");
    let answered: Vec<_> = rest.lines().filter(|line| line.contains("answered")).collect();
    assert_eq!(answered.len(), 3, "{rest}");
    for (line, (span, status)) in answered.iter().zip([
        (r#"request{method="GET" route="/v1/flows/{id}"}"#, 401),
        (r#"request{method="GET" route="none"}"#, 404),
        (r#"request{method="other" route="/v1/flows/{id}"}"#, 405),
    ]) {
        assert!(line.contains(span) && line.contains(&format!("answered status={status} milliseconds=")), "{rest}");
    }
    assert!(!rest.contains("ada@") && !rest.contains("hunter2"), "{rest}");
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

/// A container asks the program itself whether the server is alive.
#[test]
fn health_is_the_answer_of_the_running_server() {
    let folder = configured(&[]);
    let (server, log, line) = started(&folder.path().join("regain.toml"));
    let asking = configured(&[("127.0.0.1:0", address(&line))]);
    let health = || {
        let mut command = program(&asking.path().join("regain.toml"));
        command.arg("health").output().expect("runs").status.success()
    };
    assert!(health());
    ended(server, log, "-TERM");
    assert!(!health());
}
