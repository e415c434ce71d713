//! Resets begun until a code is queued, beside better-auth, which keeps its mails in memory.

use std::time::Duration;

use anyhow::Result;

use crate::{
    better_auth::BetterAuth,
    contender,
    options::Options,
    servers::{self, Job, WITHOUT_PASSWORDS, named},
    table,
    verdict::{Budget, Verdict},
};

/// A mail server that does not even greet within a run: messages stay queued.
const NEVER: Duration = Duration::from_hours(1);

pub(super) fn run(options: &Options) -> Result<Vec<Verdict>> {
    let peer = BetterAuth::start(options)?;
    let queueing = servers::start(options, "start", WITHOUT_PASSWORDS, NEVER)?;
    let sending = servers::start(options, "start-and-send", WITHOUT_PASSWORDS, Duration::ZERO)?;
    let mut contenders = Vec::new();
    for connections in &options.connections {
        contenders.push(peer.contender(*connections, options.time()));
        for (servers, what) in [(&queueing, "start"), (&sending, "start and send")] {
            let of_each = |server| servers::Server::contender(server, what, Job::Start, *connections, options.time());
            contenders.extend(servers.iter().map(of_each));
        }
    }
    let figures = contender::measure(&contenders, options.turns)?;
    table::print("A reset begun: create, identify, choose (better-auth: one request)", &figures);
    let mut verdicts = Vec::new();
    for connections in &options.connections {
        let peer = named(&figures, "better-auth").find(|peer| peer.name.ends_with(&format!("×{connections}")));
        for name in ["Regain", "former"] {
            let name = format!("{name} start ×{connections}");
            for (figure, peer) in named(&figures, &name).zip(peer) {
                let what = format!("{name}: CPU, of better-auth's");
                verdicts.push(Verdict::new(what, figure.cost() / peer.cost(), Budget::AtMost(1.0)));
            }
        }
    }
    for server in &queueing {
        verdicts.push(server.memory("start")?);
    }
    Ok(verdicts)
}
