//! One and two server processes on one PostgreSQL.

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
    servers::{Job, PEOPLE, UNLIMITED},
    table,
    verdict::{Budget, Verdict},
};

/// The least rate of two processes, of one's.
const OF_ONE: f64 = 1.7;

/// The names of the processes in the tables.
const NAMES: [&str; 2] = ["one", "other"];

pub(super) fn run(options: &Options) -> Result<Vec<Verdict>> {
    let postgres = Postgres::start_durable();
    let mail = MailServer::start(Duration::from_hours(1))?;
    let mut verdicts = Vec::new();
    for (name, program) in options.programs() {
        let folder = options.folder.join("processes").join(name);
        verdicts.extend(measure(options, name, &program, &folder, &postgres, &mail)?);
    }
    Ok(verdicts)
}

fn measure(
    options: &Options,
    name: &str,
    program: &Path,
    folder: &Path,
    postgres: &Postgres,
    mail: &MailServer,
) -> Result<Vec<Verdict>> {
    let parent = folder.parent().unwrap_or(folder);
    let database = Database::create(postgres, &name.to_lowercase(), parent)?;
    let setup = Setup {
        program,
        folder,
        people: PEOPLE,
        have_passwords: false,
        mail_port: mail.port,
        more: &format!("{UNLIMITED}{}", database.section()),
    };
    setup.prepare()?;
    let servers = [setup.start("one.toml")?, setup.start("other.toml")?];
    let mut contenders = Vec::new();
    for (what, job) in [("create", Job::Create), ("start", Job::Start)] {
        for connections in &options.connections {
            for processes in [1, 2] {
                let title = format!("{name} {what} ×{connections}, {processes}");
                contenders.push(contender(title, &servers[..processes], postgres, mail, job, *connections, options));
            }
        }
    }
    let figures = contender::measure(&contenders, options.turns)?;
    table::print("One and two processes on PostgreSQL", &figures);
    let verdict = |pair: &[Figures]| {
        let what = format!("{} processes, of one's rate", pair[1].name);
        Verdict::new(what, pair[1].rate_to(&pair[0]), Budget::AtLeast(OF_ONE))
    };
    // One connection at a time has nothing to give to another process.
    let pairs = figures.chunks_exact(2).filter(|pair| !pair[0].name.contains("×1,"));
    Ok(pairs.map(verdict).collect())
}

fn contender<'a>(
    title: String,
    servers: &'a [Installation],
    postgres: &Postgres,
    mail: &'a MailServer,
    job: Job,
    connections: u32,
    options: &Options,
) -> Contender<'a> {
    let processes = servers.iter().zip(NAMES).map(|(server, name)| Program::process(name, server.process()));
    let programs = processes.chain([postgres::program(postgres), Program::this()]).collect();
    let time = options.time();
    Contender::new(title, programs, move || {
        let each = PEOPLE / usize::try_from(connections)?;
        let ports = servers.iter().map(|server| server.port).cycle();
        let workers = (0..connections).zip(ports).map(|(number, port)| {
            let first = usize::try_from(number)? * each;
            Ok((Worker::new(port, mail.clone(), number)?, first))
        });
        closed_loop(workers.collect::<Result<Vec<_>>>()?, time, |(worker, first), done| {
            job.run(worker, *first + done % each)
        })
    })
}
