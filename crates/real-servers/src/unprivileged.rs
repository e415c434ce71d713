//! Programs that refuse to run as root: as root they run as `nobody`.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::process::{self, cache, copy, program, run};

const PACKAGE: &str = "util-linux";

fn is_root() -> bool {
    run(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// A folder that `nobody` can go through.
pub(crate) fn folder() -> TempDir {
    let folder = process::folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("is ours");
    folder
}

/// Gives a folder, with all that is in it, to the user of these programs.
pub(crate) fn give(folder: &Path) {
    if is_root() {
        run(Command::new("chown").args(["-R", "nobody:nogroup"]).arg(folder)).expect("is given");
    }
}

/// A program to start, and the arguments before its own.
pub(crate) fn arguments(name: &Path) -> (PathBuf, Vec<String>) {
    if !is_root() {
        return (name.to_owned(), Vec::new());
    }
    let user = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"].map(str::to_owned);
    let arguments = user.into_iter().chain([name.display().to_string()]);
    (program("setpriv", PACKAGE), arguments.collect())
}

/// A program to run to its end.
pub(crate) fn command(name: &Path) -> Command {
    let (program, arguments) = arguments(name);
    let mut command = Command::new(program);
    command.args(arguments).current_dir("/");
    command
}

/// Copies a data folder that is costly to make from the cache to a place; what is not there yet is made by a program that
/// is given the place to make it in.
pub(crate) fn cached(name: &str, version: &str, to: &Path, make: impl FnOnce(&Path)) {
    let version: String = version.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    let kept = cache().join(format!("{name}-{version}"));
    fs::create_dir_all(cache()).expect("a folder");
    let lock = File::create(cache().join(format!("{name}.lock"))).expect("a lock");
    lock.lock().expect("waits for others");
    if !kept.is_dir() {
        let folder = folder();
        give(folder.path());
        let made = folder.path().join("data");
        make(&made);
        // Whole or not at all.
        let copied = cache().join(format!("{name}-unfinished"));
        let _ = fs::remove_dir_all(&copied);
        copy(&made, &copied);
        fs::rename(&copied, &kept).expect("is named");
    }
    copy(&kept, to);
}
