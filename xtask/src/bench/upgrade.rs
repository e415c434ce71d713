//! A rolling upgrade under load, as `docs/operating.md` describes it: two servers of a former revision behind nginx, on one
//! database, are replaced one after the other by this one, while people reset their passwords. Nothing may be lost, and
//! nothing doubled.

mod former;
mod load;
mod site;

use std::{thread, time::Duration};

use anyhow::{Context as _, Result, ensure};
use clap::{Args, ValueEnum};
use regain_load::MailServer;

use self::{
    load::{Lingering, Load},
    site::Site,
};
use crate::{debian, native};

/// The round trip to the mail server.
const MAIL_AWAY: Duration = Duration::from_millis(10);

/// Options of `cargo xtask bench upgrade`.
#[derive(Args)]
pub(crate) struct Options {
    /// The revision to upgrade from, such as the tag of the last release
    #[arg(long, value_name = "REVISION")]
    from: String,
    /// The kind of database
    #[arg(long, value_enum, default_value_t = Store::Postgres)]
    store: Store,
    /// Seconds of load before, between and after the two restarts
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Clients at a time
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=100))]
    clients: u32,
}

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Store {
    /// PostgreSQL
    Postgres,
    /// A file of SQLite, which both servers open
    File,
}

/// Runs the upgrade and says what became of everything.
pub(crate) fn run(options: &Options) -> Result<()> {
    debian::proxy()?;
    if options.store == Store::Postgres {
        debian::real_servers()?;
    }
    // The former one first: both are built in the same folder, and this one's program stays there.
    let former = former::program(&options.from)?;
    let new = native::build_server()?;

    let mail = MailServer::start(MAIL_AWAY)?;
    let people = usize::try_from(options.clients)? * load::PEOPLE_EACH + load::LINGERING;
    let mut site = Site::make(options.store == Store::Postgres, mail.port, people, &former)?;
    let pause = Duration::from_secs(options.seconds);
    let phase = |what: &str, load: &Load| {
        let before = load.done();
        thread::sleep(pause);
        println!("  {what:<46} {:>5} resets in {} s", load.done() - before, options.seconds);
    };

    println!("\n  {} clients reset passwords through nginx while both servers are upgraded …\n", options.clients);
    site.start(0, &former)?;
    site.start(1, &former)?;
    let mut lingering = Lingering::begin(site.port, &mail)?;
    let load = Load::start(site.port, &mail, options.clients);
    phase(&format!("Two servers of {}", options.from), &load);
    site.stop(0)?;
    site.start(0, &new)?;
    lingering.step(&mail)?;
    phase("One of this revision beside it", &load);
    site.stop(1)?;
    site.start(1, &new)?;
    phase("Two servers of this revision", &load);
    lingering.finish(&mail)?;
    let result = load.stop()?;
    site::wait_for_mail(&mail)?;
    site.stop(0)?;
    site.stop(1)?;

    let resets = result.resets + lingering.resets();
    let (audited, verified) = site.audited(&new)?;
    println!("\n  resets              {resets:>6}, {} of them begun before and finished after", lingering.resets());
    println!("  requests            {:>6}, by status {:?}", result.requests(), result.statuses);
    println!("  the longest answer  {:>6} ms", result.longest.as_millis());
    println!("  resets in the log   {audited:>6}");
    println!("  mails               {:>6}, a code and a notice for each", mail.mails());
    println!("  {verified}\n");
    ensure!(audited == resets, "the log has {audited} resets of {resets}");
    ensure!(mail.mails() == 2 * resets, "{} mails came of {}", mail.mails(), 2 * resets);
    ensure!(result.statuses.keys().all(|status| *status < 500), "people were told that it is unavailable");
    let unsent = site.log().lines().filter(|line| line.contains("PANIC") || line.contains("panicked")).count();
    ensure!(unsent == 0, "a server panicked: {}", site.folder().display());
    load::is_enough(result.resets).context("that was too little to say anything")
}
