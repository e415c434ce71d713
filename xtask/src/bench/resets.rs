//! Whole resets a second with a mail server some way off, and the memory that they take.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use clap::Args;
use regain_load::{Detours, MailServer, Worker, megabytes};

use super::setup;
use crate::native;

/// The budgets.
const RESETS_PER_SECOND: u32 = 40;
const RESIDENT: u64 = 80 << 20;

/// Options of `cargo xtask bench resets`.
#[derive(Args)]
pub(crate) struct Options {
    /// Seconds that are measured
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
    /// Clients at a time
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=200))]
    clients: u32,
    /// The round trip to the mail server, in milliseconds
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(0..=1000))]
    mail_ms: u64,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    native::build_release_server()?;
    let mail = MailServer::start(Duration::from_millis(options.mail_ms))?;
    let people = usize::try_from(options.clients)? * 4;
    let installation = setup::start("resets", people, mail.port, "identify_floor_ms = 0")?;
    let time = Duration::from_secs(options.seconds.into());
    let done = AtomicU64::new(0);
    println!(
        "\n  {} clients reset passwords for {} s, mail {} ms away …",
        options.clients, options.seconds, options.mail_ms
    );
    let busy_before = installation.held()?.busy;
    let begun = Instant::now();
    let results: Vec<Result<Vec<Duration>>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..options.clients)
            .map(|number| {
                let (mail, done, port) = (mail.clone(), &done, installation.port);
                scope.spawn(move || {
                    let mut worker = Worker::new(port, mail, number)?;
                    let mut took = Vec::new();
                    while begun.elapsed() < time {
                        let person = usize::try_from(number)? * 4 + took.len() % 4;
                        let started = Instant::now();
                        worker.reset(person, Detours::default())?;
                        took.push(started.elapsed());
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(took)
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| bail!("a client panicked"))).collect()
    });
    let elapsed = begun.elapsed();
    let mut took = results.into_iter().collect::<Result<Vec<_>>>()?.concat();
    took.sort_unstable();
    let held = installation.held()?;
    let busy = held.busy.saturating_sub(busy_before) / u64::try_from(took.len().max(1))?;
    let of = |percent: usize| took.get(took.len() * percent / 100).or(took.last()).copied().unwrap_or_default();
    let rate = f64::from(u32::try_from(took.len())?) / elapsed.as_secs_f64();
    let mails = f64::from(u32::try_from(mail.mails())?) / elapsed.as_secs_f64();
    let verdict = |kept: bool| if kept { "kept" } else { "missed" };
    println!(
        "\n  resets a second     {rate:>8.1}   budget {RESETS_PER_SECOND}: {}",
        verdict(rate >= RESETS_PER_SECOND.into())
    );
    println!("  mails a second      {mails:>8.1}");
    println!("  a reset, ms         {:>8} p50, {} p99, {busy} of a core", of(50).as_millis(), of(99).as_millis());
    println!(
        "  resident, MB        {:>8.1}   {:.1} at most, budget {}: {}\n",
        megabytes(held.resident),
        megabytes(held.peak),
        RESIDENT >> 20,
        verdict(held.peak <= RESIDENT)
    );
    installation.stop()
}
