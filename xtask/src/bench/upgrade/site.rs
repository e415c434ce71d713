//! Two servers with one configuration and one key behind nginx, on one database.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use regain_free_port::free_port;
use regain_load::{Client, MailServer, PASSWORD, address, user_id, wait_until_ready};

use crate::{demo::directory::real_server, paths, run::output_of};

/// The time within which a server is ready, and the queue of mails is empty.
const PATIENCE: Duration = Duration::from_mins(1);

/// The time without a mail after which none comes any more.
const QUIET: Duration = Duration::from_secs(4);

/// The servers and what goes with them. They end with this value.
pub(super) struct Site {
    folder: PathBuf,
    /// The port of the proxy.
    pub(super) port: u16,
    ports: [u16; 2],
    servers: [Option<Child>; 2],
    proxy: Child,
    /// The program that PostgreSQL ends with.
    database: Option<Child>,
}

impl Site {
    /// Makes the database, by a program that also imports the people, and starts the proxy.
    pub(super) fn make(on_postgres: bool, mail_port: u16, people: usize, program: &Path) -> Result<Self> {
        let folder = paths::target().join("bench").join("upgrade");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be written to", folder.display()))?;
        let (database, store) = if on_postgres {
            let url = folder.join("database-url");
            let (child, _) = real_server("store", Path::new("nobody"), &url)?;
            fs::set_permissions(&url, fs::Permissions::from_mode(0o600))?;
            (Some(child), "url_file = \"database-url\"")
        } else {
            (None, "path = \"regain.db\"")
        };
        let (port, ports) = (free_port()?, [free_port()?, free_port()?]);
        for (number, port) in ports.iter().enumerate() {
            fs::write(folder.join(configuration(number)), text(*port, mail_port, store))?;
        }
        let person = |n: usize| {
            let (user_id, address) = (user_id(n), address(n));
            format!(
                "[[people]]\nuser_id = '{user_id}'\nname = 'Some Body'\npassword = '{PASSWORD}'\n\
                 mails = [{{ role = 'alternate', address = '{address}' }}]\n"
            )
        };
        fs::write(folder.join("people.toml"), (0..people).map(person).collect::<String>())?;
        fs::write(folder.join("nginx.conf"), proxy(&folder, port, ports))?;
        let proxy = Command::new("nginx")
            .args(["-e", "stderr", "-c"])
            .arg(folder.join("nginx.conf"))
            .env("PATH", "/usr/sbin:/usr/local/sbin:/usr/bin:/bin")
            .stdin(Stdio::null())
            .stderr(fs::File::create(folder.join("nginx.log"))?)
            .spawn()
            .context("nginx cannot be started")?;
        let site = Self { folder, port, ports, servers: [None, None], proxy, database };
        output_of(site.command(program, 0).arg("import").arg(site.folder.join("people.toml")))
            .context("the people could not be imported")?;
        Ok(site)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn command(&self, program: &Path, number: usize) -> Command {
        let mut command = Command::new(program);
        command.arg("--config").arg(self.folder.join(configuration(number))).env_remove("RUST_LOG");
        command
    }

    /// Starts a server by a program; returns once it is ready.
    pub(super) fn start(&mut self, number: usize, program: &Path) -> Result<()> {
        let log = fs::File::options().create(true).append(true).open(self.folder.join("server.log"))?;
        let mut server = self.command(program, number).stdout(log.try_clone()?).stderr(log).spawn()?;
        let port = self.ports[number];
        let begun = Instant::now();
        wait_until_ready(&mut server, port)?;
        self.servers[number] = Some(server);
        while !Client::connect(port)
            .and_then(|mut client| client.send("GET", "/readyz", "", None, ""))
            .is_ok_and(|ready| ready.status == 200)
        {
            ensure!(begun.elapsed() < PATIENCE, "a server is not ready: {}", self.folder.display());
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Stops a server in order.
    pub(super) fn stop(&mut self, number: usize) -> Result<()> {
        let mut server = self.servers[number].take().context("it runs")?;
        Command::new("kill").arg("-TERM").arg(server.id().to_string()).status()?;
        let status = server.wait()?;
        ensure!(status.success(), "a server did not end in order ({status})");
        Ok(())
    }

    /// The number of resets in the audit log, and the result of its check.
    pub(super) fn audited(&self, program: &Path) -> Result<(u64, String)> {
        let lines = output_of(self.command(program, 0).arg("audit")).context("the audit log cannot be read")?;
        let resets = lines.lines().filter(|line| line.contains("\"password_reset\"")).count();
        let verified = output_of(self.command(program, 0).args(["audit", "--verify"]));
        Ok((u64::try_from(resets)?, verified.context("the audit log is not whole")?))
    }

    /// The log of all servers.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }
}

/// Waits until no mail comes any more.
pub(super) fn wait_for_mail(mail: &MailServer) -> Result<()> {
    let begun = Instant::now();
    let (mut count, mut since) = (mail.mails(), Instant::now());
    while since.elapsed() < QUIET {
        ensure!(begun.elapsed() < PATIENCE, "mails come without end");
        thread::sleep(Duration::from_millis(50));
        if mail.mails() != count {
            (count, since) = (mail.mails(), Instant::now());
        }
    }
    Ok(())
}

impl Drop for Site {
    fn drop(&mut self) {
        for child in self.servers.iter_mut().flatten().chain([&mut self.proxy]) {
            let _ = child.kill();
            let _ = child.wait();
        }
        if let Some(database) = &mut self.database {
            drop(database.stdin.take());
            let _ = database.wait();
        }
    }
}

fn configuration(number: usize) -> String {
    format!("server-{number}.toml")
}

/// As an organisation would have it, but for the challenge, and for limits that one client who is many people would run into.
fn text(port: u16, mail_port: u16, store: &str) -> String {
    format!(
        r#"
[server]
listen = "127.0.0.1:{port}"
key_file = "server.key"
trusted_proxies = ["127.0.0.1"]
[store]
{store}
[organisation]
name = "Contoso"
[captcha]
kind = "off"
[mail]
host = "127.0.0.1"
port = {mail_port}
tls = "none"
from = "help@example.com"
[limits]
flows_per_client = 1000000
identifications_per_account = 1000000
messages_per_destination = 1000000
messages_per_destination_a_day = 1000000
messages_per_hour = 1000000
"#
    )
}

/// The same as `packaging/proxies/nginx-servers.conf`, without TLS.
fn proxy(folder: &Path, port: u16, ports: [u16; 2]) -> String {
    let (folder, [one, other]) = (folder.display(), ports);
    format!(
        r"
        daemon off;
        master_process off;
        pid {folder}/nginx.pid;
        error_log stderr error;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path {folder}/body;
            proxy_temp_path {folder}/proxy;
            fastcgi_temp_path {folder}/fastcgi;
            uwsgi_temp_path {folder}/uwsgi;
            scgi_temp_path {folder}/scgi;
            upstream regain {{
                server 127.0.0.1:{one} max_fails=1 fail_timeout=1s;
                server 127.0.0.1:{other} max_fails=1 fail_timeout=1s;
            }}
            server {{
                listen 127.0.0.1:{port};
                keepalive_requests 1000000;
                location / {{
                    proxy_pass http://regain;
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                    proxy_next_upstream error timeout http_503 non_idempotent;
                    proxy_connect_timeout 2s;
                }}
            }}
        }}
        "
    )
}
