//! A release server in a folder of its own, with people who are reached by mail.

use std::{
    fs, io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command},
};

use anyhow::{Context as _, Result, ensure};

use crate::{demo, native, paths, run::output_of};

/// The password of everybody until it is reset.
pub(super) const PASSWORD: &str = "analytical engine notes";

/// A running server. It is killed with this value.
pub(super) struct Installation {
    folder: PathBuf,
    pub(super) port: u16,
    server: Child,
}

/// Memory and files of a server at a time, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Held {
    /// Its resident memory.
    pub(super) resident: u64,
    /// The most that it has had resident.
    pub(super) peak: u64,
    /// The database file.
    pub(super) database: u64,
    /// The log of writes beside it.
    pub(super) log: u64,
    /// The time for which it has kept a core busy since it began, in milliseconds.
    pub(super) busy: u64,
}

/// The user ID of one of the people.
pub(super) fn user_id(person: usize) -> String {
    format!("p{person}@example.com")
}

/// Their address.
pub(super) fn address(person: usize) -> String {
    format!("p{person}@home.example")
}

impl Installation {
    /// Starts a server with so many people; `more` is added to its configuration.
    pub(super) fn start(name: &str, people: usize, mail_port: u16, more: &str) -> Result<Self> {
        Self::start_with(name, people, mail_port, more, |_| Ok(()))
    }

    /// The same, with files that its configuration names.
    pub(super) fn start_with(
        name: &str,
        people: usize,
        mail_port: u16,
        more: &str,
        files: impl FnOnce(&Path) -> io::Result<()>,
    ) -> Result<Self> {
        let folder = paths::target().join("bench").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be written to", folder.display()))?;
        files(&folder)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        fs::write(folder.join("regain.toml"), configuration(port, mail_port, more))?;
        let person = |n: usize| {
            format!(
                "[[people]]\nuser_id = '{}'\nname = 'Some Body'\npassword = '{PASSWORD}'\n\
                 mails = [{{ role = 'alternate', address = '{}' }}]\n",
                user_id(n),
                address(n)
            )
        };
        fs::write(folder.join("people.toml"), (0..people).map(person).collect::<String>())?;
        let command = || {
            let mut command = Command::new(native::release_server());
            command.arg("--config").arg(folder.join("regain.toml")).env_remove("RUST_LOG");
            command
        };
        let imported = output_of(command().arg("import").arg(folder.join("people.toml")));
        imported.context("the people could not be imported")?;
        let log = fs::File::create(folder.join("server.log"))?;
        let server = command().stdout(log.try_clone()?).stderr(log).spawn().context("the server cannot be started")?;
        let mut installation = Self { folder, port, server };
        demo::wait_until_ready(&mut installation.server, port)
            .with_context(|| format!("see {}", installation.folder.join("server.log").display()))?;
        Ok(installation)
    }

    /// Memory and files of the server now.
    pub(super) fn held(&self) -> Result<Held> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.server.id()))
            .context("the memory of a process is read from /proc, which only Linux has")?;
        let kilobytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.server.id()))?;
        // proc_pid_stat(5): behind the name in parentheses, the 12th and 13th are the time in hundredths of a second.
        let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
        let busy = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10;
        let size = |name: &str| fs::metadata(self.folder.join(name)).map_or(0, |file| file.len());
        Ok(Held {
            resident: kilobytes("VmRSS:").context("the server has ended")? * 1024,
            peak: kilobytes("VmHWM:").unwrap_or_default() * 1024,
            database: size("regain.db"),
            log: size("regain.db-wal"),
            busy,
        })
    }

    /// Ends the server in order, and has it check its audit log.
    pub(super) fn stop(mut self) -> Result<()> {
        Command::new("kill").arg("-TERM").arg(self.server.id().to_string()).status()?;
        let status = self.server.wait()?;
        ensure!(status.success(), "the server did not end in order ({status})");
        let mut verify = Command::new(native::release_server());
        verify.arg("--config").arg(self.folder.join("regain.toml")).args(["audit", "--verify"]);
        let verified = output_of(&mut verify).context("the audit log is not whole")?;
        println!("  {verified}");
        Ok(())
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
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
pub(super) fn megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0
}
