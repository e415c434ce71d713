//! Whole resets with a mail server some way off.

use std::time::Duration;

use anyhow::Result;

use crate::{
    contender,
    options::Options,
    servers::{self, Job, WITH_PASSWORDS},
    table,
    verdict::{Budget, Verdict},
};

/// The least rate, in resets a second.
const RESETS: f64 = 40.0;

/// Clients at a time.
const CLIENTS: u32 = 16;

pub(super) fn run(options: &Options) -> Result<Vec<Verdict>> {
    let away = Duration::from_millis(options.mail_ms);
    let servers = servers::start(options, "mail", WITH_PASSWORDS, away)?;
    let contenders = servers.iter().map(|server| server.contender("reset", Job::Reset, CLIENTS, options.time() * 3));
    let figures = contender::measure(&contenders.collect::<Vec<_>>(), options.turns)?;
    table::print(&format!("Whole resets, the mail server {} ms away", options.mail_ms), &figures);
    let rate = |figure: &contender::Figures| {
        Verdict::new(format!("{} with mail, a second", figure.name), figure.rate(), Budget::AtLeast(RESETS))
    };
    let memory = servers.iter().map(|server| server.memory("mail"));
    figures.iter().map(rate).map(Ok).chain(memory).collect()
}
