//! The options of a run.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};

/// Measures a release server against its budgets.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench server")]
pub(crate) struct Options {
    /// Parts, of all but `large`, in this order
    #[arg(long = "part", value_delimiter = ',')]
    parts: Vec<Part>,
    /// Seconds of a turn
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Turns of each contender
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) turns: u32,
    /// Connections at a time
    #[arg(long, value_delimiter = ',', default_value = "1,8,64")]
    pub(crate) connections: Vec<u32>,
    /// Another server program, such as a former build, to run side by side
    #[arg(long)]
    pub(crate) against: Option<PathBuf>,
    /// Accounts of the small and the large directory of `growth` and `large`
    #[arg(long, num_args = 2, value_delimiter = ',', default_value = "1000,1000000")]
    pub(crate) accounts: Vec<usize>,
    /// Flows that `sweep` forgets
    #[arg(long, default_value_t = 100_000)]
    pub(crate) flows: u32,
    /// Round trip to the mail server of `mail`, in milliseconds
    #[arg(long, default_value_t = 30)]
    pub(crate) mail_ms: u64,
    /// Hundredths of a core that each process of `processes` has
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(10..=100))]
    pub(crate) share: u32,
    /// The server's program
    #[arg(long, hide = true)]
    pub(crate) server: PathBuf,
    /// A folder for what is measured
    #[arg(long, hide = true)]
    pub(crate) folder: PathBuf,
    /// A folder with better-auth installed
    #[arg(long, hide = true)]
    pub(crate) better_auth: PathBuf,
}

/// A part of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Flows begun, beside bare commits
    Create,
    /// Resets begun until a code is queued, beside better-auth
    Start,
    /// Whole resets, beside bare password hashes
    Reset,
    /// Whole resets with a mail server some way off
    Mail,
    /// A small and a large directory
    Growth,
    /// The clean-up of many flows with requests beside it
    Sweep,
    /// One and two processes on one PostgreSQL
    Processes,
    /// A small and a large directory on PostgreSQL
    Large,
}

impl Options {
    /// The parts to run.
    pub(crate) fn parts(&self) -> Vec<Part> {
        if self.parts.is_empty() {
            Part::value_variants().iter().copied().filter(|part| *part != Part::Large).collect()
        } else {
            self.parts.clone()
        }
    }

    /// The time of a turn.
    pub(crate) fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// The programs to compare, each with a name.
    pub(crate) fn programs(&self) -> Vec<(&'static str, PathBuf)> {
        let former = self.against.iter().map(|program| ("former", program.clone()));
        [("Regain", self.server.clone())].into_iter().chain(former).collect()
    }
}
