//! A small and a large directory, side by side.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result};
use regain_load::{Installation, MailServer, Setup};
use regain_real_servers::postgres::Postgres;

use crate::{
    contender::{self, Figures},
    options::Options,
    postgres::Database,
    servers::{Job, Server, UNLIMITED},
    table,
    verdict::{Budget, Verdict},
};

/// The most that a request may take of the time that it takes with few accounts.
const GROWTH: f64 = 1.2;

pub(super) fn run(options: &Options) -> Result<Vec<Verdict>> {
    let parent = options.folder.join("growth");
    measure(options, "SQLite", |name, accounts| start(options, name, accounts, "", &parent.join(name)))
}

/// The same on PostgreSQL.
pub(super) fn run_on_postgres(options: &Options) -> Result<Vec<Verdict>> {
    let postgres = Postgres::start_durable();
    let parent = options.folder.join("large");
    measure(options, "PostgreSQL", |name, accounts| {
        let database = Database::create(&postgres, name, &parent)?;
        start(options, name, accounts, &database.section(), &parent.join(name))
    })
}

fn start(options: &Options, name: &'static str, people: usize, more: &str, folder: &Path) -> Result<Server> {
    let mail = MailServer::start(Duration::from_hours(1))?;
    let installation = Installation::start(&Setup {
        program: &options.server,
        folder,
        people,
        have_passwords: false,
        mail_port: mail.port,
        more: &format!("{UNLIMITED}{more}"),
    })?;
    Ok(Server::new(name, installation, mail, people))
}

fn measure(
    options: &Options,
    database: &str,
    start: impl Fn(&'static str, usize) -> Result<Server>,
) -> Result<Vec<Verdict>> {
    let &[small, large] = options.accounts.as_slice() else { anyhow::bail!("give two numbers of accounts") };
    println!("\n  Importing {small} and {large} people into {database} …");
    let servers = [start("small", small)?, start("large", large)?];
    let mut contenders = Vec::new();
    for (what, job) in [("create", Job::Create), ("start", Job::Start)] {
        contenders.extend(servers.iter().map(|server| server.contender(what, job, 1, options.time())));
    }
    let figures = contender::measure(&contenders, options.turns)?;
    table::print(&format!("{small} and {large} accounts, {database}"), &figures);
    let find = |name: &str| figures.iter().find(|figure| figure.name == name).context("it was measured");
    let verdict = |what: &str| -> Result<Verdict> {
        let [small, large]: [&Figures; 2] = [find(&format!("small {what} ×1"))?, find(&format!("large {what} ×1"))?];
        let growth = large.percentile(50) / small.percentile(50);
        Ok(Verdict::new(format!("{what} with many accounts, of with few, {database}"), growth, Budget::AtMost(GROWTH)))
    };
    Ok(vec![verdict("create")?, verdict("start")?, servers[1].memory("with many accounts")?])
}
