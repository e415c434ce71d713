//! The time for which programs keep cores busy.

use std::fs;

use anyhow::Result;
use regain_load::busy_ms;

/// A program: a process, or one with its children.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    process: u32,
    has_children: bool,
}

impl Program {
    /// A process by itself.
    pub(crate) const fn process(name: &'static str, process: u32) -> Self {
        Self { name, process, has_children: false }
    }

    /// A process with all of its children.
    pub(crate) const fn with_children(name: &'static str, process: u32) -> Self {
        Self { name, process, has_children: true }
    }

    /// This program.
    pub(crate) fn this() -> Self {
        Self::process("load", std::process::id())
    }

    /// The time for which it has kept a core busy, in milliseconds. Children that have ended do not count.
    pub(crate) fn busy_ms(&self) -> Result<u64> {
        let mut busy = busy_ms(self.process)?;
        if self.has_children {
            for entry in fs::read_dir("/proc")?.flatten() {
                let Some(process) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
                    continue;
                };
                if parent(process) == Some(self.process) {
                    busy += busy_ms(process).unwrap_or_default();
                }
            }
        }
        Ok(busy)
    }
}

fn parent(process: u32) -> Option<u32> {
    // proc_pid_stat(5): the state and the parent are behind the name in parentheses.
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}
