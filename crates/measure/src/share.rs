//! A share of a core for a process, as if it had a machine of its own: a control group of Linux, version 1 or 2.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

/// The time on a processor that a process gets in each period, in microseconds: the least that the kernel takes, so that none
/// is without a processor for long, perhaps with a lock that others wait for.
const QUOTA: u32 = 1000;

/// The folders in which version 1 has its groups for processors, and version 2 all of them.
const MOUNTS: [(&str, Version); 2] = [("/sys/fs/cgroup/cpu", Version::One), ("/sys/fs/cgroup", Version::Two)];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// A control group. It is removed with this value, once its processes have ended.
#[derive(Debug)]
pub(crate) struct Share {
    folder: PathBuf,
}

impl Share {
    /// Makes a group whose processes have so many hundredths of a core in all, at most a whole one, and puts a process into it.
    pub(crate) fn of(process: u32, percent: u32) -> Result<Self> {
        let mut last = None;
        for (mount, version) in MOUNTS {
            match Self::within(Path::new(mount), version, process, percent) {
                Ok(share) => return Ok(share),
                Err(error) => last = last.or(Some(error.context(format!("no control group can be made in {mount}")))),
            }
        }
        Err(last.unwrap_or_else(|| anyhow::anyhow!("there is no place for control groups")))
    }

    fn within(mount: &Path, version: Version, process: u32, percent: u32) -> Result<Self> {
        let folder = mount.join(format!("regain-measure-{process}"));
        fs::create_dir(&folder)?;
        let share = Self { folder };
        let period = QUOTA * 100 / percent;
        match version {
            Version::One => {
                share.write("cpu.cfs_period_us", &period.to_string())?;
                share.write("cpu.cfs_quota_us", &QUOTA.to_string())?;
            }
            Version::Two => share.write("cpu.max", &format!("{QUOTA} {period}"))?,
        }
        share.write("cgroup.procs", &process.to_string())?;
        Ok(share)
    }

    fn write(&self, name: &str, value: &str) -> Result<()> {
        let path = self.folder.join(name);
        let written = match fs::metadata(&path) {
            Ok(_) => fs::write(&path, value),
            Err(error) => Err::<(), io::Error>(error),
        };
        written.with_context(|| format!("{} cannot be written", path.display()))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // A folder with a process in it stays: that one goes back first.
        let members = fs::read_to_string(self.folder.join("cgroup.procs")).unwrap_or_default();
        if let Some(parent) = self.folder.parent() {
            for process in members.lines() {
                let _ = fs::write(parent.join("cgroup.procs"), process);
            }
        }
        let _ = fs::remove_dir(&self.folder);
    }
}
