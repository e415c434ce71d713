//! A server in a folder of its own, with people who are reached by mail.

use std::{
    fs,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command},
};

use anyhow::{Context as _, Result, ensure};
use regain_free_port::free_port;

use crate::{busy_ms, wait_until_ready};

/// The password of everybody until it is reset, where they have one.
pub const PASSWORD: &str = "analytical engine notes";

/// The bytes before the counter of changes in the index of SQLite's log of writes (<https://www.sqlite.org/walformat.html>).
const BEFORE_CHANGES: usize = 8;

/// A server to be started.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a> {
    /// The server's program.
    pub program: &'a Path,
    /// Its folder, which is made anew.
    pub folder: &'a Path,
    /// The number of its people.
    pub people: usize,
    /// True if they have [`PASSWORD`]; hashing it takes a hundredth of a second for each.
    pub have_passwords: bool,
    /// The port of its mail server.
    pub mail_port: u16,
    /// Lines that are added to its configuration, the first of them to `[limits]`.
    pub more: &'a str,
}

/// A running server. It is killed with this value.
pub struct Installation {
    program: PathBuf,
    folder: PathBuf,
    configuration: PathBuf,
    /// The port that it answers on.
    pub port: u16,
    server: Child,
}

/// Memory and files of a server at a time, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Held {
    /// Its resident memory.
    pub resident: u64,
    /// The most that it has had resident.
    pub peak: u64,
    /// The database file.
    pub database: u64,
    /// The log of writes beside it.
    pub log: u64,
    /// The time for which it has kept a core busy since it began, in milliseconds.
    pub busy: u64,
    /// The number of transactions in the database file, modulo 2³².
    pub commits: u32,
}

/// The user ID of one of the people.
pub fn user_id(person: usize) -> String {
    format!("p{person}@example.com")
}

/// Their address.
pub fn address(person: usize) -> String {
    format!("p{person}@home.example")
}

impl Setup<'_> {
    /// Makes the folder with the configuration, and imports the people; the server can be started then.
    pub fn prepare(&self) -> Result<()> {
        let Self { program, folder, people, have_passwords, .. } = self;
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be written to", folder.display()))?;
        self.configure("regain.toml")?;
        let list = folder.join("people.toml");
        let mut file = BufWriter::new(fs::File::create(&list)?);
        let password = if *have_passwords { format!("password = '{PASSWORD}'\n") } else { String::new() };
        for person in 0..*people {
            writeln!(
                file,
                "[[people]]\nuser_id = '{}'\nname = 'Some Body'\n{password}mails = [{{ role = 'alternate', address = '{}' }}]",
                user_id(person),
                address(person)
            )?;
        }
        file.flush()?;
        drop(file);
        let mut import = command(program, &folder.join("regain.toml"));
        let imported = import.arg("import").arg(&list).output()?;
        ensure!(imported.status.success(), "no import: {}", String::from_utf8_lossy(&imported.stderr));
        Ok(())
    }

    /// Starts a server over a folder that was prepared, with a configuration of its own. Several may run over a database
    /// that is no file.
    pub fn start(&self, configuration: &str) -> Result<Installation> {
        let port = self.configure(configuration)?;
        let configuration = self.folder.join(configuration);
        let log = fs::File::create(configuration.with_extension("log"))?;
        let mut command = command(self.program, &configuration);
        let server = command.stdout(log.try_clone()?).stderr(log).spawn().context("the server cannot be started")?;
        let (program, folder) = (self.program.to_owned(), self.folder.to_owned());
        let mut installation = Installation { program, folder, configuration, port, server };
        wait_until_ready(&mut installation.server, port)
            .with_context(|| format!("see {}", installation.configuration.with_extension("log").display()))?;
        Ok(installation)
    }

    fn configure(&self, name: &str) -> Result<u16> {
        let port = free_port()?;
        fs::write(self.folder.join(name), configuration(port, self.mail_port, self.more))?;
        Ok(port)
    }
}

impl Installation {
    /// Prepares a server and starts it.
    pub fn start(setup: &Setup<'_>) -> Result<Self> {
        setup.prepare()?;
        setup.start("regain.toml")
    }

    /// The process.
    pub fn process(&self) -> u32 {
        self.server.id()
    }

    /// Memory and files of the server now.
    pub fn held(&self) -> Result<Held> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.server.id()))
            .context("the memory of a process is read from /proc, which only Linux has")?;
        let kilobytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        let size = |name: &str| fs::metadata(self.folder.join(name)).map_or(0, |file| file.len());
        let index = fs::read(self.folder.join("regain.db-shm")).unwrap_or_default();
        let changes = index.get(BEFORE_CHANGES..BEFORE_CHANGES + 4).and_then(|bytes| bytes.try_into().ok());
        Ok(Held {
            resident: kilobytes("VmRSS:").context("the server has ended")? * 1024,
            peak: kilobytes("VmHWM:").unwrap_or_default() * 1024,
            database: size("regain.db"),
            log: size("regain.db-wal"),
            busy: busy_ms(self.server.id())?,
            commits: changes.map_or(0, u32::from_ne_bytes),
        })
    }

    /// Ends the server in order.
    pub fn end(&mut self) -> Result<()> {
        Command::new("kill").arg("-TERM").arg(self.server.id().to_string()).status()?;
        let status = self.server.wait()?;
        ensure!(status.success(), "the server did not end in order ({status})");
        Ok(())
    }

    /// Ends the server in order, and has it check its audit log, whose findings it prints.
    pub fn stop(mut self) -> Result<()> {
        self.end()?;
        let verified = command(&self.program, &self.configuration).args(["audit", "--verify"]).output()?;
        ensure!(verified.status.success(), "the audit log is not whole: {}", String::from_utf8_lossy(&verified.stderr));
        println!("  {}", String::from_utf8_lossy(&verified.stdout).trim());
        Ok(())
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn command(program: &Path, configuration: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("--config").arg(configuration).env_remove("RUST_LOG");
    command
}

/// As an organisation would have it, but for the challenge, and for the budgets of messages, which a day's people spend in
/// minutes here. Every client says where it comes from.
fn configuration(port: u16, mail_port: u16, more: &str) -> String {
    format!(
        r#"
[server]
listen = "127.0.0.1:{port}"
key_file = "server.key"
trusted_proxies = ["127.0.0.1"]
[organisation]
name = "Contoso"
[methods]
recovery_codes = true
[captcha]
kind = "off"
[mail]
host = "127.0.0.1"
port = {mail_port}
tls = "none"
from = "help@example.com"
[limits]
messages_per_destination = 1000000
messages_per_destination_a_day = 1000000
messages_per_hour = 1000000
{more}
"#
    )
}

/// Bytes in megabytes, for people.
pub fn megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0
}
