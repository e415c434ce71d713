//! Whole resets with a mail server that answers at once, beside bare password hashes.

use std::time::Duration;

use anyhow::Result;

use crate::{
    contender, limits,
    options::Options,
    servers::{self, Job, WITH_PASSWORDS, named},
    table,
    verdict::{Budget, Verdict},
};

/// The least rate, of what password hashing allows two cores.
const OF_HASHES: f64 = 0.8;

pub(super) fn run(options: &Options) -> Result<Vec<Verdict>> {
    let servers = servers::start(options, "reset", WITH_PASSWORDS, Duration::ZERO)?;
    let mut contenders = vec![limits::bare_hashes(options.time())];
    for connections in &options.connections {
        contenders
            .extend(servers.iter().map(|server| server.contender("reset", Job::Reset, *connections, options.time())));
    }
    let figures = contender::measure(&contenders, options.turns)?;
    table::print("Whole resets", &figures);
    let mut verdicts = Vec::new();
    for figure in named(&figures, "Regain").chain(named(&figures, "former")) {
        // One client leaves a core idle: the budget is about as many as keep both busy.
        if !figure.name.ends_with("×1") {
            let what = format!("{}, of bare Argon2id's rate", figure.name);
            verdicts.push(Verdict::new(what, figure.rate_to(&figures[0]), Budget::AtLeast(OF_HASHES)));
        }
    }
    for server in &servers {
        verdicts.push(server.memory("reset")?);
    }
    Ok(verdicts)
}
