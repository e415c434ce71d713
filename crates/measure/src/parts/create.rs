//! Flows begun, beside bare commits on the same disk.

use std::time::Duration;

use anyhow::Result;

use crate::{
    contender, limits,
    options::Options,
    servers::{self, Job, WITHOUT_PASSWORDS, named},
    table,
    verdict::{Budget, Verdict},
};

/// The least rate, of bare commits'.
const OF_BARE: f64 = 0.5;

pub(super) fn run(options: &Options) -> Result<Vec<Verdict>> {
    let servers = servers::start(options, "create", WITHOUT_PASSWORDS, Duration::ZERO)?;
    let mut contenders = vec![limits::bare_commits(&options.folder.join("create"), options.time())?];
    for connections in &options.connections {
        contenders
            .extend(servers.iter().map(|server| server.contender("create", Job::Create, *connections, options.time())));
    }
    let figures = contender::measure(&contenders, options.turns)?;
    table::print("POST /v1/flows", &figures);
    let mut verdicts = Vec::new();
    for figure in named(&figures, "Regain").chain(named(&figures, "former")) {
        let what = format!("{}, of bare commits a second", figure.name);
        verdicts.push(Verdict::new(what, figure.rate_to(&figures[0]), Budget::AtLeast(OF_BARE)));
    }
    for server in &servers {
        verdicts.push(server.memory("create")?);
    }
    Ok(verdicts)
}
