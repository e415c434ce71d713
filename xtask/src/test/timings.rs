//! The time that each phase and each test takes.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use crate::{paths, run};

/// The number of slow tests that are named.
const SLOWEST: usize = 20;

/// Times of one call.
pub(super) struct Timings {
    started: Instant,
    end_to_end: Mutex<Vec<(f64, String)>>,
    /// The file in which the end-to-end tests note theirs: a line each, seconds and name.
    file: PathBuf,
}

impl Timings {
    /// Begins to count.
    pub(super) fn start() -> Result<Self> {
        let folder = paths::target().join("xtask");
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be written to", folder.display()))?;
        let file = folder.join("end-to-end.times");
        Ok(Self { started: Instant::now(), end_to_end: Mutex::default(), file })
    }

    fn tests(&self) -> MutexGuard<'_, Vec<(f64, String)>> {
        self.end_to_end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file for the end-to-end tests, empty.
    pub(super) fn file(&self) -> &Path {
        let _ = fs::remove_file(&self.file);
        &self.file
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Takes in what the end-to-end tests wrote.
    pub(super) fn read_end_to_end(&self) -> Result<()> {
        let times = fs::read_to_string(&self.file).context("the end-to-end tests wrote no times")?;
        self.tests().extend(times.lines().filter_map(|line| {
            let (seconds, name) = line.split_once(' ')?;
            Some((seconds.parse().ok()?, name.to_owned()))
        }));
        Ok(())
    }

    /// Prints a line per phase, and writes that and the slowest tests to a file.
    pub(super) fn report(&self, file: Option<&Path>) -> Result<()> {
        let mut text = String::from("\n  Phases, some of them side by side:\n");
        for (what, time) in run::finished() {
            let _ = writeln!(text, "  {:>8.1} s  {what}", time.as_secs_f64());
        }
        let _ = writeln!(text, "  {:>8.1} s  in all", self.elapsed().as_secs_f64());
        print!("{text}");
        let Some(file) = file else { return Ok(()) };
        let mut tests = self.tests().clone();
        tests.sort_by(|one, other| other.0.total_cmp(&one.0));
        text.push_str("\n  The slowest tests, all of them end to end:\n");
        for (seconds, name) in tests.iter().take(SLOWEST) {
            let _ = writeln!(text, "  {seconds:>8.1} s  {name}");
        }
        fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
    }
}
