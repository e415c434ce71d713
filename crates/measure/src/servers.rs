//! Servers under load: this build and, where one was named, a former one.

use std::{path::PathBuf, time::Duration};

use anyhow::Result;
use regain_load::{Detours, Installation, MailServer, Setup, Worker};

use crate::{
    closed_loop::closed_loop,
    contender::{Contender, Figures},
    options::Options,
    processor::Program,
    verdict::{Budget, Verdict},
};

/// Limits by which nobody is to be measured, and no floor under an answer's time.
pub(crate) const UNLIMITED: &str =
    "flows_per_client = 1000000\nidentifications_per_account = 1000000\nidentify_floor_ms = 0\n";

/// The most memory that a server may have resident, in megabytes.
const MEGABYTES: f64 = 80.0;

/// People of a server, unless a part needs more.
pub(crate) const PEOPLE: usize = 1000;

/// A running server with its mail server.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) installation: Installation,
    mail: MailServer,
    people: usize,
}

/// A job of the load.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Job {
    /// A flow begun.
    Create,
    /// A reset begun until a code is queued.
    Start,
    /// A whole reset.
    Reset,
}

impl Job {
    /// Does it as one client of so many.
    pub(crate) fn run(self, worker: &mut Worker, person: usize) -> Result<()> {
        match self {
            Self::Create => worker.create(),
            Self::Start => worker.start(person).map(drop),
            Self::Reset => worker.reset(person, Detours::default()),
        }
    }
}

/// The people of a part: how many, and if they have passwords, which take long to hash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct People {
    pub(crate) count: usize,
    pub(crate) have_passwords: bool,
}

/// People who begin a reset.
pub(crate) const WITHOUT_PASSWORDS: People = People { count: PEOPLE, have_passwords: false };

/// People who get to its end, which is a reset only for those who have a password.
pub(crate) const WITH_PASSWORDS: People = People { count: 64, have_passwords: true };

/// Starts the programs to compare, in folders of this part, with a mail server this far off.
pub(crate) fn start(options: &Options, part: &str, people: People, mail: Duration) -> Result<Vec<Server>> {
    let start = |(name, program): (&'static str, PathBuf)| {
        let mail = MailServer::start(mail)?;
        let installation = Installation::start(&Setup {
            program: &program,
            folder: &options.folder.join(part).join(name),
            people: people.count,
            have_passwords: people.have_passwords,
            mail_port: mail.port,
            more: UNLIMITED,
        })?;
        Ok(Server::new(name, installation, mail, people.count))
    };
    options.programs().into_iter().map(start).collect()
}

impl Server {
    pub(crate) const fn new(name: &'static str, installation: Installation, mail: MailServer, people: usize) -> Self {
        Self { name, installation, mail, people }
    }

    /// The job at one of these servers by so many connections.
    pub(crate) fn contender<'a>(&'a self, what: &str, job: Job, connections: u32, time: Duration) -> Contender<'a> {
        let programs = vec![Program::process("server", self.installation.process())];
        let contender = Contender::new(format!("{} {what} ×{connections}", self.name), programs, move || {
            closed_loop(self.workers(connections)?, time, |(worker, people): &mut (Worker, Vec<usize>), done| {
                job.run(worker, people[done % people.len()])
            })
        });
        contender.counting(|| Ok(self.installation.held()?.commits))
    }

    /// Clients, each with people of its own.
    pub(crate) fn workers(&self, connections: u32) -> Result<Vec<(Worker, Vec<usize>)>> {
        let each = self.people / usize::try_from(connections)?;
        let worker = |number: u32| {
            let first = usize::try_from(number)? * each;
            let worker = Worker::new(self.installation.port, self.mail.clone(), number)?;
            Ok((worker, (first..first + each).collect()))
        };
        (0..connections).map(worker).collect()
    }

    /// The most memory that it has had, beside the budget.
    pub(crate) fn memory(&self, what: &str) -> Result<Verdict> {
        let peak = regain_load::megabytes(self.installation.held()?.peak);
        Ok(Verdict::new(format!("{} {what}: resident at most, MB", self.name), peak, Budget::AtMost(MEGABYTES)))
    }
}

/// The figures of a contender by the beginning of its name.
pub(crate) fn named<'a>(figures: &'a [Figures], name: &'a str) -> impl Iterator<Item = &'a Figures> + 'a {
    figures.iter().filter(move |figures| figures.name.starts_with(name))
}
