//! A soak: mixed load for minutes, one in ten clients hostile, and the memory and files of the server meanwhile.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use regain_load::{Detours, Held, Installation, MailServer, Worker, megabytes, user_id};

use super::{hostile::Hostile, setup};
use crate::native;

/// Clients at a time, of whom one in ten is hostile.
const CLIENTS: u32 = 20;
const HOSTILE: u32 = CLIENTS / 10;

/// People of each client.
const PEOPLE: usize = 10;

/// The one in so many jobs that is a registration, and of a reset's detours.
const REGISTRATION: usize = 8;
const WRONG_CODE: usize = 20;
const RESUME: usize = 3;

/// Times between samples and between lines of the table.
const SAMPLE: Duration = Duration::from_secs(1);
const LINE: usize = 10;

/// Growth of the resident memory from the second third to the last, and of the database's bytes a job. Nothing expires in
/// minutes: the file grows by what is kept of each job and by no more. That it is given back later has tests of its own.
const GROWTH: f64 = 1.10;

/// The most that the log of writes may take, in bytes: twice what it is cut to.
const LOG: u64 = 2 * 16_777_216;

/// Options of `cargo xtask bench soak`.
#[derive(Args)]
pub(crate) struct Options {
    /// Seconds that it lasts
    #[arg(long, default_value_t = 180, value_parser = clap::value_parser!(u32).range(15..=3600))]
    seconds: u32,
}

/// Everything that happened so far.
#[derive(Default)]
struct Tally {
    jobs: AtomicU64,
    requests: AtomicU64,
    /// Answers by status, of those who get on and of hostile ones.
    statuses: Mutex<BTreeMap<(bool, u16), u64>>,
    faults: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Tally {
    fn add(&self, is_hostile: bool, statuses: &mut Vec<u16>) {
        self.requests.fetch_add(u64::try_from(statuses.len()).unwrap_or_default(), Ordering::Relaxed);
        let mut counts = self.statuses.lock().unwrap_or_else(PoisonError::into_inner);
        for status in statuses.drain(..) {
            *counts.entry((is_hostile, status)).or_default() += 1;
        }
    }

    fn fault(&self, fault: String) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn jobs(&self) -> u64 {
        self.jobs.load(Ordering::Relaxed)
    }
}

/// A look at the server.
struct Sample {
    held: Held,
    jobs: u64,
}

/// Runs it, prints the table, and fails where a rule does not hold.
pub(crate) fn run(options: &Options) -> Result<()> {
    native::build_release_server()?;
    let mail = MailServer::start(Duration::from_millis(30))?;
    let people = usize::try_from(CLIENTS)? * PEOPLE;
    let installation = setup::start("soak", people, mail.port, "")?;
    let tally = Tally::default();
    println!("\n  {CLIENTS} clients for {} s, {HOSTILE} of them hostile:\n", options.seconds);
    println!(
        "  {:>5} {:>7} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "s", "jobs", "requests", "resident", "peak", "database", "-wal"
    );
    let samples = thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (tally, mail, port) = (&tally, mail.clone(), installation.port);
            if number < HOSTILE {
                scope.spawn(move || attack(tally, port, number));
            } else {
                scope.spawn(move || get_on(tally, mail, port, number));
            }
        }
        let samples = sample(&installation, &tally, Duration::from_secs(options.seconds.into()));
        tally.is_over.store(true, Ordering::Relaxed);
        samples
    })?;
    let statuses = tally.statuses.lock().unwrap_or_else(PoisonError::into_inner).clone();
    println!();
    for is_hostile in [false, true] {
        let of_it = statuses.iter().filter(|((hostile, _), _)| *hostile == is_hostile);
        let list: Vec<_> = of_it.map(|((_, status), count)| format!("{count} × {status}")).collect();
        println!("  {:<22}{}", if is_hostile { "hostile ones got" } else { "the others got" }, list.join(", "));
    }
    let faults = tally.faults.lock().unwrap_or_else(PoisonError::into_inner).clone();
    installation.stop()?;
    // 503 with Retry-After is what a full queue and a missing dependency are documented to be answered with.
    let broken: Vec<_> = statuses.keys().filter(|(_, status)| *status >= 500 && *status != 503).collect();
    ensure!(broken.is_empty(), "answers that no document has: {broken:?}");
    ensure!(faults.is_empty(), "{} jobs failed, the first: {}", faults.len(), faults[0]);
    judge(&samples)
}

