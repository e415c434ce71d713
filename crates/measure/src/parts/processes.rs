//! One and two server processes on one PostgreSQL, each on a machine of its own as far as processors go: PostgreSQL and the load
//! are on the rest of this one. Without that, one process has all cores already, and another one none.

use std::{path::Path, time::Duration};

use anyhow::Result;
use regain_load::{Installation, MailServer, Setup, Worker};
use regain_real_servers::postgres::Postgres;

use crate::{
    closed_loop::closed_loop,
    contender::{self, Contender, Figures},
    options::Options,
    postgres::{self, Database},
    processor::Program,
    servers::{Job, People, UNLIMITED, WITH_PASSWORDS, WITHOUT_PASSWORDS},
    share::Share,
    table,
    verdict::{Budget, Verdict},
};

/// The least rate of two processes, of one's.
const OF_ONE: f64 = 1.7;

/// The names of the processes in the tables.
const NAMES: [&str; 2] = ["one", "other"];

/// Jobs, each with the people that they take, and with how far off the mail server is.
const JOBS: [(&str, Job, People, Duration); 3] = [
    ("create", Job::Create, WITHOUT_PASSWORDS, Duration::from_hours(1)),
    ("start", Job::Start, WITHOUT_PASSWORDS, Duration::from_hours(1)),
    ("reset", Job::Reset, WITH_PASSWORDS, Duration::ZERO),
];

/// Two processes on a database.
struct Pair {
    servers: [Installation; 2],
    /// The processes' shares of cores, while they are measured.
    _shares: Vec<Share>,
    mail: MailServer,
    people: usize,
}

pub(super) fn run(options: &Options) -> Result<Vec<Verdict>> {
    // Said before anything is started, and not after minutes.
    if let Err(error) = Share::of(std::process::id(), 100) {
        println!(
            "\n  Two processes are not measured: {error:#}. Run it as root, where control groups can be written to."
        );
        return Ok(Vec::new());
    }
    let postgres = Postgres::start_durable();
    let mut verdicts = Vec::new();
    for (name, program) in options.programs() {
        let folder = options.folder.join("processes").join(name);
        for (what, job, people, mail) in JOBS {
            let database = format!("{}_{what}", name.to_lowercase());
            let mail = MailServer::start(mail)?;
            let pair = Pair::start(options, &program, &folder.join(what), &database, &postgres, people, mail)?;
            verdicts.extend(measure(options, &format!("{name} {what}"), job, &pair, &postgres)?);
        }
    }
    Ok(verdicts)
}

impl Pair {
    fn start(
        options: &Options,
        program: &Path,
        folder: &Path,
        database: &str,
        postgres: &Postgres,
        people: People,
        mail: MailServer,
    ) -> Result<Self> {
        let database = Database::create(postgres, database, folder.parent().unwrap_or(folder))?;
        let setup = Setup {
            program,
            folder,
            people: people.count,
            have_passwords: people.have_passwords,
            mail_port: mail.port,
            more: &format!("{UNLIMITED}{}", database.section()),
        };
        setup.prepare()?;
        let servers = [setup.start("one.toml")?, setup.start("other.toml")?];
        let shares = servers.iter().map(|server| Share::of(server.process(), options.share));
        let shares = shares.collect::<Result<_>>()?;
        Ok(Self { servers, _shares: shares, mail, people: people.count })
    }

    /// The job at the first one or at both of them.
    fn contender<'a>(
        &'a self,
        title: String,
        processes: usize,
        postgres: &Postgres,
        job: Job,
        connections: u32,
        time: Duration,
    ) -> Contender<'a> {
        let servers = &self.servers[..processes];
        let programs = servers.iter().zip(NAMES).map(|(server, name)| Program::process(name, server.process()));
        let programs = programs.chain([postgres::program(postgres), Program::this()]).collect();
        Contender::new(title, programs, move || {
            let each = self.people / usize::try_from(connections)?;
            let ports = servers.iter().map(|server| server.port).cycle();
            let workers = (0..connections).zip(ports).map(|(number, port)| {
                let first = usize::try_from(number)? * each;
                Ok((Worker::new(port, self.mail.clone(), number)?, first))
            });
            closed_loop(workers.collect::<Result<Vec<_>>>()?, time, |(worker, first), done| {
                job.run(worker, *first + done % each)
            })
        })
    }
}

fn measure(options: &Options, name: &str, job: Job, pair: &Pair, postgres: &Postgres) -> Result<Vec<Verdict>> {
    let mut contenders = Vec::new();
    for connections in &options.connections {
        for processes in [1, 2] {
            let title = format!("{name} ×{connections}, {processes}");
            contenders.push(pair.contender(title, processes, postgres, job, *connections, options.time()));
        }
    }
    let figures = contender::measure(&contenders, options.turns)?;
    let title = format!(
        "One and two processes on PostgreSQL, each with {} % of a core, which PostgreSQL and the load have not",
        options.share
    );
    table::print(&title, &figures);
    let verdict = |pair: &[Figures]| {
        let what = format!("{} processes, of one's rate", pair[1].name);
        Verdict::new(what, pair[1].rate_to(&pair[0]), Budget::AtLeast(OF_ONE))
    };
    // One connection at a time has nothing to give to another process.
    let pairs = figures.chunks_exact(2).filter(|pair| !pair[0].name.contains("×1,"));
    Ok(pairs.map(verdict).collect())
}
