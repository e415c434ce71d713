//! The organisation whose server is timed: a folder of its own, and people of each sort.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command},
};

use anyhow::{Context as _, Result};
use regain_free_port::free_port;
use regain_load::wait_until_ready;

use crate::{native, paths};

/// Number of accounts of each sort, among which those of the needed look are taken.
pub(super) const CANDIDATES: u32 = 60;

/// Number of accounts of each sort that are taken in turns. One alone would run out of tries.
pub(super) const TAKEN: u32 = 40;

/// A sort of account, by the beginning of its user IDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// One that can be recovered.
    Real,
    /// None.
    Unknown,
    /// One that may not be used.
    Disabled,
    /// One that has no way to be recovered.
    Methodless,
}

impl Sort {
    pub(super) const ALL: [Self; 4] = [Self::Real, Self::Unknown, Self::Disabled, Self::Methodless];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Unknown => "unknown",
            Self::Disabled => "disabled",
            Self::Methodless => "methodless",
        }
    }

    /// The user ID of one of them; as long as that of any other.
    pub(super) fn user_id(self, index: u32) -> String {
        format!("{:.<10}{index:02}@example.com", self.name())
    }
}

/// A server of this organisation. It is killed with this value.
pub(super) struct Organisation {
    server: Child,
    /// Its directory, where that is not Regain's own.
    directory: Option<Child>,
    pub(super) port: u16,
}

impl Organisation {
    /// Starts its server; returns once it answers.
    pub(super) fn start() -> Result<Self> {
        Self::before(|_| Ok((None, String::new())))
    }

    /// The same before a directory, which is started with a list of the people in a folder, and its section of the
    /// configuration.
    pub(super) fn before(directory: impl FnOnce(&Path) -> Result<(Option<Child>, String)>) -> Result<Self> {
        let dir = paths::target().join("bench");
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).with_context(|| format!("{} cannot be written to", dir.display()))?;
        let port = free_port()?;
        fs::write(dir.join("people.toml"), people())?;
        let (directory, section) = directory(&dir)?;
        let config: PathBuf = dir.join("regain.toml");
        fs::write(&config, configuration(port) + &section)?;
        let log = fs::File::create(dir.join("server.log"))?;
        let server = Command::new(native::demo())
            .arg("--config")
            .arg(&config)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("the server cannot be started")?;
        let mut organisation = Self { server, directory, port };
        wait_until_ready(&mut organisation.server, port)
            .with_context(|| format!("see {}", dir.join("server.log").display()))?;
        Ok(organisation)
    }
}

impl Drop for Organisation {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        if let Some(directory) = &mut self.directory {
            // The program around a server ends with its input, and takes the server along.
            if directory.stdin.take().is_none() {
                let _ = directory.kill();
            }
            let _ = directory.wait();
        }
    }
}

/// As an organisation would have it, but for the challenge, and for limits that a single client that tries
/// a few accounts again and again would run into.
fn configuration(port: u16) -> String {
    format!(
        r#"
[server]
listen = "127.0.0.1:{port}"
key = "cmVnYWluIGJlbmNoIHVzZXMgdGhpcyBrZXksIG5vdGhpbmcgZWxzZQ=="
[organisation]
name = "Contoso"
[methods]
questions = true
authenticator = false
[captcha]
kind = "off"
[codes]
tries_per_day = 100
[limits]
flows_per_client = 1000000
identifications_per_account = 1000000
messages_per_destination = 1000000
messages_per_destination_a_day = 1000000
messages_per_hour = 1000000
[mail]
kind = "outbox"
[demo]
people = "people.toml"
"#
    )
}

/// People with an account.
fn people() -> String {
    let mut text = String::new();
    for index in 0..CANDIDATES {
        for sort in [Sort::Real, Sort::Disabled, Sort::Methodless] {
            let user_id = sort.user_id(index);
            let is_enabled = sort != Sort::Disabled;
            let head = format!(
                "[[people]]\nuser_id = \"{user_id}\"\nname = \"Some {}\"\nenabled = {is_enabled}\n",
                &user_id[..12]
            );
            text.push_str(&head);
            if sort != Sort::Methodless {
                let mail =
                    format!("mails = [{{ role = \"alternate\", address = \"{}{index}@example.net\" }}]\n", sort.name());
                text.push_str(&mail);
            }
            // Answers take long to hash, so only those have some who are taken.
            if sort == Sort::Real && index < TAKEN {
                let questions = ["first_pet", "dream_job", "first_concert", "lost_thing", "first_boss"];
                let _ = writeln!(
                    text,
                    "questions = [{}]",
                    questions.map(|id| format!("{{ id = \"{id}\", answer = \"the {id}\" }}")).join(", ")
                );
            }
        }
    }
    text
}
