//! Two processes on one database, a file or PostgreSQL. At a random moment one of them is killed, or PostgreSQL restarts.

use std::{
    collections::HashMap,
    fmt::Write as _,
    fs, io,
    os::unix::fs::PermissionsExt as _,
    process::Child,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use mail_parser::MessageParser;
use regain_protocol::Secret;
use regain_real_servers::postgres::{Postgres, USER};
use regain_server::{
    adapters::{Database, EmbeddedDirectory, HashCost, Location, People, PostgresSettings, SqliteStore},
    keys::Keys,
    ports::{Accounts as _, Channel, Clock as _, OsRng, Rng as _, SignIn, Store as _, SystemClock},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::MutexGuard,
    task::{JoinSet, block_in_place},
    time::sleep,
};

use crate::smtp_server::{Behaviour, SmtpServer};

/// The number of people over a file, each of whom resets their password once.
const PEOPLE: usize = 200;

/// The same over PostgreSQL.
const PEOPLE_ON_POSTGRES: usize = 80;

/// The number of them who are at it at a time.
const AT_A_TIME: usize = 8;

/// The time within which everything must have happened.
const PATIENCE: Duration = Duration::from_mins(3);

/// The server key, 32 zero bytes, in base64.
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// One server for the tests, which take turns: one of them restarts it.
static POSTGRES: LazyLock<tokio::sync::Mutex<Postgres>> = LazyLock::new(|| Postgres::start().into());

/// The database that the processes share.
enum Shared {
    File,
    Postgres(MutexGuard<'static, Postgres>, &'static str),
}

/// The blow that the processes have to withstand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blow {
    ServerIsKilled,
    DatabaseRestarts,
}

impl Shared {
    /// A database on PostgreSQL.
    async fn on_postgres(name: &'static str) -> Self {
        block_in_place(|| LazyLock::force(&POSTGRES));
        let server = POSTGRES.lock().await;
        block_in_place(|| server.execute("postgres", &format!("CREATE DATABASE {name} OWNER {USER}")));
        Self::Postgres(server, name)
    }

    /// The number of people.
    const fn people(&self) -> usize {
        match self {
            Self::File => PEOPLE,
            Self::Postgres(..) => PEOPLE_ON_POSTGRES,
        }
    }

    /// The section of the configuration, with what it refers to in the folder.
    fn section(&self, folder: &TempDir) -> &'static str {
        let Self::Postgres(server, name) = self else { return "" };
        let file = folder.path().join("url");
        fs::write(&file, server.url(USER, name)).expect("writes");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("is ours");
        "[store]\nurl_file = \"url\""
    }

    async fn open(&self, folder: &TempDir) -> Database {
        let location = match self {
            Self::File => Location::File(folder.path().join("regain.db")),
            Self::Postgres(server, name) => {
                let settings = PostgresSettings::parse(&server.url(USER, name).into(), None, 4);
                Location::Postgres(Box::new(settings.expect("a URL")))
            }
        };
        Database::open_at(&location).await.expect("opens")
    }
}

