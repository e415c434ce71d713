//! A server's process: started in a group of its own, killed whole when it is dropped or when this process ends, however
//! that comes about.

use std::{
    env,
    ffi::OsStr,
    fs::File,
    io::{self, BufRead as _, BufReader, ErrorKind, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// The time in which a server has to answer.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// Runs the program and says its id. When its input ends, of which this process holds the other end, it kills the program,
/// waits until that is gone, and kills what else is in the group.
const GUARD: &str =
    r#""$@" </dev/null & server=$!; echo $server; cat >/dev/null; kill -9 $server; wait $server; kill -9 0"#;

/// A running server.
#[derive(Debug)]
pub struct Server {
    guard: Child,
    /// The server ends when this is closed.
    input: Option<ChildStdin>,
    id: u32,
    log: PathBuf,
}

impl Server {
    /// Starts a program; what it writes goes to a file.
    pub fn start<S: AsRef<OsStr>>(program: &Path, arguments: impl IntoIterator<Item = S>, log: &Path) -> Self {
        let file = || File::create(log).expect("a log");
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "sh"]).arg(program).args(arguments);
        guard.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(file()).process_group(0);
        let mut guard = guard.spawn().expect("sh runs");
        let mut line = String::new();
        BufReader::new(guard.stdout.take().expect("is piped")).read_line(&mut line).expect("reads");
        let id = line.trim().parse().expect("an id");
        Self { input: guard.stdin.take(), guard, id, log: log.to_owned() }
    }

    /// Waits until it takes connections at an address.
    pub fn wait_for(&self, address: SocketAddr) {
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(started.elapsed() < READY_WITHIN && self.is_alive(), "does not answer: {}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The id of its process.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// Tells if it runs.
    pub fn is_alive(&self) -> bool {
        !matches!(self.state(), None | Some('Z'))
    }

    /// The state of its first thread (`man 5 proc_pid_stat`); `None` where it is gone.
    fn state(&self) -> Option<char> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id)).ok()?;
        stat.rsplit(") ").next()?.chars().next()
    }

    /// Its messages so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Stops it as it is: its connections stay and nothing answers.
    pub fn pause(&self) {
        self.signal("STOP");
        while !matches!(self.state(), None | Some('T')) {
            thread::yield_now();
        }
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// Sends a signal to it and its children.
    fn signal(&self, name: &str) {
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.id)).unwrap_or_default();
        let ids = std::iter::once(self.id.to_string()).chain(children.split_whitespace().map(str::to_owned));
        let sent = Command::new("kill").arg(format!("-{name}")).args(ids).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -{name}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.guard.wait();
    }
}

/// Removes the folders that it is told of when its input ends, after the servers in them have been killed.
const REMOVER: &str = r#"while read -r folder; do set -- "$@" "$folder"; done; sleep 1; rm -rf -- "$@""#;

/// A folder of a server. It is removed when it is dropped, or when this process ends: servers that tests share are never
/// dropped.
pub fn folder() -> TempDir {
    static TOLD: LazyLock<Mutex<ChildStdin>> = LazyLock::new(|| {
        let mut remover = Command::new("sh");
        remover.args(["-c", REMOVER, "sh"]).stdin(Stdio::piped()).stdout(Stdio::null()).process_group(0);
        #[expect(clippy::zombie_processes, reason = "it ends after this process")]
        let remover = remover.spawn().expect("sh runs");
        Mutex::new(remover.stdin.expect("is piped"))
    });
    let folder = tempfile::tempdir().expect("a folder");
    writeln!(TOLD.lock().expect("not poisoned"), "{}", folder.path().display()).expect("is told");
    folder
}

/// A program of a Debian package.
pub fn program(name: &str, package: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{name} is missing: apt-get install --no-install-recommends {package}"))
}

/// Runs a program to its end; `Err` has what it wrote.
pub fn run(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(format!("{command:?}: {}{}", text(&output.stdout), text(&output.stderr)))
    }
}

/// A loopback address that nobody uses, with these ports free. No two servers of this process get the same.
pub fn free_address(ports: &[u16]) -> Ipv4Addr {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = (std::process::id() << 7).wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed));
        let [_, two, one, zero] = number.to_be_bytes();
        let address = Ipv4Addr::new(127, 64 | two & 0x3f, one, zero);
        let bound = ports.iter().map(|&port| TcpListener::bind((address, port)).map(drop));
        match bound.collect::<io::Result<()>>() {
            Ok(()) => return address,
            Err(error) => assert!(error.kind() != ErrorKind::PermissionDenied, "ports below 1024 take root"),
        }
    }
}

/// A folder for what is costly to make and the same for every run, outside of the tree.
pub fn cache() -> PathBuf {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || absolute("HOME").map(|home| home.join(".cache"));
    let base = absolute("XDG_CACHE_HOME").or_else(home).unwrap_or_else(env::temp_dir);
    absolute("REGAIN_CACHE").unwrap_or_else(|| base.join("regain")).join("real-servers")
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    run(Command::new("cp").args(["-a", "--reflink=auto"]).arg(from).arg(to)).expect("copies");
}
