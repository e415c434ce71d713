//! A1: a disk that was full once, and has room again.

use std::{
    path::Path,
    process::{Command, ExitStatus},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    client::{Session, begin, get},
    program::{Installation, PEOPLE, Server},
    smtp_sink::Sink,
};

/// The longest wait for the server to notice that there is room.
const SOON: Duration = Duration::from_secs(15);

/// Waits for a condition.
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < SOON, "not within {SOON:?}: {what}");
        sleep(Duration::from_millis(20));
    }
}

fn prlimit(server: &Server, limit: &str) -> ExitStatus {
    let file_size = format!("--fsize={limit}");
    Command::new("prlimit").args(["--pid", &server.id().to_string(), &file_size]).status().expect("util-linux")
}

/// Fills the disk by requests, makes room, and has a whole proof by mail work again.
fn heals(server: &Server, sink: &Sink, make_room: impl FnOnce()) {
    let address = &server.address;
    assert_eq!(get(address, "/readyz").0, 200);
    eventually("the disk is full", || begin(address) == 503);
    eventually("readiness tells the truth", || {
        let (status, body) = get(address, "/readyz");
        status == 503 && body["detail"] == "the store takes no writes"
    });
    assert_eq!(get(address, "/healthz").0, 200);
    assert_eq!(begin(address), 503, "there is no room by itself");

    make_room();
    eventually("flows begin again", || begin(address) == 201);
    eventually("readiness tells that too", || get(address, "/readyz").0 == 200);
    let mut session = Session::begin(address).expect("begins");
    session.ask("ada@example.com").expect("is asked");
    session.answer(serde_json::json!({ "do": "verify", "code": sink.code() })).expect("is taken");
    assert_eq!(session.step()["name"], "new_password", "the mail queue works too");
}

/// Writes fail with an I/O error: `SQLite` has then rolled back by itself.
#[test]
fn a1_after_failed_writes_work_goes_on_by_itself_when_there_is_room() {
    let sink = Sink::start();
    let installation = Installation::new(sink.port);
    installation.import(PEOPLE);
    let server = installation.start_by(&["env", "--ignore-signal=XFSZ"]);
    assert!(prlimit(&server, "600000:unlimited").success());
    heals(&server, &sink, || assert!(prlimit(&server, "unlimited:unlimited").success()));
    let log = server.stop();
    assert!(!log.contains("transaction depth"), "{log}");
    assert!(!installation.has("regain.db-wal"), "nothing is left beside the file");
}

/// A file system of 3 MiB that is full. Only where this process may mount one.
#[test]
fn a1_a_full_disk_is_survived() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(_mounted) = Tmpfs::mount(folder.path()) else { return };
    let sink = Sink::start();
    let installation = Installation::in_folder(folder.path(), sink.port);
    installation.import(PEOPLE);
    let ballast = installation.path("ballast");
    std::fs::write(&ballast, vec![1; 1 << 20]).expect("writes");
    let server = installation.start();
    heals(&server, &sink, || std::fs::remove_file(&ballast).expect("removes"));
    server.stop();
}

/// A file system in memory that is there until this is dropped.
struct Tmpfs<'a>(&'a Path);

impl<'a> Tmpfs<'a> {
    fn mount(folder: &'a Path) -> Option<Self> {
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(folder).output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }
}

impl Drop for Tmpfs<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}
