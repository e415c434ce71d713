//! The program in a folder of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Output, Stdio},
    thread,
};

use tempfile::TempDir;

/// A person who can reset a password by mail.
pub(crate) const PEOPLE: &str = "[[people]]
user_id = 'ada@example.com'
name = 'Ada'
password = 'analytical engine notes'
mails = [{ role = 'alternate', address = 'ada@home.example' }]
";

/// A configuration, its key and its database.
pub(crate) struct Installation {
    folder: Folder,
}

/// The folder of an installation, which may be another's to remove.
enum Folder {
    Own(TempDir),
    Given(PathBuf),
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    log: Option<thread::JoinHandle<String>>,
}

impl Installation {
    /// One whose mails go to a port of this machine.
    pub(crate) fn new(smtp_port: u16) -> Self {
        Self::of(Folder::Own(tempfile::tempdir().expect("a folder")), smtp_port)
    }

    /// One in a folder that is there.
    pub(crate) fn in_folder(folder: &Path, smtp_port: u16) -> Self {
        Self::of(Folder::Given(folder.to_owned()), smtp_port)
    }

    fn of(folder: Folder, smtp_port: u16) -> Self {
        let installation = Self { folder };
        let text = format!(
            r#"
            [server]
            listen = "127.0.0.1:0"
            key_file = "server.key"
            [organisation]
            name = "Contoso"
            [captcha]
            kind = "off"
            [limits]
            flows_per_client = 100000
            identifications_per_account = 100000
            messages_per_destination = 100000
            messages_per_hour = 1000000
            identify_floor_ms = 0
            [mail]
            host = "127.0.0.1"
            port = {smtp_port}
            tls = "none"
            from = "help@example.com"
            "#
        );
        fs::write(installation.path("regain.toml"), text).expect("writes");
        installation
    }

    /// A file of the installation.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        match &self.folder {
            Folder::Own(folder) => folder.path().join(name),
            Folder::Given(folder) => folder.join(name),
        }
    }

    /// Tells if a file of the installation is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The program, run by another one where `before` names it.
    pub(crate) fn program(&self, before: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_regain-server");
        let mut command = match before {
            [] => Command::new(program),
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
        };
        command.arg("--config").arg(self.path("regain.toml")).env_remove("RUST_LOG").stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.program(&[]).args(arguments).output().expect("runs")
    }

    /// Runs a command that succeeds; returns what it says.
    pub(crate) fn succeeds(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.run(arguments);
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).expect("text")
    }

    /// Runs a command that is refused; returns what it says.
    pub(crate) fn refuses(&self, arguments: &[&str]) -> String {
        let Output { status, stderr, .. } = self.run(arguments);
        let said = String::from_utf8(stderr).expect("text");
        assert_eq!(status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("regain-server: ") && !said.contains("panicked"), "{said}");
        said
    }

    /// Imports people.
    pub(crate) fn import(&self, people: &str) {
        let list = self.path("people.toml");
        fs::write(&list, people).expect("writes");
        self.succeeds(&["import", list.to_str().expect("a path")]);
    }

    /// Starts the server.
    pub(crate) fn start(&self) -> Server {
        self.start_by(&[])
    }

    /// Starts the server by another program.
    pub(crate) fn start_by(&self, before: &[&str]) -> Server {
        let mut child = self.program(before).stderr(Stdio::piped()).spawn().expect("starts");
        let mut log = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        while !line.contains("listening") {
            line.clear();
            assert_ne!(log.read_line(&mut line).expect("reads"), 0, "it ended too early");
        }
        let address = line.split_once("local=").and_then(|(_, after)| after.split(' ').next()).expect("an address");
        Server { child, address: address.to_owned(), log: Some(thread::spawn(move || rest_of(log))) }
    }
}

fn rest_of(mut log: BufReader<ChildStderr>) -> String {
    let mut rest = Vec::new();
    log.read_to_end(&mut rest).expect("reads");
    String::from_utf8_lossy(&rest).into_owned()
}

impl Server {
    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it in order; returns its log.
    pub(crate) fn stop(mut self) -> String {
        let kill = Command::new("kill").arg("-TERM").arg(self.id().to_string()).status().expect("runs");
        assert!(kill.success());
        let log = self.log.take().expect("reads its log").join().expect("no panic");
        assert_eq!(self.child.wait().expect("ends").code(), Some(0), "{log}");
        log
    }

    /// Kills it.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("kills");
        self.child.wait().expect("ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Of a test that failed; one that has ended is not there any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
