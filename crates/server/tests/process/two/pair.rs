//! Servers over one database with people in it.

use std::{
    fmt::Write as _,
    fs, io,
    process::Child,
    sync::{Arc, Mutex, atomic::AtomicUsize},
    time::{Duration, Instant},
};

use regain_protocol::Secret;
use regain_server::{
    adapters::{Database, EmbeddedDirectory, HashCost, People, SqlStore},
    keys::Keys,
    ports::{OsRng, Store as _, SystemClock},
};
use tempfile::TempDir;

use super::{
    database::Shared,
    people::{Crowd, address},
};
use crate::smtp_server::{Behaviour, SmtpServer};

/// The time within which everything must have happened.
const PATIENCE: Duration = Duration::from_mins(3);

/// The server key, 32 zero bytes, in base64.
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

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

/// A server of which everybody knows the address.
pub(super) struct Server {
    child: Child,
    pub(super) address: String,
}

impl Server {
    /// Starts one by the configuration of a name.
    pub(super) fn start(folder: &TempDir, configuration: &str) -> Self {
        let (child, mut log, line) = crate::started(&folder.path().join(configuration));
        let address = line.split_once("local=").and_then(|(_, after)| after.split(' ').next()).expect("an address");
        // A full pipe would stop the server.
        std::thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        Self { child, address: address.to_owned() }
    }

    /// Ends it as a power cut would (SIGKILL).
    pub(super) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A folder with a database, its people, and configurations.
pub(super) struct Site {
    pub(super) folder: TempDir,
    pub(super) database: Database,
    pub(super) directory: EmbeddedDirectory,
    section: &'static str,
}

impl Site {
    pub(super) async fn make(shared: &Shared, people: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let section = shared.section(&folder);
        let database = shared.open(&folder).await;
        let directory = import(&database, people).await;
        Self { folder, database, directory, section }
    }

    /// Writes a configuration with a mail server.
    pub(super) fn configure(&self, name: &str, mail: &SmtpServer) {
        let text = configuration(mail.address.port(), self.section);
        fs::write(self.folder.path().join(name), text).expect("writes");
    }

    /// The store, past the servers.
    pub(super) fn store(&self) -> SqlStore {
        SqlStore::new(self.database.clone(), Keys::derive(&Secret::new(vec![7; 32])))
    }

    /// The number of events of a kind in a flow.
    pub(super) async fn events(&self, flow: &str, event: &str) -> usize {
        let audit = self.store().audit(&flow.into()).await.expect("answers");
        audit.iter().filter(|entry| entry.event == event).count()
    }
}

/// The configuration of a pair.
pub(super) const CONFIGURATION: &str = "regain.toml";

/// Two processes over one database with people in it, and those who use them.
pub(super) struct Pair {
    pub(super) site: Site,
    pub(super) first: Server,
    pub(super) second: Server,
    pub(super) crowd: Arc<Crowd>,
}

impl Pair {
    pub(super) async fn start(shared: &Shared, people: usize) -> Self {
        let site = Site::make(shared, people).await;
        let mail = SmtpServer::plain(Behaviour::default()).await;
        site.configure(CONFIGURATION, &mail);
        let (first, second) = (Server::start(&site.folder, CONFIGURATION), Server::start(&site.folder, CONFIGURATION));
        let crowd = Arc::new(Crowd {
            addresses: Mutex::new(vec![first.address.clone(), second.address.clone()]),
            mail,
            done: AtomicUsize::new(0),
            until: Instant::now() + PATIENCE,
        });
        Self { site, first, second, crowd }
    }
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
