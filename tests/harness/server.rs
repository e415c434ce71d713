//! The real `regain-demo`, with a database of its own.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use regain_free_port::free_port;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::until;

/// The folder of a database with the demonstration's people in it, and of the key that belongs to it: made once in a
/// run, because hashing their passwords and answers takes a second.
static PEOPLE: OnceCell<PathBuf> = OnceCell::const_new();

/// A running server. It dies with this value.
pub struct Server {
    data: TempDir,
    port: u16,
    child: Option<Child>,
}

/// A mail as the demo's outbox shows it.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its recipient.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text part.
    pub text: String,
}

impl Mail {
    fn of(entry: &Value) -> Self {
        let text = |member: &str| entry[member].as_str().unwrap_or_default().to_owned();
        Self { to: text("to"), subject: text("subject"), text: text("text") }
    }

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
        let mut server = Self::configured(changes)?;
        server.copy_people().await?;
        server.up().await?;
        Ok(server)
    }

    fn configured(changes: &[(&str, &str)]) -> Result<Self> {
        let port = free_port()?;
        let data = tempfile::tempdir()?;
        let demo = root().join("crates/demo");
        let mut config = fs::read_to_string(demo.join("regain.toml"))?;
        let dist = env::var("REGAIN_DIST").context("run the end-to-end tests with `cargo xtask test`")?;
        for (from, to) in changes {
            ensure!(config.contains(from), "the demo's configuration has no {from}");
            config = config.replace(from, to);
        }
        for (from, to) in [
            ("@PORT@", port.to_string().as_str()),
            ("@DIST@", &dist),
            ("@DATA@", &data.path().display().to_string()),
            ("@PEOPLE@", &demo.join("people.toml").display().to_string()),
            ("@BREACHED@", &demo.join("breached.txt").display().to_string()),
        ] {
            config = config.replace(from, to);
        }
        fs::write(data.path().join("regain.toml"), config)?;
        Ok(Self { data, port, child: None })
    }

    /// Starts another server by the same configuration and key, over the same database: one that servers can share.
    pub async fn beside(&self) -> Result<Self> {
        let port = free_port()?;
        let data = tempfile::tempdir()?;
        let config = fs::read_to_string(self.data.path().join("regain.toml"))?;
        let config =
            config.replace(&format!("listen = \"127.0.0.1:{}\"", self.port), &format!("listen = \"127.0.0.1:{port}\""));
        fs::write(data.path().join("regain.toml"), config)?;
        let mut server = Self { data, port, child: None };
        server.up().await?;
        Ok(server)
    }

    /// Gives the server the demonstration's people as a first start leaves them.
    async fn copy_people(&self) -> Result<()> {
        for file in fs::read_dir(PEOPLE.get_or_try_init(import_people).await?)? {
            let file = file?;
            fs::copy(file.path(), self.data.path().join(file.file_name()))?;
        }
        Ok(())
    }

    /// Ends the server as an administrator does (SIGTERM).
    fn stop(&mut self) -> Result<()> {
        let mut child = self.child.take().context("the server does not run")?;
        kill_process(Pid::from_child(&child), Signal::TERM)?;
        ensure!(child.wait()?.success(), "the server did not stop in order: {}", self.log());
        Ok(())
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
            .context("regain-demo cannot be started")?;
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

    /// The server's log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.data.path().join("server.log")).unwrap_or_default()
    }

    /// The entries of the outbox, newest first: mails, texts and calls.
    async fn entries(&self) -> Result<Vec<Value>> {
        let entries: Value = reqwest::get(self.address("/demo/outbox.json")).await?.error_for_status()?.json().await?;
        Ok(entries.as_array().context("the outbox is not a list")?.clone())
    }

    /// The entry after `count` entries of a kind to one destination, once it is there.
    async fn entry(&self, kind: &str, to: &str, count: usize) -> Result<Value> {
        until(&format!("{kind} {} to {to}", count + 1), async || {
            let mut entries = self.entries().await?;
            entries.retain(|entry| entry["kind"] == kind && entry["to"] == to);
            entries.reverse();
            Ok((entries.len() > count).then(|| entries.swap_remove(count)))
        })
        .await
    }

    /// Waits for the mail after `count` mails to one address, and returns it.
    pub async fn mail(&self, to: &str, count: usize) -> Result<Mail> {
        Ok(Mail::of(&self.entry("mail", to, count).await?))
    }

    /// Number of mails to one address so far.
    pub async fn mails_to(&self, to: &str) -> Result<usize> {
        Ok(self.outbox().await?.iter().filter(|mail| mail.to == to).count())
    }

    /// The mails sent so far, newest first.
    pub async fn outbox(&self) -> Result<Vec<Mail>> {
        Ok(self.entries().await?.iter().filter(|entry| entry["kind"] == "mail").map(Mail::of).collect())
    }

    /// Waits for the text message after `count` messages to one number, and returns it.
    pub async fn text_message(&self, to: &str, count: usize) -> Result<String> {
        let message = self.entry("sms", to, count).await?;
        Ok(message["text"].as_str().context("a text message has text")?.to_owned())
    }

    /// Waits until the phone with this number rings for the time after `count`, and returns the call.
    pub async fn call(&self, to: &str, count: usize) -> Result<Call<'_>> {
        let call = self.entry("call", to, count).await?;
        Ok(Call { server: self, id: call["id"].as_str().context("a call has an id")?.to_owned() })
    }

    /// The code that a person's authenticator app shows now.
    pub async fn authenticator_code(&self, user_id: &str) -> Result<String> {
        let address = self.address("/demo/authenticators.json");
        let shown: Value = reqwest::get(address).await?.error_for_status()?.json().await?;
        let codes = shown["codes"].as_array().context("codes")?;
        let one = codes.iter().find(|one| one["user_id"] == user_id).context("no such app")?;
        Ok(one["code"].as_str().context("a code")?.to_owned())
    }

    /// The digits of the picture whose spoken version is at this address.
    pub async fn captcha_digits(&self, audio: &str) -> Result<String> {
        let sealed = audio.rsplit('/').next().and_then(|name| name.strip_suffix(".wav")).context("not an address")?;
        let address = self.address(&format!("/demo/captcha/{sealed}"));
        Ok(reqwest::get(address).await?.error_for_status()?.text().await?)
    }
}

