//! A program and all that it starts.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, anyhow, ensure};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::until;

/// A running program. It dies with this value, and so does whatever it started, by whomever.
pub(super) struct Tree {
    child: Child,
    log: PathBuf,
}

impl Tree {
    /// Starts a program, in a process group of its own. What it says is kept in the folder.
    pub(super) fn start(command: &mut Command, folder: &Path) -> Result<Self> {
        let program = PathBuf::from(command.get_program());
        let name = program.file_name().context("a program has a name")?;
        Self::spawn(command, folder.join(name).with_extension("log"), Stdio::null())
    }

    fn spawn(command: &mut Command, log: PathBuf, input: Stdio) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;
        let file = File::create(&log)?;
        let child = command
            .process_group(0)
            .stdin(input)
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().display()))?;
        Ok(Self { child, log })
    }

    /// Starts a program that ends with this process at the latest, however that ends: a shell waits for the end of its
    /// input, kills the program and all in its process group, and removes the folder.
    pub(super) fn guarded(command: &Command, folder: &Path) -> Result<Self> {
        const GUARD: &str = "\"$@\" </dev/null & read -r _; kill -9 $!; wait $!; rm -rf \"$0\"; kill -9 -$$";
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD]).arg(folder).arg(command.get_program()).args(command.get_args());
        let name = PathBuf::from(command.get_program());
        let log = folder.join(name.file_name().context("a program has a name")?).with_extension("log");
        Self::spawn(&mut guard, log, Stdio::piped())
    }

    /// Fails if the program has ended.
    pub(super) fn is_running(&mut self) -> Result<()> {
        let ended = self.child.try_wait()?;
        ensure!(ended.is_none(), "it has ended: {}", fs::read_to_string(&self.log).unwrap_or_default());
        Ok(())
    }

    /// Waits until a line of what it says ends with these words and a number, which is given back.
    pub(super) async fn says<T: std::str::FromStr>(&mut self, words: &str) -> Result<T> {
        let said = until(&format!("“{words}” from a driver"), async || {
            let ended = self.child.try_wait()?.is_some();
            let said = fs::read_to_string(&self.log)?;
            // A text without the end of its line is not all of it.
            let lines = said.split_inclusive('\n').filter(|line| line.ends_with('\n'));
            let mut after = lines.filter_map(|line| Some(line.split_once(words)?.1.trim().trim_end_matches('.')));
            let found = after.find_map(|number| number.parse().ok());
            Ok((found.is_some() || ended).then_some(found.ok_or(said)))
        })
        .await?;
        said.map_err(|said| anyhow!("it has ended: {said}"))
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let Some(root) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) else { return };
        // A browser may be in a group of its own: ChromeDriver puts it into one.
        let below = below(root);
        let _ = kill_process_group(root, Signal::KILL);
        for process in below {
            let _ = kill_process(process, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// The processes that this one started, and those that these started, where the system tells.
fn below(root: Pid) -> Vec<Pid> {
    let parents: Vec<(Pid, Pid)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let process = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
            // The name, which is in brackets, may have anything in it (proc(5)).
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((process, Pid::from_raw(parent)?))
        })
        .collect();
    let mut found = vec![root];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(process, _)| *process));
        at += 1;
    }
    found.split_off(1)
}
