//! PostgreSQL.

use std::{
    env, fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    authority::{self, Certificates},
    process::{Server, free_address, run},
    unprivileged,
};

/// The user that a database administrator would be.
pub const ADMIN: &str = "admin";

/// A user with no more rights than it is granted.
pub const USER: &str = "regain";

/// The password of both.
pub const PASSWORD: &str = "database password 1";

const PACKAGE: &str = "postgresql";
const PORT: u16 = 5432;

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    server: Option<Server>,
    address: Ipv4Addr,
    certificates: Certificates,
    /// True if commits are on the disk before they are answered.
    is_durable: bool,
    folder: TempDir,
}

impl Postgres {
    /// Starts one. It listens on a loopback address, with TLS and without. What it commits may be lost with this machine.
    pub fn start() -> Self {
        Self::begin(false)
    }

    /// Starts one as it is installed: what it commits is on the disk.
    pub fn start_durable() -> Self {
        Self::begin(true)
    }

    fn begin(is_durable: bool) -> Self {
        let folder = unprivileged::folder();
        let address = free_address(&[PORT]);
        let certificates = Certificates::make(&folder.path().join("tls"), address);
        let password = folder.path().join("password");
        authority::write(&password, PASSWORD);
        unprivileged::give(folder.path());
        let version = run(Command::new(program("postgres")).arg("--version")).expect("has a version");
        unprivileged::cached("postgres", &version, &folder.path().join("data"), |data| {
            let mut init = unprivileged::command(&program("initdb"));
            init.args(["--username", ADMIN, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"]);
            init.args(["--no-sync", "--no-instructions", "--pwfile"]).arg(&password).arg("--pgdata").arg(data);
            run(&mut init).expect("a cluster is made");
        });
        let mut postgres = Self { server: None, address, certificates, is_durable, folder };
        postgres.restart();
        postgres.execute("postgres", &format!("CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'"));
        postgres
    }

    /// Ends it where it runs, and starts it over what it has.
    pub fn restart(&mut self) {
        self.stop();
        let mut arguments: Vec<String> = vec!["-D".into(), self.path("data"), "-k".into(), self.path("")];
        for setting in [
            format!("listen_addresses={}", self.address),
            format!("port={PORT}"),
            format!("fsync={}", if self.is_durable { "on" } else { "off" }),
            "ssl=on".into(),
            format!("ssl_cert_file={}", self.certificates.certificate.display()),
            format!("ssl_key_file={}", self.certificates.key.display()),
        ] {
            arguments.extend(["-c".to_owned(), setting]);
        }
        let (program, prefix) = unprivileged::arguments(&program("postgres"));
        let arguments = prefix.into_iter().chain(arguments);
        let server = Server::start(&program, arguments, &self.folder.path().join("log"));
        server.wait_for(SocketAddr::from((self.address, PORT)));
        self.server = Some(server);
        // It takes connections before it answers.
        while run(self.psql("postgres").args(["-c", "SELECT 1"])).is_err() {
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it; what it has stays.
    pub fn stop(&mut self) {
        if self.server.is_some() {
            // Its children have groups of their own, and the next start has to wait until they are gone.
            let mut stop = unprivileged::command(&program("pg_ctl"));
            stop.args(["stop", "--mode", "immediate", "--pgdata", &self.path("data")]);
            let _ = run(&mut stop);
        }
        self.server = None;
    }

    /// The process.
    pub fn server(&self) -> &Server {
        self.server.as_ref().expect("runs")
    }

    /// The address and port.
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::from((self.address, PORT))
    }

    /// The certificates.
    pub fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// The URL of a database for a user of [`PASSWORD`].
    pub fn url(&self, user: &str, database: &str) -> String {
        let password = PASSWORD.replace(' ', "%20");
        format!("postgres://{user}:{password}@{}:{PORT}/{database}", self.address)
    }

    /// [`Postgres::url`] by the socket of this machine, without TLS.
    pub fn socket_url(&self, user: &str, database: &str) -> String {
        let (password, folder) = (PASSWORD.replace(' ', "%20"), self.folder.path().display());
        format!("postgres://{user}:{password}@localhost:{PORT}/{database}?host={folder}")
    }

    /// Runs statements as the administrator.
    pub fn execute(&self, database: &str, sql: &str) -> String {
        run(self.psql(database).args(["-v", "ON_ERROR_STOP=1", "-At", "-c", sql])).expect("runs")
    }

    fn psql(&self, database: &str) -> Command {
        let mut psql = Command::new(program("psql"));
        psql.env("PGPASSWORD", PASSWORD).args([
            "-X",
            "-q",
            "-h",
            &self.address.to_string(),
            "-p",
            &PORT.to_string(),
            "-U",
            ADMIN,
            database,
        ]);
        psql
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A program of the newest version that is installed; Debian keeps most of them off the path.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debians = versions.map(|version| version.path().join("bin")).max_by_key(|folder| version_of(folder));
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = debians.into_iter().chain(env::split_paths(&path));
    let found = folders.find_map(|folder| Some(folder.join(name)).filter(|path| path.is_file()));
    found.unwrap_or_else(|| panic!("{name} is missing: apt-get install --no-install-recommends {PACKAGE}"))
}

fn version_of(folder: &Path) -> Option<u32> {
    folder.parent()?.file_name()?.to_str()?.parse().ok()
}
