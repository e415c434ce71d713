//! A closed loop: so many clients, each of which begins its next job when the one before is done.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

/// Jobs of a turn, by the time that each took, and the time of all.
pub(crate) struct Jobs {
    pub(crate) took: Vec<Duration>,
    pub(crate) elapsed: Duration,
}

/// Has clients do jobs for a time. A job gets the number of those that its client did before.
pub(crate) fn closed_loop<C: Send>(
    clients: Vec<C>,
    time: Duration,
    job: impl Fn(&mut C, usize) -> Result<()> + Sync,
) -> Result<Jobs> {
    let begun = Instant::now();
    closed_loop_while(clients, || begun.elapsed() < time, job)
}

/// [`closed_loop`] as long as something holds, which is asked before each job.
pub(crate) fn closed_loop_while<C: Send>(
    clients: Vec<C>,
    goes_on: impl Fn() -> bool + Sync,
    job: impl Fn(&mut C, usize) -> Result<()> + Sync,
) -> Result<Jobs> {
    let begun = Instant::now();
    let results: Vec<Result<Vec<Duration>>> = thread::scope(|scope| {
        let (goes_on, job) = (&goes_on, &job);
        let client = |mut client: C| {
            scope.spawn(move || {
                let mut took = Vec::new();
                while goes_on() {
                    let started = Instant::now();
                    job(&mut client, took.len())?;
                    took.push(started.elapsed());
                }
                Ok(took)
            })
        };
        let clients: Vec<_> = clients.into_iter().map(client).collect();
        clients.into_iter().map(|client| client.join().unwrap_or_else(|_| bail!("a client panicked"))).collect()
    });
    let elapsed = begun.elapsed();
    Ok(Jobs { took: results.into_iter().collect::<Result<Vec<_>>>()?.concat(), elapsed })
}
