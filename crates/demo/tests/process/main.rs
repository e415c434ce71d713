//! The program itself: how it starts, that it goes on when something is switched, how it ends.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStderr, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A configuration in a folder of its own, with one of the people.
fn configured(changes: &[(&str, &str)]) -> TempDir {
    let mut text = r#"
        [server]
        listen = "127.0.0.1:0"
        key_file = "server.key"
        [organisation]
        name = "Northwind Traders"
        administrators = ["it-help@example.com"]
        [captcha]
        kind = "off"
        [mail]
        kind = "outbox"
        [demo]
        people = "people.toml"
    "#
    .to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("regain.toml"), text).expect("writes");
    let people =
        "[[people]]\nuser_id = 'ada'\nname = 'Ada'\nmails = [{ role = 'alternate', address = 'ada@home.example' }]";
    fs::write(folder.path().join("people.toml"), people).expect("writes");
    folder
}

fn program(config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regain-demo"));
    command.arg("--config").arg(config).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// A running demonstration. It dies with this value.
struct Demo {
    child: Child,
    log: BufReader<ChildStderr>,
    address: String,
    _folder: TempDir,
}

impl Demo {
    fn start() -> Self {
        let folder = configured(&[]);
        let mut child = program(&folder.path().join("regain.toml")).stderr(Stdio::piped()).spawn().expect("starts");
        let mut log = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        while !line.contains("listening") {
            line.clear();
            assert_ne!(log.read_line(&mut line).expect("reads"), 0, "it ended too early");
        }
        let address = line.split_once("local=").and_then(|(_, rest)| rest.split_whitespace().next());
        let address = address.expect("an address").to_owned();
        Self { child, log, address, _folder: folder }
    }

    /// Sends a request of this kind of body; the status and the body of the response.
    fn ask(&self, request: &str, token: &str, content_type: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("connects");
        let length = body.len();
        let head = format!(
            "{request} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-type: {content_type}\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(format!("{head}{body}").as_bytes()).expect("sends");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("text");
        let status = response.split_whitespace().nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, response.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path}"), "", "text/plain", "")
    }

    fn post(&self, path: &str, token: &str, body: &Value) -> Value {
        let (status, body) = self.ask(&format!("POST {path}"), token, "application/json", &body.to_string());
        assert!((200..300).contains(&status), "{path}: {status} {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// The entries of the outbox, once it holds something.
    fn outbox(&self) -> Value {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let entries: Value = serde_json::from_str(&self.get("/demo/outbox.json").1).expect("JSON");
            if entries != json!([]) {
                return entries;
            }
            assert!(Instant::now() < deadline, "nothing was delivered");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_goes_on_when_something_is_switched_and_ends_in_order() {
    let mut demo = Demo::start();
    let (status, page) = demo.get("/");
    assert!(status == 200 && page.contains("only on this computer") && page.contains("cant-access"), "{page}");
    let begun = demo.post("/v1/flows", "", &json!({ "kind": "reset" }));
    assert_eq!(serde_json::from_str::<Value>(&demo.get("/v1/config").1).expect("JSON")["flows"][1], "unlock");

    let switches = "email=on&self_service=on&contact=off&captcha=off";
    let form = "application/x-www-form-urlencoded";
    let (_, page) = demo.ask("POST /demo/switches", "", form, switches);
    assert!(page.contains("data-testid=\"switched\""), "{page}");
    assert_eq!(serde_json::from_str::<Value>(&demo.get("/v1/config").1).expect("JSON")["flows"], json!(["reset"]));

    // The flow that was begun before goes on, and its mail is delivered.
    let token = begun["token"].as_str().expect("a token");
    let step = |flow: &Value| {
        let id = |value: &Value| value.as_str().expect("an id").to_owned();
        format!("/v1/flows/{}/steps/{}", id(&flow["flow"]["id"]), id(&flow["flow"]["step"]["id"]))
    };
    let answer = json!({ "do": "identify", "user_id": "ada", "captcha": null });
    let identified = demo.post(&step(&begun), token, &answer);
    let method = &identified["flow"]["step"]["methods"][0]["id"];
    let chosen = demo.post(&step(&identified), token, &json!({ "do": "choose", "method": method }));
    assert_eq!(chosen["flow"]["step"]["name"], "enter_code", "{chosen}");
    assert_eq!(demo.outbox()[0]["to"], "ada@home.example");

    let kill = Command::new("kill").arg(demo.child.id().to_string()).status().expect("runs");
    assert!(kill.success());
    let mut rest = String::new();
    demo.log.read_to_string(&mut rest).expect("reads");
    assert_eq!(demo.child.wait().expect("ends").code(), Some(0), "{rest}");
    assert!(rest.contains("stopped"), "{rest}");
}

#[test]
fn what_keeps_it_from_starting_is_said_in_a_sentence() {
    let everybody = "listen = \"0.0.0.0:0\"\npublic_url = \"https://recover.example.com\"";
    for (changes, said) in [
        (("listen = \"127.0.0.1:0\"", everybody), "\nserver.listen: a demonstration shows every mail"),
        (("people = \"people.toml\"", "people = \"nobody.toml\""), "\ndemo.people: there is no file"),
        (("kind = \"outbox\"", "kind = \"pigeon\""), "\nmail.kind: "),
    ] {
        let folder = configured(&[changes]);
        let Output { status, stderr, .. } = program(&folder.path().join("regain.toml")).output().expect("runs");
        let stderr = String::from_utf8(stderr).expect("text");
        assert_eq!(status.code(), Some(1), "{stderr}");
        assert!(stderr.starts_with("regain-demo: ") && stderr.contains(said), "{said} in {stderr}");
    }
}
