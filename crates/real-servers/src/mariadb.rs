//! MariaDB.

use std::{
    net::{Ipv4Addr, SocketAddr},
    process::Command,
    thread,
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    authority::Certificates,
    process::{Server, free_address, program, run},
    unprivileged,
};

/// The user that a database administrator would be.
pub const ADMIN: &str = "admin";

/// A user with no more rights than it is granted.
pub const USER: &str = "regain";

/// The password of both.
pub const PASSWORD: &str = "database password 1";

const PACKAGE: &str = "mariadb-server";
const PORT: u16 = 3306;

/// As small as it may be: it is copied for each server.
const LOG_SIZE: &str = "--innodb-log-file-size=4M";

/// A running server.
#[derive(Debug)]
pub struct MariaDb {
    server: Option<Server>,
    address: Ipv4Addr,
    certificates: Certificates,
    folder: TempDir,
}

impl MariaDb {
    /// Starts one. It listens on a loopback address, with TLS and without.
    pub fn start() -> Self {
        let folder = unprivileged::folder();
        let address = free_address(&[PORT]);
        let certificates = Certificates::make(&folder.path().join("tls"), address);
        unprivileged::give(folder.path());
        let version = run(Command::new(program("mariadbd", PACKAGE)).arg("--version")).expect("has a version");
        unprivileged::cached("mariadb", &version, &folder.path().join("data"), |data| {
            let mut install = unprivileged::command(&program("mariadb-install-db", PACKAGE));
            install.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
            install.args(["--auth-root-authentication-method=normal", "--skip-test-db", LOG_SIZE]);
            run(&mut install).expect("a database is made");
        });
        let mut mariadb = Self { server: None, address, certificates, folder };
        mariadb.restart();
        mariadb.execute_as_root(&format!(
            "CREATE USER {ADMIN} IDENTIFIED BY '{PASSWORD}'; GRANT ALL PRIVILEGES ON *.* TO {ADMIN} WITH GRANT OPTION;
             CREATE USER {USER} IDENTIFIED BY '{PASSWORD}'"
        ));
        mariadb
    }

    /// Ends it where it runs, and starts it over what it has.
    pub fn restart(&mut self) {
        self.stop();
        let (program, prefix) = unprivileged::arguments(&program("mariadbd", PACKAGE));
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let arguments = prefix.into_iter().chain([
            "--no-defaults".to_owned(),
            format!("--datadir={}", path("data")),
            format!("--socket={}", path("socket")),
            format!("--pid-file={}", path("pid")),
            format!("--bind-address={}", self.address),
            format!("--port={PORT}"),
            format!("--ssl-cert={}", self.certificates.certificate.display()),
            format!("--ssl-key={}", self.certificates.key.display()),
            "--skip-name-resolve".into(),
            "--innodb-flush-log-at-trx-commit=0".into(),
            "--innodb-flush-method=nosync".into(),
            LOG_SIZE.into(),
        ]);
        let server = Server::start(&program, arguments, &self.folder.path().join("log"));
        server.wait_for(SocketAddr::from((self.address, PORT)));
        self.server = Some(server);
        // Its socket comes last.
        while run(self.client().args(["--execute", "SELECT 1"])).is_err() {
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it; what it has stays.
    pub fn stop(&mut self) {
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
        format!("mysql://{user}:{password}@{}:{PORT}/{database}", self.address)
    }

    /// Runs statements as the administrator.
    pub fn execute_as_root(&self, sql: &str) -> String {
        run(self.client().args(["--execute", sql])).expect("runs")
    }

    fn client(&self) -> Command {
        let mut client = Command::new(program("mariadb", PACKAGE));
        client.args(["--no-defaults", "--user=root", "--batch", "--skip-column-names"]);
        client.arg(format!("--socket={}", self.folder.path().join("socket").display()));
        client
    }
}