fn sample(installation: &Installation, tally: &Tally, time: Duration) -> Result<Vec<Sample>> {
    let begun = Instant::now();
    let mut samples = Vec::new();
    while begun.elapsed() < time {
        thread::sleep(SAMPLE);
        let sample = Sample { held: installation.held()?, jobs: tally.jobs() };
        samples.push(sample);
        if samples.len().is_multiple_of(LINE) {
            let Sample { held, jobs } = &samples[samples.len() - 1];
            println!(
                "  {:>5} {jobs:>7} {:>9} {:>9.1} {:>9.1} {:>9.1} {:>9.1}",
                begun.elapsed().as_secs(),
                tally.requests.load(Ordering::Relaxed),
                megabytes(held.resident),
                megabytes(held.peak),
                megabytes(held.database),
                megabytes(held.log),
            );
        }
    }
    Ok(samples)
}

/// Compares the last third with the one before it.
fn judge(samples: &[Sample]) -> Result<()> {
    let third = samples.len() / 3;
    let [second, last] = [&samples[third..2 * third], &samples[2 * third..]];
    let resident = |part: &[Sample]| {
        let bytes: f64 = part.iter().map(|sample| megabytes(sample.held.resident)).sum();
        bytes / f64::from(u32::try_from(part.len()).unwrap_or(1))
    };
    let per_job = |part: &[Sample]| {
        let (first, last) = (part.first()?, part.last()?);
        let jobs = u32::try_from(last.jobs - first.jobs).ok().filter(|jobs| *jobs > 0)?;
        Some(megabytes(last.held.database - first.held.database) * 1024.0 / f64::from(jobs))
    };
    let (before, after) = (resident(second), resident(last));
    println!("  resident, MB          {before:.1} in the second third, {after:.1} in the last: {:.3}", after / before);
    let (bytes_before, bytes_after) =
        per_job(second).zip(per_job(last)).context("no job was done in a third of the time")?;
    let growth = bytes_after / bytes_before;
    println!(
        "  database, kB a job    {bytes_before:.2} in the second third, {bytes_after:.2} in the last: {growth:.3}\n"
    );
    let log = samples.iter().map(|sample| sample.held.log).max().unwrap_or_default();
    ensure!(after <= before * GROWTH, "the memory grows");
    ensure!(growth <= GROWTH, "what is kept of each job grows");
    ensure!(log <= LOG, "the log of writes grew to {:.1} MB", megabytes(log));
    Ok(())
}

fn get_on(tally: &Tally, mail: MailServer, port: u16, number: u32) {
    let worker = Worker::new(port, mail, number);
    let Ok(mut worker) = worker.map_err(|error| tally.fault(format!("{error:#}"))) else { return };
    let first = usize::try_from(number).unwrap_or_default() * PEOPLE;
    for turn in 0.. {
        if tally.is_over() {
            break;
        }
        // The first of the people registers and keeps the password, the others reset theirs.
        let done = if turn % REGISTRATION == 0 {
            worker.register(first)
        } else {
            let detours = Detours { wrong_code: turn % WRONG_CODE == 0, resume: turn % RESUME == 0 };
            worker.reset(first + 1 + turn % (PEOPLE - 1), detours)
        };
        tally.add(false, &mut worker.statuses);
        match done {
            Ok(()) => {
                tally.jobs.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => tally.fault(format!("{error:#}")),
        }
    }
}

fn attack(tally: &Tally, port: u16, number: u32) {
    // The people of this client's number, who have nobody else.
    let first = usize::try_from(number).unwrap_or_default() * PEOPLE;
    let mut hostile = Hostile::new(port, number, (first..first + PEOPLE).map(user_id).collect());
    while !tally.is_over() {
        // A request that the server refuses to go on with is no fault: it hangs up.
        let _ = hostile.act();
        tally.add(true, &mut hostile.statuses);
    }
}