/// A call to one of the people.
pub struct Call<'a> {
    server: &'a Server,
    id: String,
}

impl Call<'_> {
    /// Answers, hangs up, or ignores it: `answer`, `hang_up`, `ignore`.
    pub async fn does(&self, what: &str) -> Result<()> {
        self.post(&[("do", what)]).await
    }

    /// Presses a key.
    pub async fn key(&self, key: &str) -> Result<()> {
        self.post(&[("do", "key"), ("key", key)]).await
    }

    async fn post(&self, form: &[(&str, &str)]) -> Result<()> {
        let body = form.iter().map(|(name, value)| format!("{name}={}", value.replace('#', "%23")));
        let body = body.collect::<Vec<_>>().join("&");
        let request = reqwest::Client::new()
            .post(self.server.address(&format!("/demo/calls/{}", self.id)))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        request.send().await?.error_for_status()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// Has a server import the people, and keeps what it wrote.
async fn import_people() -> Result<PathBuf> {
    let mut server = Server::configured(&[])?;
    server.up().await?;
    server.stop()?;
    let folder = output("people")?;
    for file in fs::read_dir(&folder)? {
        fs::remove_file(file?.path())?;
    }
    for file in fs::read_dir(server.data.path())? {
        let (path, name) = file.map(|file| (file.path(), file.file_name()))?;
        // A write-ahead log may be left beside the database.
        if name == "server.key" || name.to_string_lossy().starts_with("regain.db") {
            fs::copy(path, folder.join(name))?;
        }
    }
    Ok(folder)
}

/// A folder for what the tests write, beside the build's output: `target/end-to-end/<name>`.
pub fn output(name: &str) -> Result<PathBuf> {
    let test = env::current_exe()?;
    let folder = test.ancestors().nth(3).context("the test lies in no build folder")?.join("end-to-end").join(name);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The folder of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the root folder").to_path_buf()
}

/// The server's program lies two folders above the test's own: `target/debug/deps/<test>`.
fn program() -> Result<PathBuf> {
    let test = env::current_exe()?;
    let debug = test.ancestors().nth(2).context("the test lies in no build folder")?;
    Ok(debug.join(format!("regain-demo{}", env::consts::EXE_SUFFIX)))
}