fn configuration(mail: u16, store: &str) -> String {
    format!(
        r#"
        {store}
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

async fn import(database: &Database, count: usize) -> EmbeddedDirectory {
    let keys = Keys::derive(&Secret::new(vec![0; 32]));
    let directory =
        EmbeddedDirectory::open_with(database.clone(), Arc::new(SystemClock), Arc::new(OsRng), keys, HashCost::TEST);
    let directory = directory.await.expect("opens");
    let mut people = String::new();
    for person in 0..count {
        let mail = address(person);
        writeln!(people, "[[people]]\nuser_id = \"person{person}\"\nname = \"Person {person}\"").expect("writes");
        writeln!(people, "mails = [{{ role = \"alternate\", address = \"{mail}\" }}]").expect("writes");
    }
    directory.import(&People::from_toml(&people).expect("reads")).await.expect("imports");
    directory
}

/// Two processes over one database with people in it, and those who use them.
struct Pair {
    folder: TempDir,
    database: Database,
    directory: EmbeddedDirectory,
    first: Server,
    second: Server,
    crowd: Arc<Crowd>,
}

impl Pair {
    async fn start(shared: &Shared) -> Self {
        let mail = SmtpServer::plain(Behaviour::default()).await;
        let folder = tempfile::tempdir().expect("a folder");
        let text = configuration(mail.address.port(), shared.section(&folder));
        fs::write(folder.path().join("regain.toml"), text).expect("writes");
        let database = shared.open(&folder).await;
        let directory = import(&database, shared.people()).await;
        let (first, second) = (Server::start(&folder), Server::start(&folder));
        let crowd = Arc::new(Crowd {
            addresses: Mutex::new(vec![first.address.clone(), second.address.clone()]),
            mail,
            done: AtomicUsize::new(0),
            until: Instant::now() + PATIENCE,
        });
        Self { folder, database, directory, first, second, crowd }
    }

    /// The number of events of a kind in a flow.
    async fn events(&self, flow: &str, event: &str) -> usize {
        let store = SqliteStore::new(self.database.clone(), Keys::derive(&Secret::new(vec![7; 32])));
        let audit = store.audit(&flow.into()).await.expect("answers");
        audit.iter().filter(|entry| entry.event == event).count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d7_d20_of_two_processes_one_is_killed_and_every_reset_counts_once() {
    every_reset_counts_once(Shared::File, Blow::ServerIsKilled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_processes_on_postgresql_one_is_killed_and_every_reset_counts_once() {
    every_reset_counts_once(Shared::on_postgres("killed").await, Blow::ServerIsKilled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgresql_restarts_under_load_and_every_reset_counts_once() {
    every_reset_counts_once(Shared::on_postgres("restarted").await, Blow::DatabaseRestarts).await;
}

/// Every reset that was said to be done is there, in the log once, and confirmed once: nothing is lost with the process
/// that dies, and nothing is done twice by the other.
async fn every_reset_counts_once(mut shared: Shared, blow: Blow) {
    let Pair { folder, database, directory, mut first, second, crowd } = Pair::start(&shared).await;
    let people = shared.people();
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..AT_A_TIME)
        .map(|_| {
            let (crowd, next) = (Arc::clone(&crowd), Arc::clone(&next));
            tokio::spawn(async move {
                let mut flows = Vec::new();
                loop {
                    let person = next.fetch_add(1, Ordering::SeqCst);
                    if person >= people {
                        return flows;
                    }
                    flows.push((person, crowd.reset(person).await));
                }
            })
        })
        .collect();

    let mut random = [0];
    OsRng.fill(&mut random);
    let after = 20 + usize::from(random[0]) * (people - 50) / 255;
    eprintln!("killed after {after} resets");
    while crowd.done.load(Ordering::SeqCst) < after {
        assert!(!workers.iter().any(tokio::task::JoinHandle::is_finished), "somebody could not go on");
        sleep(Duration::from_millis(1)).await;
    }
    if let (Blow::DatabaseRestarts, Shared::Postgres(server, _)) = (blow, &mut shared) {
        block_in_place(|| server.restart());
    } else {
        first.child.kill().expect("kills");
        first.child.wait().expect("is dead");
        first = Server::start(&folder);
        *crowd.addresses.lock().expect("not poisoned") = vec![first.address.clone(), second.address.clone()];
    }

    let mut flows = Vec::new();
    for worker in workers {
        flows.extend(worker.await.expect("no panic"));
    }
    assert_eq!(flows.len(), people);

    // Queued messages are sent; those that the dead one was sending stay until their lease is over.
    let store = SqliteStore::new(database.clone(), Keys::derive(&Secret::new(vec![7; 32])));
    let mut waiting = 0;
    while waiting < 10 {
        assert!(Instant::now() < crowd.until, "the queue does not run empty");
        waiting = if is_idle(&crowd).await { waiting + 1 } else { 0 };
    }
    drop((first, second));
    let later = SystemClock.now() + SignedDuration::from_mins(5);
    let mut left_behind = Vec::new();
    while let Some(message) =
        store.claim_message(&Channel::ALL, later, later + SignedDuration::from_mins(3)).await.expect("answers")
    {
        left_behind.push(message.id);
    }
    eprintln!("{} notices were with the dead process", left_behind.len());
    let workers = if blow == Blow::ServerIsKilled { 4 } else { 8 };
    assert!(left_behind.len() <= workers, "no more than there were workers: {left_behind:?}");

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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_and_proofs_count_once_over_two_processes() {
    guesses_and_proofs_count_once(&Shared::File).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_and_proofs_count_once_over_two_processes_on_postgresql() {
    guesses_and_proofs_count_once(&Shared::on_postgres("guessed").await).await;
}

/// Of sixty wrong codes at once, half of them to each process, five are compared; of fifty passwords, one is set.
async fn guesses_and_proofs_count_once(shared: &Shared) {
    let pair = Pair::start(shared).await;
    let crowd = &pair.crowd;

    let (flow, token, step) = crowd.asked(1).await;
    let right = crowd.arrives(1).await.expect("a code comes");
    let wrong = (0..).map(|n| format!("{n:06}")).filter(|code| *code != right).take(60);
    let answers = wrong.map(|code| json!({ "flow": flow, "step": step, "do": "verify", "code": code }));
    let got = at_once(crowd, &token, answers.collect()).await;
    let wrong = got.iter().filter(|(status, body)| *status == 422 && body["code"] == "wrong_code").count();
    assert_eq!(wrong, 5, "{got:?}");
    assert_eq!(pair.events(&flow, "wrong_code").await, 5);

    let (flow, token, step) = crowd.asked(2).await;
    let code = crowd.arrives(2).await.expect("a code comes");
    let verify = json!({ "flow": flow, "step": step, "do": "verify", "code": code });
    let (status, got) = crowd.ask(2, "/v1/answers", Some(&token), "verify", &verify).await;
    assert_eq!(status, 200, "{got}");
    let token = got["token"].as_str().expect("a token that rotated").to_owned();
    let step = got["flow"]["step"]["id"].clone();
    let answers = (0..50).map(|n| json!({ "flow": flow, "step": step, "do": "set_password", "password": password(n) }));
    let got = at_once(crowd, &token, answers.collect()).await;
    assert_eq!(got.iter().filter(|(status, _)| *status == 200).count(), 1, "{got:?}");
    assert_eq!(pair.events(&flow, "password_reset").await, 1);
    let notices = || crowd.mail.taken().iter().filter(|mail| mail.to == [address(2)]).count() - 1;
    while notices() == 0 || !is_idle(crowd).await {
        assert!(Instant::now() < crowd.until, "no notice comes");
    }
    assert_eq!(notices(), 1);
}

/// Gives all answers at once, every other one to the other process.
async fn at_once(crowd: &Arc<Crowd>, token: &str, answers: Vec<Value>) -> Vec<(u16, Value)> {
    let mut asking = JoinSet::new();
    for (n, answer) in answers.into_iter().enumerate() {
        let (crowd, token) = (Arc::clone(crowd), token.to_owned());
        asking.spawn(async move { crowd.ask(n, "/v1/answers", Some(&token), &format!("at-once-{n}"), &answer).await });
    }
    asking.join_all().await
}

impl Crowd {
    /// Brings a person to where a code is asked for; returns flow, token and step.
    async fn asked(&self, person: usize) -> (String, String, Value) {
        let key = format!("asked{person}");
        let (_, begun) = self.ask(person, "/v1/flows", None, &key, &json!({ "kind": "reset" })).await;
        let token = begun["token"].as_str().expect("a token").to_owned();
        let flow = begun["flow"]["id"].as_str().expect("an id").to_owned();
        let mut step = begun["flow"]["step"].clone();
        while step["name"] != "enter_code" {
            let body = if step["name"] == "identify" {
                json!({ "flow": flow, "step": step["id"], "do": "identify", "user_id": format!("person{person}") })
            } else {
                json!({ "flow": flow, "step": step["id"], "do": "choose", "method": step["methods"][0]["id"] })
            };
            let key = format!("to-{}", step["name"].as_str().expect("a name"));
            let (status, got) = self.ask(person, "/v1/answers", Some(&token), &key, &body).await;
            assert_eq!(status, 200, "{got}");
            step = got["flow"]["step"].clone();
        }
        (flow, token, step["id"].clone())
    }
}
