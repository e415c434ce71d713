//! Two processes on one SQLite file, one of which is killed at a random moment.

use std::{
    collections::HashMap,
    fmt::Write as _,
    fs, io,
    process::Child,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use mail_parser::MessageParser;
use regain_protocol::Secret;
use regain_server::{
    adapters::{Database, EmbeddedDirectory, HashCost, People, SqliteStore},
    keys::Keys,
    ports::{Accounts as _, Channel, Clock as _, OsRng, Rng as _, SignIn, Store as _, SystemClock},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::sleep,
};

use crate::smtp_server::{Behaviour, SmtpServer};

/// The number of people, each of whom resets their password once.
const PEOPLE: usize = 200;

/// The number of them who are at it at a time.
const AT_A_TIME: usize = 8;

/// The time within which everything must have happened.
const PATIENCE: Duration = Duration::from_mins(3);

/// The server key, 32 zero bytes, in base64.
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn configuration(mail: u16) -> String {
    format!(
        r#"
        [server]
        listen = "127.0.0.1:0"
        key = "{KEY}"
        [organisation]
        name = "Contoso"
        [mail]
        host = "127.0.0.1"
        port = {mail}
        tls = "none"
        from = "help@example.com"
        connections = 4
        [captcha]
        kind = "off"
        [codes]
        resend_after_s = 0
        resends = 10
        [limits]
        flows_per_client = 1000000
        messages_per_hour = 1000000
        identify_floor_ms = 0
        "#
    )
}

fn address(person: usize) -> String {
    format!("person{person}@example.net")
}

fn password(person: usize) -> String {
    format!("a river that runs north {person}")
}

/// A server of which everybody knows the address.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &TempDir) -> Self {
        let (child, mut log, line) = crate::started(&folder.path().join("regain.toml"));
        let address = line.split_once("local=").and_then(|(_, after)| after.split(' ').next()).expect("an address");
        // A full pipe would stop the server.
        std::thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        Self { child, address: address.to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The people at work, and the servers that they can reach.
struct Crowd {
    addresses: Mutex<Vec<String>>,
    mail: SmtpServer,
    done: AtomicUsize,
    until: Instant,
}

impl Crowd {
    /// Sends a request to one server after another until one answers with no 5xx. The key makes it safe to repeat.
    async fn ask(&self, person: usize, path: &str, token: Option<&str>, key: &str, body: &Value) -> (u16, Value) {
        for round in person.. {
            assert!(Instant::now() < self.until, "person {person} waits for {path} {body}");
            let address = {
                let addresses = self.addresses.lock().expect("not poisoned");
                addresses[round % addresses.len()].clone()
            };
            match request(&address, path, token, key, body).await {
                Ok((status, body)) if status < 500 => return (status, body),
                _ => sleep(Duration::from_millis(50)).await,
            }
        }
        unreachable!("there is always another round")
    }

    /// The newest code that came for a person.
    fn code(&self, person: usize) -> Option<String> {
        let to = address(person);
        let taken = self.mail.taken().into_iter().rev().find(|mail| mail.to == [to.clone()])?;
        let mail = MessageParser::default().parse(&taken.data)?.body_text(0)?.into_owned();
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
        mail.split_whitespace().find(is_code).map(str::to_owned)
    }

    /// Resets a person's password; returns the flow's id.
    async fn reset(&self, person: usize) -> String {
        let key = format!("begin{person}");
        let (_, begun) = self.ask(person, "/v1/flows", None, &key, &json!({ "kind": "reset" })).await;
        let mut token = begun["token"].as_str().expect("a token").to_owned();
        let id = begun["flow"]["id"].as_str().expect("an id").to_owned();
        let mut flow = begun["flow"].clone();
        for round in 0.. {
            let step = &flow["step"];
            let answer = match step["name"].as_str().expect("a name") {
                "identify" => json!({ "do": "identify", "user_id": format!("person{person}") }),
                "choose_method" => json!({ "do": "choose", "method": step["methods"][0]["id"] }),
                "enter_code" => match self.arrives(person).await {
                    Some(code) => json!({ "do": "verify", "code": code }),
                    // It was with a process that died.
                    None => json!({ "do": "resend" }),
                },
                "new_password" => json!({ "do": "set_password", "password": password(person) }),
                "done" => break,
                other => panic!("person {person} is at {other}: {flow}"),
            };
            let mut body = json!({ "flow": id, "step": step["id"] });
            body.as_object_mut().expect("an object").extend(answer.as_object().expect("an object").clone());
            let (status, got) = self.ask(person, "/v1/answers", Some(&token), &format!("answer{round}"), &body).await;
            if let Some(rotated) = got["token"].as_str() {
                rotated.clone_into(&mut token);
            }
            assert!(status == 200 || got["flow"]["step"]["name"] == "done", "{status} {got} to {body}");
            flow = got["flow"].clone();
        }
        self.done.fetch_add(1, Ordering::SeqCst);
        id
    }

    /// Waits for a code, for a while.
    async fn arrives(&self, person: usize) -> Option<String> {
        for _ in 0..100 {
            if let Some(code) = self.code(person) {
                return Some(code);
            }
            sleep(Duration::from_millis(50)).await;
        }
        None
    }
}

/// A request by HTTP/1.1 on a connection of its own; status and body.
async fn request(address: &str, path: &str, token: Option<&str>, key: &str, body: &Value) -> io::Result<(u16, Value)> {
    let body = body.to_string();
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         idempotency-key: {key}\r\ncontent-length: {}\r\n",
        body.len()
    );
    if let Some(token) = token {
        write!(head, "authorization: Bearer {token}\r\n").expect("writes");
    }
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(format!("{head}\r\n{body}").as_bytes()).await?;
    let mut response = Vec::new();
    connection.read_to_end(&mut response).await?;
    let response = String::from_utf8_lossy(&response);
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (head, body) = response.split_once("\r\n\r\n").ok_or_else(cut)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(cut)?;
    Ok((status, serde_json::from_str(body).map_err(|_| cut())?))
}

async fn import(database: &Database) -> EmbeddedDirectory {
    let keys = Keys::derive(&Secret::new(vec![0; 32]));
    let directory =
        EmbeddedDirectory::open_with(database.clone(), Arc::new(SystemClock), Arc::new(OsRng), keys, HashCost::TEST);
    let directory = directory.await.expect("opens");
    let mut people = String::new();
    for person in 0..PEOPLE {
        let mail = address(person);
        writeln!(people, "[[people]]\nuser_id = \"person{person}\"\nname = \"Person {person}\"").expect("writes");
        writeln!(people, "mails = [{{ role = \"alternate\", address = \"{mail}\" }}]").expect("writes");
    }
    directory.import(&People::from_toml(&people).expect("reads")).await.expect("imports");
    directory
}

/// Every reset that was said to be done is there, in the log once, and confirmed once: nothing is lost with the process
/// that dies, and nothing is done twice by the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d7_d20_of_two_processes_one_is_killed_and_every_reset_counts_once() {
    let mail = SmtpServer::plain(Behaviour::default()).await;
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("regain.toml"), configuration(mail.address.port())).expect("writes");
    let database = Database::open(&folder.path().join("regain.db")).await.expect("opens");
    let directory = import(&database).await;

    let mut first = Server::start(&folder);
    let second = Server::start(&folder);
    let crowd = Arc::new(Crowd {
        addresses: Mutex::new(vec![first.address.clone(), second.address.clone()]),
        mail,
        done: AtomicUsize::new(0),
        until: Instant::now() + PATIENCE,
    });
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..AT_A_TIME)
        .map(|_| {
            let (crowd, next) = (Arc::clone(&crowd), Arc::clone(&next));
            tokio::spawn(async move {
                let mut flows = Vec::new();
                loop {
                    let person = next.fetch_add(1, Ordering::SeqCst);
                    if person >= PEOPLE {
                        return flows;
                    }
                    flows.push((person, crowd.reset(person).await));
                }
            })
        })
        .collect();

    let mut random = [0];
    OsRng.fill(&mut random);
    let after = 20 + usize::from(random[0]) * 150 / 255;
    eprintln!("killed after {after} resets");
    while crowd.done.load(Ordering::SeqCst) < after {
        assert!(!workers.iter().any(tokio::task::JoinHandle::is_finished), "somebody could not go on");
        sleep(Duration::from_millis(1)).await;
    }
    first.child.kill().expect("kills");
    first.child.wait().expect("is dead");
    let third = Server::start(&folder);
    *crowd.addresses.lock().expect("not poisoned") = vec![third.address.clone(), second.address.clone()];

    let mut flows = Vec::new();
    for worker in workers {
        flows.extend(worker.await.expect("no panic"));
    }
    assert_eq!(flows.len(), PEOPLE);

    // Queued messages are sent; those that the dead one was sending stay until their lease is over.
    let store = SqliteStore::new(database.clone(), Keys::derive(&Secret::new(vec![7; 32])));
    let mut waiting = 0;
    while waiting < 10 {
        assert!(Instant::now() < crowd.until, "the queue does not run empty");
        waiting = if is_idle(&crowd).await { waiting + 1 } else { 0 };
    }
    drop((second, third));
    let later = SystemClock.now() + SignedDuration::from_mins(5);
    let mut left_behind = Vec::new();
    while let Some(message) =
        store.claim_message(&Channel::ALL, later, later + SignedDuration::from_mins(3)).await.expect("answers")
    {
        left_behind.push(message.id);
    }
    eprintln!("{} notices were with the dead process", left_behind.len());
    assert!(left_behind.len() <= 4, "no more than it had workers: {left_behind:?}");

    let mut confirmed: HashMap<String, Vec<String>> = HashMap::new();
    for mail in crowd.mail.taken() {
        let parsed = MessageParser::default().parse(&mail.data).expect("a mail");
        if !parsed.subject().expect("a subject").contains("verification code") {
            let id = parsed.message_id().expect("an id").split('@').next().expect("a name").to_owned();
            confirmed.entry(mail.to[0].clone()).or_default().push(id);
        }
    }
    let mut missing = 0;
    for (person, flow) in flows {
        let audit = store.audit(&flow.as_str().into()).await.expect("answers");
        let resets = audit.iter().filter(|entry| entry.event == "password_reset").count();
        assert_eq!(resets, 1, "person {person}: {audit:?}");
        let user_id = format!("person{person}").parse().expect("a user ID");
        let signed_in = directory.sign_in(&user_id, &password(person).into(), SystemClock.now()).await;
        assert!(matches!(signed_in, Ok(SignIn::Accepted(_))), "person {person}: {signed_in:?}");
        match confirmed.get(&address(person)).map(Vec::as_slice) {
            // The other process may have died between the mail server's answer and its own note of it.
            Some([_]) => {}
            Some([one, another]) => panic!("person {person} was told twice: {one}, {another}"),
            Some(more) => panic!("person {person} was told {} times", more.len()),
            None => missing += 1,
        }
    }
    assert!(missing <= left_behind.len(), "{missing} were not told");
}

/// Tells if no mail came for a moment.
async fn is_idle(crowd: &Crowd) -> bool {
    let before = crowd.mail.taken().len();
    sleep(Duration::from_millis(100)).await;
    crowd.mail.taken().len() == before
}
