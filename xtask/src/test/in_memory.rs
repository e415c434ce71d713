//! A folder in memory for what tests write: databases, whose every commit waits for the disk otherwise, and the browsers' profiles.
//! No test is about lost power; files that a killed server leaves are there as well.

use std::{fs, path::Path, process::Command};

use crate::run::output_of;

/// The room that it must have, in megabytes. Containers give 64 by default.
const LEAST_FREE: u64 = 2048;

/// The folder, where there is one with enough room, and no other was asked for.
pub(super) fn folder() -> Option<&'static Path> {
    let folder = Path::new("/dev/shm");
    let probe = folder.join(format!("regain-{}", std::process::id()));
    let is_writable = std::env::var_os("TMPDIR").is_none() && fs::write(&probe, [0]).is_ok();
    let _ = fs::remove_file(&probe);
    (is_writable && free_megabytes(folder)? >= LEAST_FREE).then_some(folder)
}

fn free_megabytes(folder: &Path) -> Option<u64> {
    let listed = output_of(Command::new("df").args(["--output=avail", "--block-size=1M"]).arg(folder))?;
    listed.lines().last()?.trim().parse().ok()
}
