//! The real `regain-server` in demo mode, with a database of its own.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::until;

/// A running server. It dies with this value.
pub struct Server {
    data: TempDir,
    port: u16,
    child: Option<Child>,
}

/// A mail as the demo's outbox shows it.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Whom it went to.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text part.
    pub text: String,
}

impl Mail {
    /// The six digits on a line of their own.
    pub fn code(&self) -> Result<String> {
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        let code = self.text.lines().map(str::trim).find(is_code);
        Ok(code.with_context(|| format!("no code in the mail “{}”", self.subject))?.to_owned())
    }
}

impl Server {
    /// Starts a server on a free port. `changes` are replacements in the demo's configuration.
    pub async fn start(changes: &[(&str, &str)]) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let data = tempfile::tempdir()?;
        let demo = root().join("crates/server/demo");
        let mut config = fs::read_to_string(demo.join("regain.toml"))?;
        let dist = env::var("REGAIN_DIST").context("run the end-to-end tests with `cargo xtask test`")?;
        for (from, to) in [
            ("@PORT@", port.to_string().as_str()),
            ("@DIST@", &dist),
            ("@DATA@", &data.path().display().to_string()),
            ("@PEOPLE@", &demo.join("people.toml").display().to_string()),
        ]
        .into_iter()
        .chain(changes.iter().copied())
        {
            ensure!(config.contains(from), "the demo's configuration has no {from}");
            config = config.replace(from, to);
        }
        fs::write(data.path().join("regain.toml"), config)?;
        let mut server = Self { data, port, child: None };
        server.up().await?;
        Ok(server)
    }

    /// The address that the server is reached at.
    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Starts the server again on what it left.
    pub async fn up(&mut self) -> Result<()> {
        let log = fs::File::options().create(true).append(true).open(self.data.path().join("server.log"))?;
        let child = Command::new(program()?)
            .arg("--config")
            .arg(self.data.path().join("regain.toml"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("regain-server cannot be started")?;
        self.child = Some(child);
        let address = self.address("/readyz");
        until("the server", async || Ok(reqwest::get(&address).await?.status().is_success().then_some(())))
            .await
            .with_context(|| self.log())
    }

    /// Kills the server as a power cut would (SIGKILL).
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// What the server logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.data.path().join("server.log")).unwrap_or_default()
    }

    /// The mails sent so far, newest first.
    pub async fn outbox(&self) -> Result<Vec<Mail>> {
        let mails: Value = reqwest::get(self.address("/demo/outbox.json")).await?.error_for_status()?.json().await?;
        let text = |mail: &Value, member: &str| mail[member].as_str().unwrap_or_default().to_owned();
        let mails = mails.as_array().context("the outbox is not a list")?;
        Ok(mails
            .iter()
            .map(|mail| Mail { to: text(mail, "to"), subject: text(mail, "subject"), text: text(mail, "text") })
            .collect())
    }

    /// Waits for the mail after `count` mails to one address, and returns it.
    pub async fn mail(&self, to: &str, count: usize) -> Result<Mail> {
        until(&format!("mail {} to {to}", count + 1), async || {
            let mut mails: Vec<Mail> = self.outbox().await?.into_iter().filter(|mail| mail.to == to).collect();
            mails.reverse();
            Ok((mails.len() > count).then(|| mails.swap_remove(count)))
        })
        .await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the root folder").to_path_buf()
}

/// The server's program lies two folders above the test's own: `target/debug/deps/<test>`.
fn program() -> Result<PathBuf> {
    let test = env::current_exe()?;
    let debug = test.ancestors().nth(2).context("the test lies in no build folder")?;
    Ok(debug.join(format!("regain-server{}", env::consts::EXE_SUFFIX)))
}
