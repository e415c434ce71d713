//! Contenders, which are measured in turns, and their figures.

use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::{closed_loop::Jobs, processor::Program};

/// Something to be measured in turns with others.
pub(crate) struct Contender<'a> {
    name: String,
    programs: Vec<Program>,
    /// The number of commits so far.
    commits: Option<Box<dyn Fn() -> Result<u32> + 'a>>,
    jobs: Box<dyn Fn() -> Result<Jobs> + 'a>,
}

/// Figures of a contender.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) name: String,
    /// Jobs a second, by turn.
    pub(crate) rates: Vec<f64>,
    /// Milliseconds of each job, in order.
    took: Vec<f64>,
    /// Milliseconds of a processor for a job, by program.
    pub(crate) cost: Vec<(&'static str, f64)>,
    /// Cores that were busy, over all of its programs.
    pub(crate) cores: f64,
    /// Commits for a job.
    pub(crate) commits: Option<f64>,
}

impl<'a> Contender<'a> {
    pub(crate) fn new(name: impl Into<String>, programs: Vec<Program>, jobs: impl Fn() -> Result<Jobs> + 'a) -> Self {
        Self { name: name.into(), programs, commits: None, jobs: Box::new(jobs) }
    }

    /// The same, its commits counted.
    pub(crate) fn counting(self, commits: impl Fn() -> Result<u32> + 'a) -> Self {
        Self { commits: Some(Box::new(commits)), ..self }
    }
}

/// Figures while they are taken.
#[derive(Default)]
struct Sums {
    rates: Vec<f64>,
    took: Vec<Duration>,
    elapsed: Duration,
    busy: Vec<u64>,
    commits: u32,
}

/// Measures contenders in turns.
pub(crate) fn measure(contenders: &[Contender<'_>], turns: u32) -> Result<Vec<Figures>> {
    let mut all: Vec<Sums> = contenders.iter().map(|_| Sums::default()).collect();
    for _ in 0..turns {
        for (contender, sums) in contenders.iter().zip(&mut all) {
            contender.turn(sums).with_context(|| contender.name.clone())?;
        }
    }
    Ok(contenders.iter().zip(all).map(|(contender, sums)| contender.figures(sums)).collect())
}

impl Contender<'_> {
    fn turn(&self, sums: &mut Sums) -> Result<()> {
        let busy = || self.programs.iter().map(Program::busy_ms).collect::<Result<Vec<_>>>();
        let commits = || self.commits.as_ref().map_or(Ok(0), |commits| commits());
        let (busy_before, commits_before) = (busy()?, commits()?);
        let jobs = (self.jobs)()?;
        let spent = busy()?.into_iter().zip(busy_before).map(|(after, before)| after.saturating_sub(before));
        sums.busy.resize(self.programs.len(), 0);
        sums.busy.iter_mut().zip(spent).for_each(|(sum, spent)| *sum += spent);
        sums.commits += commits()?.wrapping_sub(commits_before);
        sums.rates.push(count(jobs.took.len()) / jobs.elapsed.as_secs_f64());
        sums.elapsed += jobs.elapsed;
        sums.took.extend(jobs.took);
        Ok(())
    }

    fn figures(&self, sums: Sums) -> Figures {
        let mut took: Vec<f64> = sums.took.iter().map(|took| took.as_secs_f64() * 1000.0).collect();
        took.sort_by(f64::total_cmp);
        let jobs = count(took.len()).max(1.0);
        let busy = sums.busy.iter().map(|busy| count(usize::try_from(*busy).unwrap_or(usize::MAX)));
        let busy: Vec<f64> = busy.collect();
        let is_load = |program: &Program| program.name == Program::this().name;
        let cores = self.programs.iter().zip(&busy).filter(|(program, _)| !is_load(program)).map(|(_, busy)| busy);
        Figures {
            name: self.name.clone(),
            rates: sums.rates,
            cores: cores.sum::<f64>() / (sums.elapsed.as_secs_f64() * 1000.0),
            cost: self.programs.iter().zip(&busy).map(|(program, busy)| (program.name, busy / jobs)).collect(),
            commits: self.commits.as_ref().map(|_| f64::from(sums.commits) / jobs),
            took,
        }
    }
}

impl Figures {
    /// Jobs a second: the middle one of the turns.
    pub(crate) fn rate(&self) -> f64 {
        median(self.rates.clone())
    }

    /// The time in milliseconds within which so many of a hundred jobs are done.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let at = self.took.len() * percent / 100;
        self.took.get(at).or(self.took.last()).copied().unwrap_or(f64::NAN)
    }

    /// Milliseconds of a processor for a job, over all programs but the load.
    pub(crate) fn cost(&self) -> f64 {
        self.cost.iter().filter(|(name, _)| *name != Program::this().name).map(|(_, cost)| cost).sum()
    }

    /// The rate beside another's: the middle one of the turns, which are compared one by one.
    pub(crate) fn rate_to(&self, other: &Self) -> f64 {
        median(self.rates.iter().zip(&other.rates).map(|(own, other)| own / other).collect())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle.wrapping_sub(1)), values.get(middle)) {
        (Some(lower), Some(upper)) if values.len().is_multiple_of(2) => f64::midpoint(*lower, *upper),
        (_, middle) => middle.copied().unwrap_or(f64::NAN),
    }
}

fn count(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_compared_one_by_one() {
        let figures = |rates: &[f64]| Figures { rates: rates.to_vec(), ..Figures::default() };
        let (own, other) = (figures(&[10.0, 100.0, 30.0]), figures(&[20.0, 100.0, 20.0]));
        assert!((own.rate_to(&other) - 1.0).abs() < 1e-9);
        assert!((own.rate() - 30.0).abs() < 1e-9);
        let took = Figures { took: (0..100).map(f64::from).collect(), ..Figures::default() };
        assert!((took.percentile(99) - 99.0).abs() < 1e-9 && (took.percentile(100) - 99.0).abs() < 1e-9);
    }
}
